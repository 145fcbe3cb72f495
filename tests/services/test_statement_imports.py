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
    accounts,
    allocations,
    budgets,
    import_revert,
    imports,
    linking,
    refunds,
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


# Reverting


def test_a_reverted_import_leaves_the_ledger_as_it_was(account: BankAccount, owner: User, groceries: Budget) -> None:
    enter(account, row(None, pending=True, amount="-6.00"))
    held = Transaction.objects.get()
    shares = {groceries.pk: D("4.00")}
    transactions.split(actor=owner, transaction_id=held.pk, shares=shares, now=NOW)
    Entry.objects.filter(budget=groceries).update(memo="for the weekend")
    before = ledger(account)
    record = record_of(
        enter(account, row("1", day=12, amount="-7.10"), row("2", day=9), row("3", day=12, amount="12.00"))
    )
    assert (record.entered, record.settled) == (2, 1)
    done = revert(record)
    assert (done.status, done.reverted_by) == ("reverted", owner)
    assert ledger(account) == before
    states.sound()


def test_splits_that_the_posted_amount_broke_are_restored(account: BankAccount, owner: User, groceries: Budget) -> None:
    enter(account, row(None, pending=True, amount="-100.00", description="NORTHWAY FUEL"))
    held = Transaction.objects.get()
    transactions.split(actor=owner, transaction_id=held.pk, shares={groceries.pk: D("90.00")}, now=NOW)
    before = ledger(account)
    record = record_of(enter(account, row("1", day=12, amount="-40.00", description="NORTHWAY FUEL")))
    assert record.settled == 1
    assert not Entry.objects.filter(budget=groceries).exists()
    revert(record)
    assert ledger(account) == before
    states.sound()


def test_a_revert_is_done_once_and_the_file_can_come_again(account: BankAccount) -> None:
    record = record_of(enter(account, row("1"), row("2")))
    revert(record)
    after = states.fingerprint()
    assert revert(record).status == "reverted"
    assert states.fingerprint() == after
    assert enter(account, row("1"), row("2")).new == 2
    states.sound()


def test_a_preview_cannot_be_reverted(account: BankAccount) -> None:
    record = preview(account, row("1"))
    with states.refused(errors.ImportOver):
        revert(record)


def do_split(actor: User, made: Transaction, groceries: Budget) -> None:
    transactions.split(actor=actor, transaction_id=made.pk, shares={groceries.pk: D("1.00")}, now=NOW)


def do_category(actor: User, made: Transaction, groceries: Budget) -> None:
    entry = Entry.objects.get(transaction=made)
    allocations.update(actor=actor, allocation_id=entry.pk, changes={"memo": "mine"}, now=NOW)


def do_edit(actor: User, made: Transaction, groceries: Budget) -> None:
    transactions.update(actor=actor, transaction_id=made.pk, changes={"description": "Coffee"}, now=NOW)


def do_link(actor: User, made: Transaction, groceries: Budget) -> None:
    savings = build.account(owner=actor, name="Savings")
    other = build.transaction(savings, amount="5.00")
    linking.link(actor=actor, transaction_id=made.pk, other_id=other.pk, now=NOW)


def do_refund(actor: User, made: Transaction, groceries: Budget) -> None:
    back = build.transaction(made.bank_account, amount="2.00")
    refunds.tie(actor=actor, transaction_id=back.pk, purchase_id=made.pk, now=NOW)


WORK = {"refund": do_refund, "split": do_split, "category": do_category, "edited": do_edit, "linked": do_link}


@pytest.mark.parametrize("reason", WORK)
def test_work_on_a_row_stands_in_the_way(account: BankAccount, owner: User, groceries: Budget, reason: str) -> None:
    record = record_of(enter(account, row("1"), row("2", day=11)))
    made = Transaction.objects.get(statement_place=1)
    WORK[reason](owner, made, groceries)
    with states.refused(errors.CannotRevert) as caught:
        revert(record)
    refusal = caught.value
    assert isinstance(refusal, errors.CannotRevert)
    assert [(each.place, each.row_id, each.reason) for each in refusal.rows] == [(1, made.pk, reason)]


def test_a_row_that_has_posted_since_stands_in_the_way(account: BankAccount) -> None:
    record = record_of(enter(account, row(None, pending=True)))
    later = record_of(enter(account, row("1", day=12)))
    with states.refused(errors.CannotRevert) as caught:
        revert(record)
    assert "has posted since" in caught.value.message
    revert(later)
    revert(record)
    assert not Transaction.objects.exists()
    states.sound()


def test_what_was_changed_back_does_not_stand_in_the_way(account: BankAccount, owner: User, groceries: Budget) -> None:
    record = record_of(enter(account, row("1")))
    made = Transaction.objects.get()
    for shares in ({groceries.pk: D("1.00")}, {}):
        transactions.split(actor=owner, transaction_id=made.pk, shares=shares, now=NOW)
    for description in ("Mine", made.raw_description):
        transactions.update(actor=owner, transaction_id=made.pk, changes={"description": description}, now=NOW)
    revert(record)
    assert not Transaction.objects.exists()


def test_an_import_that_found_the_rows_there_stands_in_the_way(account: BankAccount) -> None:
    record = record_of(enter(account, row("1")))
    later = record_of(enter(account, row("1"), row("2", day=11)))
    with states.refused(errors.CannotRevert) as caught:
        revert(record)
    assert str(later.pk) in caught.value.message
    revert(later)
    revert(record)
    assert not Transaction.objects.exists()


def test_a_link_that_the_service_made_is_cut(account: BankAccount, owner: User) -> None:
    savings = build.account(owner=owner, name="Rainy Day", account_number="8820")
    enter(savings, row("1", amount="75.00", day=11, description="TRANSFER"))
    record = record_of(enter(account, row("1", amount="-75.00", description="TRANSFER TO SAVINGS ENDING IN 8820")))
    linked = Transaction.objects.filter(bank_account=savings).exclude(linked_transaction=None)
    assert linked.exists()
    revert(record)
    assert not linked.exists()
    states.sound()


def test_a_row_that_somebody_deleted_stays_deleted(account: BankAccount, owner: User) -> None:
    record = record_of(enter(account, row("1"), row("2", day=11)))
    transactions.delete(actor=owner, transaction_id=Transaction.objects.get(statement_place=0).pk, now=NOW)
    revert(record)
    assert not Transaction.objects.exists()
    states.sound()


def test_a_part_that_would_go_back_to_an_archived_budget_stands_in_the_way(
    account: BankAccount, owner: User, groceries: Budget
) -> None:
    enter(account, row(None, pending=True, amount="-100.00", description="NORTHWAY FUEL"))
    held = Transaction.objects.get()
    transactions.split(actor=owner, transaction_id=held.pk, shares={groceries.pk: D("90.00")}, now=NOW)
    record = record_of(enter(account, row("1", day=12, amount="-40.00", description="NORTHWAY FUEL")))
    budgets.archive(actor=owner, budget_id=groceries.pk, now=NOW)
    with states.refused(errors.CannotRevert) as caught:
        revert(record)
    assert "Groceries" in caught.value.message


def test_an_archived_budget_that_claimed_a_row_holds_nothing_afterwards(account: BankAccount, owner: User) -> None:
    food = build.budget(account, name="Food", auto_spend=[{"party": "pantry"}])
    record = record_of(enter(account, row("1")))
    budgets.archive(actor=owner, budget_id=food.pk, now=NOW)
    revert(record)
    assert Budget.objects.get(pk=food.pk).balance == 0
    states.sound()


def test_how_far_the_bank_has_told_stays_after_a_revert(account: BankAccount) -> None:
    revert(record_of(enter(account, row("1"))))
    account.refresh_from_db()
    assert account.last_posted_through == date(2026, 6, 14)


def test_an_account_goes_with_its_imports(account: BankAccount, owner: User) -> None:
    enter(account, row("1"))
    preview(account, row("2"))
    accounts.delete(actor=owner, account_id=account.pk, now=NOW)
    assert not StatementImport.objects.exists()
