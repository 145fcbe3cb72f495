"""An account with a history of any length, and the writes that are measured on it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction

from backend.ledger import posting
from backend.ledger.models import Bank, Budget, Transaction, User
from backend.ledger.services import accounts, budgets, drafts, transactions, transfers

START = datetime(2016, 1, 1, 12, tzinfo=UTC)
STEP = timedelta(minutes=30)
BATCH = 5_000


class Household:
    """One account with `rows` transactions, half an hour apart, every other one of them on a budget of its own."""

    def __init__(self, *, rows: int, owner: User | None = None) -> None:
        self.end = START
        self.owner = owner or User.objects.create(username=f"owner of {rows}")
        bank = Bank.objects.create(name="Bank", created_at=START, modified_at=START)
        opened = accounts.create(
            actor=self.owner, name=f"{rows} rows", bank_id=bank.pk, available_balance=Decimal(1_000_000), now=START
        )
        self.account_id = opened.pk
        self.unallocated = Budget.objects.get(bank_account=opened).pk
        self.budget = budgets.create(
            actor=self.owner,
            account_id=opened.pk,
            fields={"name": "Groceries", "auto_spend": [{"party": "GROCER"}]},
            now=START,
        ).pk
        for first in range(0, rows, BATCH):
            self.fill(min(BATCH, rows - first))
        self.last: list[Transaction] = []

    def fill(self, rows: int) -> None:
        with transaction.atomic():
            account = posting.lock(self.account_id, actor=self.owner)
            claimants = drafts.claimants(account)
            made = [
                drafts.transaction(
                    amount=Decimal(number % 7 - 3) or Decimal(5),
                    posted_date=self.tick(),
                    raw_description="GROCER" if number % 2 else "SALARY",
                )
                for number in range(rows)
            ]
            posting.post(account, [drafts.allocated(each, budgets=claimants) for each in made], now=self.end)

    def tick(self) -> datetime:
        self.end += STEP
        return self.end

    def enter(self, *, rows_back: int = 0) -> Transaction:
        at = self.tick() - STEP * rows_back
        return transactions.create(
            actor=self.owner,
            account_id=self.account_id,
            amount=Decimal("-1.25"),
            posted_date=at,
            raw_description="GROCER",
            now=self.end,
        )

    # The writes that are compared; each leaves behind what the next needs.

    def append(self) -> None:
        self.last.append(self.enter())

    def append_among_the_last_ten(self) -> None:
        self.enter(rows_back=10)

    def split_the_last(self) -> None:
        share = {self.budget: Decimal("0.50")}
        transactions.split(actor=self.owner, transaction_id=self.last[-1].pk, shares=share, now=self.end)

    def transfer(self) -> None:
        transfers.create(
            actor=self.owner,
            account_id=self.account_id,
            source_id=self.unallocated,
            target_id=self.budget,
            amount=Decimal(1),
            effective_at=self.tick(),
            now=self.end,
        )

    def delete_the_last(self) -> None:
        transactions.delete(actor=self.owner, transaction_id=self.last.pop().pk, now=self.end)

    @property
    def writes(self) -> dict[str, Callable[[], object]]:
        return {
            "append a transaction": self.append,
            "one ten rows back": self.append_among_the_last_ten,
            "split the last one": self.split_the_last,
            "append a transfer": self.transfer,
            "delete the last one": self.delete_the_last,
        }


def analyze() -> None:
    """Let the planner know the tables, as autovacuum does some time after an import."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
