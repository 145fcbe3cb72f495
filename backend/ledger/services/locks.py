"""The lock of an account, for a user who writes to it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.ledger import access, errors, posting, prepared
from backend.ledger.models import BankAccount, User


def account(*, actor: User, account_id: UUID, field: str | None = None) -> BankAccount:
    """One of the actor's accounts as it is now, locked for the rest of the database transaction.

    Raises NotFound, which names `field`.
    """
    return accounts(actor=actor, account_ids=[account_id], field=field)[account_id]


def accounts(*, actor: User, account_ids: Iterable[UUID], field: str | None = None) -> dict[UUID, BankAccount]:
    """The same for several, which are locked in the order of their ids.

    The actor is looked up among the owners before and after: nobody waits for the lock of somebody else's account, and
    whoever has lost an account while waiting for its lock writes nothing to it.
    """
    wanted = set(account_ids)
    locked = posting.lock_all(wanted, actor=actor, owner=actor)

    def make(actor: User, hole: prepared.Opening) -> QuerySet[Any, Any]:
        return access.accounts(actor).filter(pk__in=[hole(BankAccount) for _ in locked]).values_list("pk")

    kept = access.known(actor, make, *locked, name=(accounts, len(locked)))
    if len(kept) < len(wanted):
        raise errors.NotFound("There is no such bank account.", field=field)
    return locked
