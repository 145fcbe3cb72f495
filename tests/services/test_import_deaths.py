"""A process that is killed while it imports: the next one brings all that is missing, and nothing twice."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from backend.ledger.models import BankAccount, StatementImport, Transaction, User
from backend.ledger.services import import_revert, imports, statement_imports
from backend.ledger.statements import Row, Statement
from tests import build
from tests.ledger import states
from tests.servers import ANEW
from tests.services import power
from tests.services.imported import whole
from tests.statements import test_scenarios as banks

KILLS = int(os.environ.get("MIBUDGE_TEST_KILLS") or 6)
"""How many processes are killed."""

MOST_STATEMENTS = {"once": 45, "shown": 45, "reverted": 60}
"""How far a process comes at most: to about the last of its SQL statements."""


def file(truths: list[banks.Truth], *, day: int) -> Statement:
    rows: tuple[Row, ...] = tuple(banks.seen(truths, on=banks.FIRST + timedelta(days=day)))
    return Statement(account_number="1", account_type="C", currency="USD", rows=rows)


def evening(day: int) -> datetime:
    return datetime.combine(banks.FIRST + timedelta(days=day), time(20), tzinfo=UTC)


def held(account: BankAccount) -> Counter[tuple[Decimal, str, bool, Decimal]]:
    rows = Transaction.objects.filter(bank_account=account)
    return Counter(rows.values_list("amount", "raw_description", "pending", "posted_balance"))


def enter(account: BankAccount, said: Statement, *, owner: User, now: datetime) -> StatementImport:
    record = imports.run(actor=owner, account_id=account.pk, statement=said, source="ofx", now=now).record
    assert record is not None
    return record


def written(way: str, account: BankAccount, said: Statement, *, owner: User, now: datetime) -> Callable[[], Any]:
    """What the process does that is killed."""
    if way == "shown":
        shown = statement_imports.preview(actor=owner, account_id=account.pk, statement=said, now=now)
        return lambda: statement_imports.commit(actor=owner, import_id=shown.pk, now=now)
    if way == "reverted":
        record = enter(account, said, owner=owner, now=now)
        return lambda: import_revert.revert(actor=owner, import_id=record.pk, now=now)
    return lambda: enter(account, said, owner=owner, now=now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_may_be_killed_anywhere_in_an_import(owner: User) -> None:
    killed = 0
    for number in range(KILLS):
        random = Random() if ANEW else Random(number)  # noqa: S311 (chance, not secrets)
        way = tuple(MOST_STATEMENTS)[number % len(MOST_STATEMENTS)]
        dying, living = (build.account(owner=owner, balance="1000.00", now=evening(0)) for _ in range(2))
        truths = banks.movements(random, with_pending=True)
        for account in (dying, living):
            enter(account, file(truths, day=12), owner=owner, now=evening(12))
        before, said, now = held(dying), file(truths, day=24), evening(24)
        if way == "once" or not said.rows:
            way = "once"
        call = written(way, dying, said, owner=owner, now=now)
        whole_file = held(dying)
        enter(living, said, owner=owner, now=now)
        killed += power.kills(call, after=random.randrange(1, MOST_STATEMENTS[way]))

        assert held(dying) in ([before, whole_file] if way == "reverted" else [before, held(living)])
        assert whole(dying)
        for _ in range(2):
            enter(dying, said, owner=owner, now=now)
            assert held(dying) == held(living)
    assert killed >= KILLS // 2
    states.sound()
