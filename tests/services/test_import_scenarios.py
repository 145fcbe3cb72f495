"""Generated lives of an account that is fed by statements: whatever happens to the files, no row is lost or doubled."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import pytest
from django.db import connection

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, StatementImport, Transaction, User
from backend.ledger.services import import_aftermath, import_revert, imports, statement_imports, transactions
from backend.ledger.statements import Row, Statement
from backend.ledger.statements.decisions import Verdict
from backend.ledger.statements.steps import Action, Choice
from tests import build
from tests.ledger import states
from tests.ledger.test_concurrency import at_once
from tests.servers import STRICT
from tests.services.imported import whole
from tests.statements import test_scenarios as banks
from tests.statements.test_scenarios import FIRST

SCENARIOS = range(0, 200 if STRICT else 48, 1 if STRICT and connection.vendor == "sqlite" else 4)
"""All of them on SQLite; on PostgreSQL, where one takes twice as long, one of four."""

FOLLOWED = 4
"""One scenario of so many has funding and linking after each import, which take longer than the import itself."""

RACES = range(12 if STRICT else 2)

Looks = tuple[Decimal, str]


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(number: int) -> Iterator[None]:
    """The process ends before the statement of that number, if it comes to it."""
    left = [number]

    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(run):
            yield
    except Killed:
        pass


@dataclass
class Life:
    """An account, and what its owner did that the bank does not know of: rows entered twice, and rows left out."""

    owner: User
    account: BankAccount
    budget: Budget
    random: Random
    twice: Counter[Looks] = field(default_factory=Counter)
    left_out: Counter[Looks] = field(default_factory=Counter)

    def take(self, rows: list[Row], *, now: datetime) -> None:
        """A file comes, and something is done with it."""
        said = Statement(account_number="1", account_type="C", currency="USD", rows=tuple(rows))
        way = self.random.choice(("once", "looked at", "killed", "reverted", "doubled", "left out", "late"))
        enter = partial(
            imports.run, actor=self.owner, account_id=self.account.pk, statement=said, source="ofx", now=now
        )
        if way == "once":
            enter()
        elif way == "killed":
            with killed_at(self.random.randrange(1, 90)):
                enter()
            assert whole(self.account)
        elif way == "reverted":
            self.revert(enter().record, now=now)
        elif way in {"looked at", "doubled", "left out", "late"}:
            self.look_at(said, way=way, now=now)
        again = enter()
        if way in {"killed", "reverted"}:
            again = enter()
        assert again.new == 0
        if self.random.random() < 0.5:
            self.work(now=now)

    def revert(self, record: StatementImport | None, *, now: datetime) -> None:
        assert record is not None
        before = states.fingerprint_of(self.account)
        with killed_at(self.random.randrange(1, 120)):
            import_revert.revert(actor=self.owner, import_id=record.pk, now=now)
        assert whole(self.account)
        if self.random.random() < 0.5:
            import_revert.revert(actor=self.owner, import_id=record.pk, now=now)
            assert not Transaction.objects.filter(statement_import=record).exists()
        assert record.entered or record.settled or states.fingerprint_of(self.account) == before

    def look_at(self, said: Statement, *, way: str, now: datetime) -> None:
        """The file is previewed; a row of it may be chosen to be something else; then it is committed."""
        record = statement_imports.preview(actor=self.owner, account_id=self.account.pk, statement=said, now=now)
        shown = statement_imports.statement_of(record)
        decided = statement_imports.decisions_of(record, shown)
        posted = [each for each in decided if not each.row.pending]
        chosen: dict[int, Choice | None] = {}
        if way == "doubled" and (known := [each for each in posted if each.verdict is Verdict.DUPLICATE]):
            each = self.random.choice(known)
            chosen[each.place] = Choice(action=Action.ENTER)
            self.twice[each.row.amount, each.row.description] += 1
        if way == "left out" and (new := [each for each in posted if each.verdict is Verdict.NEW]):
            each = self.random.choice(new)
            chosen[each.place] = Choice(action=Action.LEAVE_OUT)
            self.left_out[each.row.amount, each.row.description] += 1
        if chosen:
            statement_imports.adjust(actor=self.owner, import_id=record.pk, decisions=chosen, now=now)
        if way == "late" and any(each.verdict is Verdict.NEW for each in decided):
            imports.run(actor=self.owner, account_id=self.account.pk, statement=said, source="ofx", now=now)
            with pytest.raises(errors.PlanChanged):
                statement_imports.commit(actor=self.owner, import_id=record.pk, now=now)
            statement_imports.adjust(actor=self.owner, import_id=record.pk, decisions={}, refresh=True, now=now)
        with killed_at(self.random.randrange(1, 90)):
            statement_imports.commit(actor=self.owner, import_id=record.pk, now=now)
        done = [statement_imports.commit(actor=self.owner, import_id=record.pk, now=now) for _ in range(2)]
        assert done[0].last_change == done[1].last_change

    def work(self, *, now: datetime) -> None:
        """The owner splits something."""
        rows = list(Transaction.objects.filter(bank_account=self.account).order_by("seq"))
        if rows:
            row = self.random.choice(rows)
            shares = {self.budget.pk: min(abs(row.amount), Decimal("1.25"))}
            transactions.split(actor=self.owner, transaction_id=row.pk, shares=shares, now=now)


def held(account: BankAccount) -> Counter[Looks]:
    return Counter(Transaction.objects.filter(bank_account=account).values_list("amount", "raw_description"))


def wanted(truths: list[banks.Truth]) -> Counter[Looks]:
    return Counter((each.posted.amount, each.posted.description) for each in truths)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SCENARIOS)
def test_whatever_happens_to_the_files_each_row_is_there_once(
    seed: int, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed % FOLLOWED:
        monkeypatch.setattr(import_aftermath, "follow", lambda account_id, *, now: None)
    random = Random(seed)  # noqa: S311 (chance, not secrets)
    account = build.account(owner=owner, balance="1000.00", now=datetime.combine(FIRST, time(), tzinfo=UTC))
    budget = build.budget(account, name="Things", now=datetime.combine(FIRST, time(1), tzinfo=UTC))
    life = Life(owner=owner, account=account, budget=budget, random=random)
    truths = banks.movements(random, with_pending=True)
    order = banks.reordered(random)
    for day in sorted({*random.sample(range(banks.DAYS), 2), *range(0, banks.DAYS + 40, 13)}):
        on = FIRST + timedelta(days=day)
        rows = order(banks.seen(truths, on=on))
        if rows:
            life.take(rows, now=datetime.combine(on, time(20), tzinfo=UTC))
    assert held(account) == wanted(truths) + life.twice - life.left_out
    assert not Transaction.objects.filter(bank_account=account, pending=True).exists()
    states.sound()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", RACES)
def test_files_that_come_at_once_bring_each_row_once(seed: int, owner: User) -> None:
    random = Random(seed)  # noqa: S311 (chance, not secrets)
    account = build.account(owner=owner, balance="1000.00")
    truths = banks.movements(random, with_pending=False)
    said = [
        Statement(account_number="1", account_type="C", currency="USD", rows=tuple(banks.days(truths, first, last)))
        for first, last in ((FIRST, FIRST + timedelta(25)), (FIRST + timedelta(12), FIRST + timedelta(90))) * 2
    ]
    shown = statement_imports.preview(actor=owner, account_id=account.pk, statement=said[0], now=build.NOW)

    def enter(statement: Statement) -> imports.ImportResult:
        return imports.run(actor=owner, account_id=account.pk, statement=statement, source="ofx", now=build.NOW)

    def commit() -> StatementImport | str:
        try:
            return statement_imports.commit(actor=owner, import_id=shown.pk, now=build.NOW)
        except errors.PlanChanged as refusal:
            return refusal.code

    results = at_once([*(partial(enter, each) for each in said), commit, commit])
    assert [each for each in results if isinstance(each, Exception)] == []
    assert held(account) == wanted(truths)
    states.sound()
