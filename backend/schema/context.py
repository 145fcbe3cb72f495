"""What one request carries through its resolvers: who asks, when, and what is computed once for many rows."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from strawberry.types import Info

from backend.ledger import access, errors
from backend.ledger.models import BankAccount, User

from . import tables
from .upcoming import Upcoming


@dataclass
class Context:
    """`now` is one instant for the whole request."""

    user: User
    now: datetime
    session_id: UUID | None = None
    """The sign-in that the request stems from."""
    refused: bool = False
    """Whether a mutation was answered with a Problem."""
    refusal: errors.LedgerError | None = None
    """Why the mutation that is executed must not be, if so."""
    upcoming: Upcoming = field(init=False)

    def __post_init__(self) -> None:
        self.upcoming = Upcoming(lambda: self.accounts, now=self.now)

    @cached_property
    def accounts(self) -> dict[UUID, BankAccount]:
        """The user's accounts, by key."""
        user = self.user
        rows = tables.complete(BankAccount, (user.pk, user.grant), lambda: access.accounts(user))
        return {row.pk: row for row in rows}

    @cached_property
    def currencies(self) -> dict[UUID, str]:
        """The currency of each of them."""
        return {key: str(row.currency) for key, row in self.accounts.items()}

    def forget(self) -> None:
        """Something was written: what is known of the ledger may not be so any more."""
        self.upcoming.forget()
        for name in ("accounts", "currencies"):
            self.__dict__.pop(name, None)


def of(info: Info) -> Context:
    """The context of the request that a resolver works for."""
    context: Context = info.context
    return context
