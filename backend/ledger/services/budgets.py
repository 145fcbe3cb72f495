"""What a user can do with a budget."""

from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from django.db import transaction

from backend.ledger import access, errors, posting
from backend.ledger.models import BankAccount, Budget, Entry, User
from backend.ledger.rules import budgets as rules
from backend.ledger.selectors import accounts as account_selectors

from . import fillups, funding, immutable, locks, versions

IMMUTABLE = {
    "bank_account": "Cannot change the bank account after creation.",
    "budget_type": "Cannot change the budget type after creation.",
}


class Fields(TypedDict, total=False):
    """What a caller may say of a budget. Amounts are in the account's currency, schedules RFC 5545 text."""

    name: str
    bank_account: UUID
    budget_type: str
    target_balance: Decimal
    funding_amount: Decimal | None
    funding_type: str
    target_date: date | None
    with_fillup_goal: bool
    paused: bool
    funding_schedule: str
    recurrance_schedule: str | None
    memo: str | None
    auto_spend: object


@transaction.atomic
def create(*, actor: User, account_id: UUID, fields: Fields, now: datetime) -> Budget:
    """Create a budget with a balance of zero; a Recurring one with `with_fillup_goal` gets its fill-up.

    Raises NotFound, InvalidAmount, InvalidSchedule, InvalidRule, InvalidValue.
    """
    account = locks.account(actor=actor, account_id=account_id, field="bank_account")
    kind = fields.get("budget_type", Budget.Type.GOAL)
    today = account_selectors.today(account, now=now)
    rules.check_new(fields, currency=str(account.currency), today=today)
    budget = Budget(
        bank_account=account,
        budget_type=kind,
        anchor=today,
        fund_from=today,
        recur_from=today,
        created_at=now,
        modified_at=now,
    )
    _assign(budget, fields)
    posting.judge(budget)
    budget.save(force_insert=True)
    posting.journal.created(account, [budget])
    if kind == Budget.Type.RECURRING and budget.with_fillup_goal:
        fillups.open_for(account, budget, today=today, now=now)
    _finish(account, now=now)
    return budget


@transaction.atomic
def update(
    *, actor: User, budget_id: UUID, fields: Fields, now: datetime, expected_version: int | None = None
) -> Budget:
    """Change a budget; its fill-up follows. What concerns funding takes effect from the next event.

    Where everything is as it was, nothing is written.
    Raises NotFound, Immutable, Archived, InvalidAmount, InvalidSchedule, InvalidRule, InvalidValue, Conflict.
    """
    account, budget = _locked(actor=actor, budget_id=budget_id)
    versions.check(budget, expected_version)
    present = {"bank_account": account.pk, "budget_type": budget.budget_type}
    immutable.check(fields, present, refusals=IMMUTABLE)
    today = account_selectors.today(account, now=now)
    rules.check_change(budget, fields, currency=str(account.currency), today=today)
    if not _differs(budget, fields):
        return budget
    funding.before_change(account, budget, now=now)
    had_fillup = budget.fillup_goal_id is not None
    posting.journal.watch(budget)
    _assign(budget, fields)
    posting.judge(budget)
    posting.journal.changed(account, budget)
    budget.stamp(now)
    budget.save()
    if budget.budget_type == Budget.Type.RECURRING:
        if budget.with_fillup_goal and not had_fillup:
            fillups.open_for(account, budget, today=today, now=now)
        elif not budget.with_fillup_goal and had_fillup:
            fillups.close_for(account, budget, actor=actor, now=now)
        elif had_fillup:
            fillups.keep_in_step(account, budget, now=now)
    _finish(account, now=now)
    return budget


@transaction.atomic
def archive(*, actor: User, budget_id: UUID, now: datetime) -> Budget:
    """Settle the balance with Unallocated and take the budget out of use; its fill-up first.

    Raises NotFound, Forbidden (Unallocated), Archived (twice).
    """
    account, budget = _locked(actor=actor, budget_id=budget_id)
    rules.check_archivable(budget)
    if budget.budget_type == Budget.Type.FILLUP:
        fillups.detach(account, budget, now=now)
    elif budget.fillup_goal is not None and not budget.fillup_goal.archived:
        fillups.retire(account, budget.fillup_goal, actor=actor, now=now)
    fillups.retire(account, budget, actor=actor, now=now)
    _finish(account, now=now)
    return budget


@transaction.atomic
def unarchive(*, actor: User, budget_id: UUID, now: datetime) -> Budget:
    """Take an archived budget into use again, empty; its fill-up too, where it has one.

    Its schedules go on from today: nothing is made up. Raises NotFound, InvalidValue (not archived, a fill-up).
    """
    account, budget = _locked(actor=actor, budget_id=budget_id)
    if not budget.archived:
        raise errors.InvalidValue("The budget is not archived.")
    if budget.budget_type == Budget.Type.FILLUP:
        raise errors.InvalidValue("A fill-up goal comes back with its recurring budget.")
    today = account_selectors.today(account, now=now)
    fillup = budget.fillup_goal
    for each in [budget] if fillup is None else [fillup, budget]:
        posting.journal.watch(each)
        each.archived, each.archived_at = False, None
        each.fund_from, each.recur_from = max(each.fund_from, today), max(each.recur_from, today)
        posting.judge(each)
        posting.journal.changed(account, each)
        each.stamp(now)
        each.save()
    _finish(account, now=now)
    return budget


@transaction.atomic
def delete(*, actor: User, budget_id: UUID, now: datetime) -> None:
    """Settle a budget that no transaction ever touched with Unallocated and remove it, its fill-up too.

    Its transfers stay in the history. Raises NotFound, Forbidden (Unallocated), HasAllocations.
    """
    account, budget = _locked(actor=actor, budget_id=budget_id)
    if budget.is_unallocated:
        raise errors.Forbidden("Cannot delete the unallocated budget.")
    going = [budget] if budget.fillup_goal is None else [budget.fillup_goal, budget]
    if Entry.objects.filter(budget__in=going).exclude(transaction=None).exists():
        raise errors.HasAllocations(
            "Cannot delete a budget that has transaction allocations. Archive it instead.",
        )
    if budget.budget_type == Budget.Type.FILLUP:
        fillups.detach(account, budget, now=now)
    for each in going:
        fillups.settle(account, each, actor=actor, now=now)
        posting.journal.deleted(account, [each])
        Budget.objects.filter(pk=each.pk).update(deleted_at=now, modified_at=now)
    _finish(account, now=now)


def _finish(account: BankAccount, *, now: datetime) -> None:
    funding.drop_skips(account)
    posting.journal.write(account, at=now)
    funding.reschedule(account, now=now)


def _locked(*, actor: User, budget_id: UUID) -> tuple[BankAccount, Budget]:
    """The account of one of the actor's budgets, locked, and the budget as it is then."""
    found = access.one(access.budgets(actor), budget_id)
    account = posting.lock(found.bank_account_id, actor=actor)
    return account, access.one(access.budgets(actor).select_related("fillup_goal"), budget_id)


def _differs(budget: Budget, fields: Fields) -> bool:
    return any(getattr(budget, field) != value for field, value in _kept(fields).items())


def _assign(budget: Budget, fields: Fields) -> None:
    for field, value in _kept(fields).items():
        setattr(budget, field, value)


def _kept(fields: Fields) -> dict[str, object]:
    """What a caller says and a budget keeps; no rules are an empty list."""
    kept: dict[str, object] = {field: value for field, value in fields.items() if field not in IMMUTABLE}
    if "auto_spend" in kept:
        kept["auto_spend"] = kept["auto_spend"] or []
    return kept
