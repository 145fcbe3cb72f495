"""What the rules of an account's budgets would change of its past, and what they changed when they were applied."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F

from backend.ledger import access, currencies, errors
from backend.ledger.models import AutoSpendRun, BankAccount, Budget, Entry, User
from backend.ledger.rules import auto_spend as rules
from backend.ledger.rules.reasons import Reason

from . import claims, snapshot

MOST = 500
"""Transactions that one run changes; the next one goes on."""

LOOKED_AT = 20_000
"""Transactions on Unallocated that are looked at, the latest first."""

MOST_RUNS = 100
ZERO = Decimal(0)

DELETED, CHANGED = (
    Reason(code="deleted", text="The transaction is gone."),
    Reason(code="changed", text="Somebody has changed its amount, budgets or category since."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which part of the past, by the days on which the bank booked it, both included; and of which rules.

    `budget_id`: only what that budget would claim. `candidate`: rules, as clients write them, that it has in thought
    instead of its own.
    """

    budget_id: UUID | None = None
    candidate: object = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A debit that lies on Unallocated whole and would go to a budget, by which of its rules, counted from 1."""

    entry: Entry
    budget_id: UUID
    number: int
    category: str

    @property
    def transaction_id(self) -> UUID:
        assert self.entry.transaction_id is not None
        return self.entry.transaction_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a budget has now and would have then; how many transactions come to it, or leave Unallocated."""

    budget_id: UUID
    count: int
    now: Decimal
    then: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would change, the latest first. `fingerprint` stands for exactly this; `more`: a further run has more."""

    account: BankAccount
    rows: list[Row]
    effects: list[Effect]
    fingerprint: str
    more: bool


def preview(user: User, account_id: UUID, asked: Asked) -> Preview:
    """What the rules would change of an account's past. Raises NotFound (`account`, `budget`), InvalidValue."""
    with snapshot.reading():
        return changes(access.one(access.accounts(user), account_id, field="account"), asked)


def changes(account: BankAccount, asked: Asked) -> Preview:
    """The same of an account that was looked up, or locked; two queries.

    Only debits that lie on Unallocated whole are looked at: a split that somebody made stays. Rules claim as they do
    of new transactions: the oldest budget first. A category that somebody gave stays too.
    Raises NotFound (`budget`), InvalidValue (`until`), InvalidRule (`rules`).
    """
    if asked.since and asked.until and asked.until < asked.since:
        raise errors.InvalidValue("The period ends before it begins.", field="until")
    live = {row.pk: row for row in Budget.objects.filter(bank_account=account, archived=False, deleted_at=None)}
    unallocated, *others = _claimants(account, live, asked)
    found: list[Row] = []
    looked_at = 0
    for entry in _entries(unallocated.budget_id, asked):
        looked_at += 1
        row = _claimed(entry, others)
        if row is not None and asked.budget_id in (None, row.budget_id):
            found.append(row)
            if len(found) > MOST:
                break
    rows = found[:MOST]
    return Preview(
        account=account,
        rows=rows,
        effects=_effects(rows, live, unallocated=unallocated.budget_id),
        fingerprint=_fingerprint(account, rows),
        more=len(found) > MOST or looked_at == LOOKED_AT,
    )


def _claimants(account: BankAccount, live: Mapping[UUID, Budget], asked: Asked) -> list[claims.Claimant]:
    if asked.budget_id is None:
        if asked.candidate is not None:
            raise errors.InvalidValue("Say which budget the rules are for.", field="budget")
    elif asked.budget_id not in live:
        raise errors.NotFound("There is no such budget that can take money.", field="budget")
    elif asked.candidate is not None:
        budget = live[asked.budget_id]
        if budget.is_unallocated:
            raise errors.InvalidRule("Unallocated takes what no rule claims.", field="rules")
        try:
            rules.parse(asked.candidate, decimals=currencies.decimals(str(account.currency)))
        except errors.InvalidRule as refusal:
            raise errors.InvalidRule(refusal.message, field="rules") from refusal
        budget.auto_spend = asked.candidate or []
    return claims.among(live.values())


def _entries(unallocated: UUID, asked: Asked) -> Iterable[Entry]:
    """The allocations that are debits on Unallocated whole, with their transactions; the latest first."""
    entries = Entry.objects.filter(
        budget=unallocated, transaction__isnull=False, amount__lt=0, amount=F("transaction__amount")
    )
    if asked.since:
        entries = entries.filter(effective_at__gte=_start(asked.since))
    if asked.until and asked.until < date.max:
        entries = entries.filter(effective_at__lt=_start(asked.until + timedelta(days=1)))
    ordered = entries.select_related("transaction").order_by("-effective_at", "-seq")[:LOOKED_AT]
    return ordered.iterator(chunk_size=1_000)


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _claimed(entry: Entry, others: Sequence[claims.Claimant]) -> Row | None:
    assert entry.transaction is not None
    found = rules.claim(claims.ruled(others), texts=claims.texts(entry.transaction), size=-entry.amount)
    if found is None:
        return None
    category = rules.category_then(found.rule, now=entry.category)
    return Row(entry=entry, budget_id=found.budget, number=found.number, category=category)


def _effects(rows: Sequence[Row], live: Mapping[UUID, Budget], *, unallocated: UUID) -> list[Effect]:
    """Unallocated first, then the budgets by age."""
    counts, moved = Counter(row.budget_id for row in rows), dict.fromkeys(live, ZERO)
    for row in rows:
        moved[row.budget_id] += row.entry.amount
        moved[unallocated] -= row.entry.amount
    counts[unallocated] = len(rows)
    ordered = sorted(live.values(), key=lambda budget: (not budget.is_unallocated, budget.created_at, budget.pk))
    return [
        Effect(budget_id=each.pk, count=counts[each.pk], now=each.balance, then=each.balance + moved[each.pk])
        for each in ordered
        if counts[each.pk]
    ]


def _fingerprint(account: BankAccount, rows: Sequence[Row]) -> str:
    told = [
        [str(row.entry.pk), str(row.budget_id), f"{row.entry.amount.normalize():f}", row.entry.category, row.category]
        for row in rows
    ]
    return hashlib.sha256(json.dumps([str(account.pk), told]).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a run did with a transaction, and what stands in the way of undoing it, if something does."""

    transaction_id: UUID
    entry_id: UUID
    budget_id: UUID
    amount: Decimal
    category_before: str
    category_after: str
    undone: bool
    obstacle: Reason | None


def runs(user: User, account_id: UUID, *, limit: int = MOST_RUNS) -> list[AutoSpendRun]:
    """The runs of an account, the latest first. Raises NotFound (`account`), InvalidValue (`first`)."""
    if not 1 <= limit <= MOST_RUNS:
        raise errors.InvalidValue(f"From 1 to {MOST_RUNS} runs are shown.", field="first")
    account = access.one(access.accounts(user), account_id, field="account")
    found = access.auto_spend_runs(user).filter(bank_account=account).select_related("actor", "undone_by")
    return list(found.order_by("-created_at")[:limit])


def done(run: AutoSpendRun) -> list[Done]:
    """What the run did, with what stands in the way of undoing it as things are now; one query."""
    keys = [UUID(row["transaction"]) for row in run.rows]
    lying: dict[UUID, list[Entry]] = {}
    for entry in Entry.objects.filter(transaction__in=keys):
        assert entry.transaction_id is not None
        lying.setdefault(entry.transaction_id, []).append(entry)
    return [_done(row, lying=lying, over=run.undone_at is not None) for row in run.rows]


def _done(row: Mapping[str, Any], *, lying: Mapping[UUID, list[Entry]], over: bool) -> Done:
    key, budget, amount = UUID(row["transaction"]), UUID(row["budget"]), Decimal(row["amount"])
    entries = lying.get(key, [])
    obstacle = None
    if over:
        pass
    elif not entries:
        obstacle = DELETED
    elif [(each.budget_id, each.amount, each.category) for each in entries] != [(budget, amount, row["after"])]:
        obstacle = CHANGED
    return Done(
        transaction_id=key,
        entry_id=UUID(row["entry"]),
        budget_id=budget,
        amount=amount,
        category_before=row["before"],
        category_after=row["after"],
        undone=bool(row.get("undone")),
        obstacle=obstacle,
    )
