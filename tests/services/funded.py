"""What the tests of scheduled funding do and look at again and again."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from backend.ledger.models import BankAccount, Budget, FundingEvent, User
from backend.ledger.selectors import integrity
from backend.ledger.selectors.funding_events import Upcoming
from backend.ledger.services import accounts, budgets, funding, funding_events
from tests import build
from tests.ledger import replay

WEEKLY = "RRULE:FREQ=WEEKLY"
DAILY = "RRULE:FREQ=DAILY"


def on(offset: int) -> date:
    """The day so many days after the one on which everything is created."""
    return build.TODAY + timedelta(days=offset)


def at(offset: int) -> datetime:
    return build.at(offset)


def free(account: BankAccount, **settings: Any) -> BankAccount:
    """Take the import gate off the account."""
    return configure(account, import_gate=False, **settings)


def configure(account: BankAccount, *, offset: int = 0, **settings: Any) -> BankAccount:
    actor = build.first_owner(account)
    return funding.configure(actor=actor, account_id=account.pk, now=at(offset), **settings)


def imported(account: BankAccount, through: int, *, offset: int | None = None) -> BankAccount:
    """The bank's rows are in up to that day, as the user says on that day."""
    return accounts.mark_imported(
        actor=build.first_owner(account),
        account_id=account.pk,
        last_posted_through=on(through),
        now=at(through if offset is None else offset),
    )


def run(account: BankAccount, offset: int = 0, **more: Any) -> funding.Result:
    return funding.run(account_id=account.pk, now=at(offset), **more)


def goal(
    account: BankAccount, *, name: str = "Goal", amount: str = "10", schedule: str = WEEKLY, **more: Any
) -> Budget:
    """A goal of 1000 that gets a fixed amount each week."""
    fields = {"funding_type": Budget.Funding.FIXED, "target_balance": "1000", "funding_amount": amount} | more
    return build.budget(account, name=name, funding_schedule=schedule, **fields)


def rent(
    account: BankAccount, *, recurrence: str = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1", **more: Any
) -> tuple[Budget, Budget]:
    """A Recurring of 90 with its fill-up, funded each week until the first of the month."""
    fields = {"target_balance": "90", "funding_schedule": WEEKLY, "name": "Rent"} | more
    row = build.budget(
        account, budget_type=Budget.Type.RECURRING, with_fillup_goal=True, recurrance_schedule=recurrence, **fields
    )
    assert row.fillup_goal is not None
    return row, row.fillup_goal


def change(budget: Budget, offset: int = 0, **changes: Any) -> Budget:
    fields = cast(budgets.Fields, changes)
    actor = build.first_owner(budget.bank_account)
    return budgets.update(actor=actor, budget_id=budget.pk, fields=fields, now=at(offset))


def skip(budget: Budget, day: int, offset: int = 0, *, kind: str = "fund", actor: User | None = None) -> FundingEvent:
    actor = actor or build.first_owner(budget.bank_account)
    return funding_events.skip(actor=actor, budget_id=budget.pk, on=on(day), kind=kind, now=at(offset))


def take_back(event: FundingEvent, offset: int = 0) -> Upcoming:
    actor = build.first_owner(event.bank_account)
    return funding_events.take_back(actor=actor, event_id=event.pk, now=at(offset))


def events(account: BankAccount, kind: str = "fund") -> list[tuple[str, int, str, Decimal]]:
    """Name, day, status and amount moved of each event, in order."""
    rows = FundingEvent.objects.filter(bank_account=account, kind=kind).order_by(
        "on", "budget__created_at", "budget__name"
    )
    return [
        (row.budget.name, (row.on - build.TODAY).days, row.status, row.moved) for row in rows.select_related("budget")
    ]


def statuses(budget: Budget, kind: str = "fund") -> dict[int, str]:
    rows = FundingEvent.objects.filter(budget=budget, kind=kind).order_by("on")
    return {(row.on - build.TODAY).days: row.status for row in rows}


def balance(budget: Budget) -> Decimal:
    return Budget.objects.get(pk=budget.pk).balance


def due_on(account: BankAccount) -> date | None:
    return BankAccount.objects.get(pk=account.pk).funding_due_on


def sound() -> None:
    assert [str(breach) for breach in integrity.breaches()] == []
    assert replay.told_wrong() == []
