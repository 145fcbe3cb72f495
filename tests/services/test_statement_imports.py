"""Imports that are looked at first: what was shown is what is done, and it can be taken back."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Change, Entry, StatementImport, Transaction, User
from backend.ledger.selectors import statement_imports as selectors
from backend.ledger.services import (
    import_revert,
    imports,
    statement_imports,
    transactions,
)
from backend.ledger.statements import Row
from backend.ledger.statements.steps import Action, Choice
from tests import build
from tests.build import NOW
from tests.ledger import states
from tests.services.imported import balances, enter, row, statement

pytestmark = pytest.mark.django_db
D = Decimal
ENTER, LEAVE_OUT = Choice(action=Action.ENTER), Choice(action=Action.LEAVE_OUT)


def preview(account: BankAccount, *rows: Row, **more: Any) -> StatementImport:
    return statement_imports.preview(
        actor=build.first_owner(account), account_id=account.pk, statement=statement(*rows, **more), now=NOW
    )


def adjust(record: StatementImport, choices: dict[int, Choice | None], **more: Any) -> StatementImport:
    owner = build.first_owner(record.bank_account)
    return statement_imports.adjust(actor=owner, import_id=record.pk, decisions=choices, now=NOW, **more)


def commit(record: StatementImport, *, now: Any = NOW) -> StatementImport:
    return statement_imports.commit(actor=build.first_owner(record.bank_account), import_id=record.pk, now=now)


def revert(record: StatementImport) -> StatementImport:
    return import_revert.revert(actor=build.first_owner(record.bank_account), import_id=record.pk, now=NOW)


def record_of(result: imports.ImportResult) -> StatementImport:
    assert result.record
    return StatementImport.objects.get(pk=result.record.pk)


def actions(record: StatementImport) -> list[str]:
    return [f"{each.decision.verdict} {each.step.action}" for each in selectors.rows(record)]


def ledger(account: BankAccount) -> list[Any]:
    """Everything of an account that an import touches, as users see it."""
    return [
        sorted(
            Transaction.objects.filter(bank_account=account).values_list(
                "pk", "amount", "posted_date", "raw_description", "description", "pending", "import_key",
                "posted_balance", "available_balance",
            )
        ),
        sorted(
            Entry.objects.filter(bank_account=account).values_list(
                "pk", "budget", "amount", "balance", "category", "memo"
            )
        ),
        sorted(Budget.objects.filter(bank_account=account).values_list("pk", "balance", "net_funding")),
        balances(account),
    ]  # fmt: skip


def test_a_preview_enters_nothing(account: BankAccount) -> None:
    before = ledger(account)
    record = preview(account, row("1"), row("2", amount="0.00"))
    assert ledger(account) == before
    assert (record.status, record.row_count, record.entered, record.zeros) == ("previewed", 2, 1, 1)
    states.sound()


def test_what_was_shown_is_committed(account: BankAccount, owner: User) -> None:
    record = preview(account, row("1"), row("2", day=11, amount="20.00"))
    done = commit(record)
    assert (done.status, done.committed_by, done.committed_at) == ("committed", owner, NOW)
    assert list(done.transactions.order_by("seq").values_list("amount", "statement_place")) == [(D(-5), 0), (D(20), 1)]
    account.refresh_from_db()
    assert account.last_posted_through == date(2026, 6, 14)
    states.sound()


def test_a_commit_is_done_once(account: BankAccount) -> None:
    record = preview(account, row("1"))
    first = commit(record)
    after = states.fingerprint()
    again = commit(record)
    assert (again.pk, again.committed_at) == (first.pk, first.committed_at)
    assert states.fingerprint() == after


def test_a_ledger_that_changed_refuses_what_was_shown(account: BankAccount) -> None:
    record = preview(account, row("1"), row("2", day=11))
    enter(account, row("2", day=11))
    with states.refused(errors.PlanChanged) as caught:
        commit(record)
    refusal = caught.value
    assert isinstance(refusal, errors.PlanChanged)
    assert [(each.place, each.reason) for each in refusal.rows] == [(1, "same_row")]
    assert "Row 2 was shown as new and is duplicate now." in refusal.message
    assert actions(adjust(record, {}, refresh=True)) == ["new enter", "duplicate leave_out"]
    assert commit(record).entered == 1
    states.sound()


def test_what_does_not_concern_the_rows_does_not_refuse_them(account: BankAccount) -> None:
    record = preview(account, row("1"))
    build.transaction(account, amount="-77.00", raw_description="SOMETHING ELSE")
    assert commit(record).entered == 1


def test_a_duplicate_may_be_entered_nevertheless_and_is_known_then(account: BankAccount) -> None:
    enter(account, row("1"))
    record = adjust(preview(account, row("1")), {0: ENTER})
    assert actions(record) == ["duplicate enter"]
    commit(record)
    assert Transaction.objects.count() == 2
    assert enter(account, row("1")).new == 0
    states.sound()


def test_a_pending_duplicate_of_its_own_settles_once(account: BankAccount) -> None:
    enter(account, row(None, pending=True))
    commit(adjust(preview(account, row(None, pending=True)), {0: ENTER}))
    assert Transaction.objects.filter(pending=True).count() == 2
    assert enter(account, row("8", day=12), row("9", day=12)).settled == 2
    states.sound()


def test_a_row_that_was_left_out_stays_out(account: BankAccount) -> None:
    build.transaction(account, amount="-5.00", posted_date="2026-06-10", raw_description="CORNER PANTRY")
    record = preview(account, row("1"))
    assert actions(record) == ["suspicious enter"]
    commit(adjust(record, {0: LEAVE_OUT}))
    assert Transaction.objects.count() == 1
    again = enter(account, row("1"))
    assert (again.new, [each.reason for each in again.decisions]) == (0, ["left_out"])


def test_a_reverted_import_left_nothing_out(account: BankAccount) -> None:
    record = commit(adjust(preview(account, row("1")), {0: LEAVE_OUT}))
    revert(record)
    assert enter(account, row("1")).new == 1


def test_a_row_may_settle_another_pending_transaction(account: BankAccount, groceries: Budget) -> None:
    mine = build.transaction(
        account, amount="-9.00", pending=True, splits={groceries: "9.00"}, posted_date="2026-06-01"
    )
    record = adjust(preview(account, row("1")), {0: Choice(action=Action.SETTLE, of=mine.pk)})
    commit(record)
    [after] = Transaction.objects.all()
    assert (after.pk, after.amount, after.pending) == (mine.pk, D(-5), False)
    assert enter(account, row("1")).duplicates == 1
    states.sound()


def test_what_would_settle_may_be_entered_apart(account: BankAccount) -> None:
    enter(account, row(None, pending=True))
    record = preview(account, row("1", day=12))
    assert actions(record) == ["settles settle"]
    commit(adjust(record, {0: ENTER}))
    assert sorted(Transaction.objects.values_list("pending", flat=True)) == [False, True]
    assert enter(account, row("1", day=12)).duplicates == 1


def test_a_choice_can_be_taken_back(account: BankAccount) -> None:
    record = adjust(preview(account, row("1")), {0: LEAVE_OUT})
    assert (record.entered, record.choices) == (0, {"0": ["leave_out"]})
    record = adjust(record, {0: None})
    assert (record.entered, record.choices) == (1, {})


@pytest.mark.parametrize(
    ("choice", "kind"),
    [
        ({5: ENTER}, errors.InvalidValue),
        ({-1: ENTER}, errors.InvalidValue),
        ({1: ENTER}, errors.InvalidValue),
        ({0: Choice(action=Action.SETTLE)}, errors.NotFound),
        ({0: Choice(action=Action.SETTLE, of=uuid4())}, errors.NotFound),
        ({2: Choice(action=Action.SETTLE, of=uuid4())}, errors.InvalidValue),
    ],
)
def test_what_cannot_be_done_with_a_row_is_refused(
    account: BankAccount, choice: dict[int, Choice], kind: type[errors.LedgerError]
) -> None:
    record = preview(account, row("1"), row("2", amount="0.00"), row("3", pending=True))
    with states.refused(kind, field="decisions"):
        adjust(record, {**choice})


def test_two_rows_cannot_settle_one_transaction(account: BankAccount) -> None:
    mine = build.transaction(account, amount="-9.00", pending=True)
    record = preview(account, row("1"), row("2", day=11))
    settle = Choice(action=Action.SETTLE, of=mine.pk)
    with states.refused(errors.InvalidValue, field="decisions"):
        adjust(record, {0: settle, 1: settle})


def test_a_posted_or_foreign_transaction_is_not_settled(account: BankAccount, shared_account: BankAccount) -> None:
    record = preview(account, row("1"))
    posted = build.transaction(account, amount="-9.00")
    foreign = build.transaction(shared_account, amount="-9.00", pending=True)
    with states.refused(errors.InvalidValue, field="decisions"):
        adjust(record, {0: Choice(action=Action.SETTLE, of=posted.pk)})
    with states.refused(errors.NotFound, field="decisions"):
        adjust(record, {0: Choice(action=Action.SETTLE, of=foreign.pk)})


def test_a_chosen_pending_transaction_that_went_refuses_the_commit(account: BankAccount, owner: User) -> None:
    mine = build.transaction(account, amount="-9.00", pending=True)
    record = adjust(preview(account, row("1")), {0: Choice(action=Action.SETTLE, of=mine.pk)})
    transactions.delete(actor=owner, transaction_id=mine.pk, now=NOW)
    with states.refused(errors.PlanChanged):
        commit(record)
    assert actions(adjust(record, {}, refresh=True)) == ["new enter"]


def test_a_preview_is_over_after_seven_days(account: BankAccount, owner: User) -> None:
    record = preview(account, row("1"))
    later = NOW + timedelta(days=7, minutes=1)
    with states.refused(errors.ImportOver):
        commit(record, now=later)
    assert statement_imports.expire(now=NOW + timedelta(days=7)) == 0
    assert statement_imports.expire(now=later) == 1
    record.refresh_from_db()
    assert (record.status, record.statement, list(selectors.rows(record))) == ("expired", {}, [])
    states.sound()


def test_a_preview_can_be_discarded_and_a_commit_cannot(account: BankAccount, owner: User) -> None:
    record = preview(account, row("1"))
    statement_imports.discard(actor=owner, import_id=record.pk, now=NOW)
    assert not StatementImport.objects.exists()
    record = record_of(enter(account, row("1")))
    with states.refused(errors.ImportOver):
        statement_imports.discard(actor=owner, import_id=record.pk, now=NOW)
    states.sound()


def test_the_banks_closing_balance_is_compared_and_nothing_corrected(account: BankAccount) -> None:
    build.transaction(account, amount="-1.00", posted_date="2026-06-14")
    said = {"ledger_balance": D("990.00"), "ledger_balance_on": date(2026, 6, 12)}
    rows = (row("1"), row("2", day=12, pending=True), row("3", day=13))
    record = preview(account, *rows, **said)
    shown = (record.stated_balance, record.balance_before, record.balance_after)
    assert shown == (D("990"), D("1000"), D("995"))
    assert selectors.difference(record) == D("-5")
    record = commit(record)
    assert (record.stated_balance, record.balance_before, record.balance_after) == shown
    assert balances(account) == ("989.0000", "984.0000")


def test_each_line_of_the_history_names_actor_and_door(account: BankAccount, owner: User) -> None:
    record = preview(account, row("1"))
    commit(record)
    revert(record)
    told = Change.objects.filter(row_id=record.pk).order_by("pk")
    assert [(each.action, each.actor, each.door) for each in told] == [
        ("created", owner, "command"),
        ("changed", owner, "command"),
        ("changed", owner, "command"),
    ]
    assert [each.values["status"][1] for each in told] == ["previewed", "committed", "reverted"]
