"""Bank accounts, with their budgets and what funding will do."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, cast
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Prefetch, QuerySet
from strawberry import relay
from strawberry.types import Info

from backend.ledger import access, models
from backend.ledger.models import User

from . import (
    allocation_filters,
    base,
    budget_filters,
    context,
    filters,
    funding_event_filters,
    pages,
    statement_rows,
    transaction_filters,
    transfer_filters,
)
from .balances import AccountBalances
from .banks import Bank
from .enums import AccountType
from .funding import FundingSummary
from .ledger_check import Checked
from .money import Money
from .reference_data import CURRENCIES, Currency

if TYPE_CHECKING:
    from .allocations import Allocation
    from .budgets import Budget
    from .funding_events import FundingEvent
    from .statement_imports import StatementImport
    from .transactions import Transaction
    from .transfers import Transfer


def balance(column: str, description: str) -> Money:
    def resolve(root: models.BankAccount) -> Money:
        return Money(value=getattr(root, column), currency=str(root.currency))

    return strawberry_django.field(resolver=resolve, only=[column, "currency"], description=description)


# Two aliases of a field with different arguments load no column for it: what such fields need is loaded always.
@strawberry_django.type(
    models.BankAccount, only=["currency"], description="A real account at a bank, seen by those who own it."
)
class BankAccount(AccountBalances, Checked, base.Visible, relay.Node):
    uuid: UUID = base.key()
    name: str = strawberry.field(description="What its owners call it.")
    bank: Bank = base.reference("Where it is.")
    account_type: AccountType = strawberry.field(description="Its kind.")
    account_number: str | None = strawberry.field(description="The number the bank gave it.")
    currency: str = strawberry.field(description="ISO 4217 code of everything in it.")
    link_aliases: list[str] = strawberry.field(
        description="Other names by which banks' texts mean it, so that both sides of a movement find each other."
    )
    posted_balance: Money = balance("posted_balance", "What the bank has booked.")
    available_balance: Money = balance("available_balance", "The same with pending transactions.")
    last_imported_at: datetime | None = strawberry.field(description="When the bank's rows came in last.")
    last_posted_through: date | None = strawberry.field(description="The day up to which the bank's rows are in.")
    import_gate: bool = strawberry.field(description="Whether funding waits for the bank's rows.")
    auto_funding: bool = strawberry.field(description="Whether scheduled funding happens at all.")
    created_at: datetime = strawberry.field(description="When it was entered here.")
    version: int = strawberry.field(description="Grows with each edit; see `expectedVersion`. Balances do not count.")
    modified_at: datetime = strawberry.field(description="When it was last changed.")
    budgets: pages.Connection[Annotated["Budget", strawberry.lazy("backend.schema.budgets")]] = budget_filters.listed(
        "What its money is set aside for, Unallocated first and then by age."
    )
    funding_events: pages.Connection[Annotated["FundingEvent", strawberry.lazy("backend.schema.funding_events")]] = (
        funding_event_filters.listed("Its funding events that were recorded so far, the latest first.")
    )
    transactions: pages.Connection[Annotated["Transaction", strawberry.lazy("backend.schema.transactions")]] = (
        transaction_filters.listed("What moved it, the latest posted first.")
    )
    allocations: pages.Connection[Annotated["Allocation", strawberry.lazy("backend.schema.allocations")]] = (
        allocation_filters.listed("How its transactions lie on budgets, the latest first.", link=filters.BY_ACCOUNT)
    )
    transfers: pages.Connection[Annotated["Transfer", strawberry.lazy("backend.schema.transfers")]] = (
        transfer_filters.listed("What was moved between its budgets, the latest first.")
    )

    statement_imports: pages.Connection[
        Annotated["StatementImport", strawberry.lazy("backend.schema.statement_imports")]
    ] = statement_rows.listed("Imports of its statements, previews included, the latest first.")

    @strawberry_django.field(only=["currency"], description="The currency of everything in it.")
    def currency_details(self) -> Currency:
        return CURRENCIES[str(self.currency)]

    @strawberry_django.field(only=[], description="The budget that holds what nobody assigned.")
    def unallocated(self, info: Info) -> Annotated["Budget", strawberry.lazy("backend.schema.budgets")]:
        from .budgets import Budget

        root = cast(models.BankAccount, self)
        (found,) = base.below(root, info, Budget, parent="bank_account", order=["pk"], is_unallocated=True)
        return cast(Budget, found)

    @strawberry_django.field(
        prefetch_related=[lambda info: Prefetch("owners", models.User.objects.only("username"))],
        description="User names of those who own it.",
    )
    def owners(self) -> list[str]:
        return sorted(owner.username for owner in self.owners.all())

    @strawberry_django.field(only=["currency"], description="What scheduled funding moves next, per schedule.")
    def funding_summary(self, info: Info) -> FundingSummary:
        found = context.of(info).upcoming.of_account(self)
        return FundingSummary.of(found, currency=str(self.currency))

    @staticmethod
    def rows(user: User) -> QuerySet[models.BankAccount]:
        return access.accounts(user)
