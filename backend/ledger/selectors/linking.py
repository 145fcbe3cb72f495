"""Transactions that may be the two sides of a movement between a user's own accounts."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from backend.ledger import access, errors
from backend.ledger.models import BankAccount, Transaction, User
from backend.ledger.rules import linking as rules
from backend.ledger.rules.reasons import Match

MOST = 50
LOOKED_AT = 500
"""Transactions for which another side is looked for, the latest first."""

MOST_PAIRS = 20_000
"""Pairs that are looked at: many movements of one size make very many."""

NEAR = timedelta(days=rules.FURTHEST)
Pair = tuple[Transaction, Transaction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Two transactions that may be one movement, `days` apart; `rivals` other pairs have one of them too."""

    debit: Transaction
    credit: Transaction
    days: int
    rivals: int
    match: Match


def candidates(
    user: User, *, account_id: UUID | None = None, transaction_id: UUID | None = None, limit: int = 20
) -> list[Candidate]:
    """Pairs of the user's transactions, of an account or with a transaction if one is given; the likeliest first.

    Of opposite amounts, in two of the user's accounts of one currency, at most ten days apart, neither pending, linked
    or tied to a refund, and not rejected by an owner. Looks at the latest 500 transactions that qualify; a few
    queries. Raises NotFound (`account`, `transaction`), InvalidValue (`first`).
    """
    if not 1 <= limit <= MOST:
        raise errors.InvalidValue(f"From 1 to {MOST} pairs are shown.", field="first")
    accounts = {row.pk: row for row in access.accounts(user)}
    rows = _loose(Transaction.objects.filter(bank_account__in=list(accounts)))
    if account_id is not None:
        access.one(access.accounts(user), account_id, field="account")
        rows = rows.filter(bank_account=account_id)
    if transaction_id is not None:
        access.one(access.transactions(user), transaction_id, field="transaction")
        rows = rows.filter(pk=transaction_id)
    asked = list(rows.order_by("-posted_date", "-seq")[:LOOKED_AT])
    wanted = {row.pk for row in asked}
    pairs = list(islice(_pairs(_around(asked, accounts), accounts), MOST_PAIRS))
    used = Counter(row.pk for pair in pairs for row in pair)
    mine = (pair for pair in pairs if pair[0].pk in wanted or pair[1].pk in wanted)
    found = [each for pair in mine if (each := _candidate(*pair, used=used, accounts=accounts)) is not None]
    found.sort(key=lambda each: (-each.match.score, -each.debit.posted_date.timestamp(), each.debit.pk))
    return found[:limit]


def _loose(rows: QuerySet[Transaction]) -> QuerySet[Transaction]:
    return rows.filter(pending=False, linked_transaction=None, refund_of=None, refunds=None)


def _around(asked: Sequence[Transaction], accounts: Mapping[UUID, BankAccount]) -> list[Transaction]:
    """Everything of the same sizes at about that time: the other sides, and what competes for them. One query."""
    if not asked or len(accounts) < 2:
        return []
    days = [row.posted_date for row in asked]
    rows = Transaction.objects.filter(
        bank_account__in=list(accounts),
        posted_date__range=(min(days) - 2 * NEAR, max(days) + 2 * NEAR),
        amount__in={sign * row.amount for row in asked for sign in (1, -1)},
    )
    return list(_loose(rows).order_by("-posted_date", "-seq")[: 10 * LOOKED_AT])


def _pairs(rows: Sequence[Transaction], accounts: Mapping[UUID, BankAccount]) -> Iterator[Pair]:
    """Debit and credit of each pair that could be one movement."""
    credits_: defaultdict[tuple[object, object], list[Transaction]] = defaultdict(list)
    for row in rows:
        if row.amount > 0:
            credits_[row.amount, accounts[row.bank_account_id].currency].append(row)
    for debit in rows:
        for credit in credits_[-debit.amount, accounts[debit.bank_account_id].currency]:
            if (
                debit.bank_account_id != credit.bank_account_id
                and abs(debit.posted_date - credit.posted_date) <= NEAR
                and str(credit.pk) not in debit.refused_links
            ):
                yield debit, credit


def _candidate(
    debit: Transaction, credit: Transaction, *, used: Counter[UUID], accounts: Mapping[UUID, BankAccount]
) -> Candidate | None:
    days = abs((debit.posted_date.date() - credit.posted_date.date()).days)
    rivals = used[debit.pk] + used[credit.pk] - 2
    named = sum(
        known(accounts[there.bank_account_id]).named_in(texts(here))
        for here, there in ((debit, credit), (credit, debit))
    )
    match = rules.judge(named=named, days=days, rivals=rivals)
    if match is None:
        return None
    return Candidate(debit=debit, credit=credit, days=days, rivals=rivals, match=match)


def texts(row: Transaction) -> tuple[str, str]:
    """What may name the other account."""
    return row.raw_description, row.description


def known(account: BankAccount) -> rules.Known:
    """What an account is known by in a bank's texts."""
    aliases = account.link_aliases if isinstance(account.link_aliases, list) else []
    return rules.Known(
        name=account.name,
        aliases=tuple(alias for alias in aliases if isinstance(alias, str)),
        number=account.account_number or "",
    )
