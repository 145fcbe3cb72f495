"""The two sides of a movement between a user's own accounts find each other."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction as database
from django.db.models import QuerySet

from backend.ledger import access, errors, posting
from backend.ledger.models import BankAccount, Transaction, User
from backend.ledger.selectors.linking import known, texts

from . import links

NEAR = timedelta(days=3)
"""How far apart the two sides may be dated."""

RECENT = timedelta(hours=1)
NEWEST = 1_000
"""Rows of an account that are looked at in any case."""
AT_ONCE = 500

_OWNERSHIP = BankAccount.owners.through


def link_account(*, account_id: UUID, now: datetime, since: datetime | None = None) -> int:
    """Link the account's newest transactions with their counterparts; how many pairs were found.

    Looks at those created at or after `since` (default: an hour ago) and the newest 1,000 anyway. A pair is two
    transactions of opposite amount, in accounts of one currency that share an owner, dated at most three days apart,
    one of which names the other's account; if either could be paired with another one too, neither is.
    """
    accounts = _neighbours(account_id)
    if account_id not in accounts or len(accounts) < 2:
        return 0
    since = now - RECENT if since is None else since
    promising = _promising(_newest(account_id, since=since), accounts=accounts, own=account_id)
    return sum(_link(row, accounts=accounts, now=now) for row in promising)


def sweep(*, now: datetime, since: datetime) -> int:
    """`link_account` for every account that was written to since then."""
    touched = BankAccount.objects.filter(modified_at__gte=since).order_by("pk").values_list("pk", flat=True)
    return sum(link_account(account_id=account_id, now=now, since=since) for account_id in touched)


@database.atomic
def link(*, actor: User, transaction_id: UUID, other_id: UUID, now: datetime) -> Transaction:
    """Say that two transactions are the two sides of one movement, whatever their texts and dates say.

    They have opposite amounts, lie in two of the actor's accounts of one currency, and are linked and tied to nothing
    else. Raises NotFound, InvalidValue.
    """
    one, other, locked = _locked(actor, transaction_id, other_id)
    if one.linked_transaction_id == other.pk:
        return one
    for row, field in ((one, None), (other, "other")):
        if row.linked_transaction_id is not None:
            raise errors.InvalidValue("The transaction is linked to another one.", field=field)
        if row.refund_of_id is not None or row.refunds.exists():
            raise errors.InvalidValue("The transaction is tied to a refund or a purchase.", field=field)
    links.tie(one, other, accounts=locked, now=now)
    return one


@database.atomic
def reject(*, actor: User, transaction_id: UUID, other_id: UUID, now: datetime) -> Transaction:
    """Say that two transactions that look like it are not the two sides of one movement.

    They are neither linked of themselves nor listed as candidates from then on, until an owner links them by hand. If
    they are linked, the link is cut. Said twice, nothing more happens. Raises NotFound, InvalidValue.
    """
    one, other, locked = _locked(actor, transaction_id, other_id)
    if str(other.pk) not in one.refused_links or str(one.pk) not in other.refused_links:
        links.refuse(one, other, accounts=locked, now=now)
    return one


@database.atomic
def unlink(*, actor: User, transaction_id: UUID, now: datetime) -> Transaction:
    """Cut the link of a transaction, for good: the two are not linked again unless an owner says so.

    Raises NotFound, InvalidValue (linked to nothing that the actor sees), Conflict.
    """
    found = access.one(access.transactions(actor), transaction_id)
    access.without_hidden_links(actor, [found])
    linked = found.linked_transaction
    if linked is None:
        raise errors.InvalidValue("The transaction is linked to nothing.")
    locked = posting.lock_all((found.bank_account_id, linked.bank_account_id), actor=actor)
    row = access.one(access.transactions(actor), transaction_id)
    other = row.linked_transaction
    if other is None or other.pk != linked.pk:
        raise errors.Conflict("The link of the transaction was just changed.")
    links.refuse(row, other, accounts=locked, now=now)
    return row


def _locked(actor: User, one_id: UUID, other_id: UUID) -> tuple[Transaction, Transaction, links.Locked]:
    """Two transactions that could be the two sides of a movement, in accounts that are locked."""
    one, other = _both(actor, one_id, other_id)
    locked = posting.lock_all((one.bank_account_id, other.bank_account_id), actor=actor)
    one, other = _both(actor, one_id, other_id)
    if one.bank_account_id == other.bank_account_id:
        raise errors.InvalidValue("The two transactions are of one account.", field="other")
    if one.bank_account.currency != other.bank_account.currency or one.amount != -other.amount:
        raise errors.InvalidValue("The amounts are not opposite.", field="other")
    return one, other, locked


def _both(actor: User, one_id: UUID, other_id: UUID) -> tuple[Transaction, Transaction]:
    rows = access.transactions(actor).select_related("bank_account")
    return access.one(rows, one_id), access.one(rows, other_id, field="other")


def _neighbours(account_id: UUID) -> dict[UUID, BankAccount]:
    """The account and those of its currency that one of its owners owns too."""
    owners = _OWNERSHIP.objects.filter(bankaccount_id=account_id).values("user_id")
    shared = _OWNERSHIP.objects.filter(user_id__in=owners).values("bankaccount_id")
    found = BankAccount.objects.in_bulk(list(shared.values_list("bankaccount_id", flat=True).distinct()))
    own = found.get(account_id)
    return {pk: row for pk, row in found.items() if own is not None and row.currency == own.currency}


def _newest(account_id: UUID, *, since: datetime) -> QuerySet[Transaction]:
    """The account's rows from the first on that is as new, and in any case the newest 1,000; the newest first."""
    rows = Transaction.objects.filter(bank_account=account_id).order_by("-seq")
    looked_at = rows
    while last := looked_at.values_list("seq", "created_at")[NEWEST - 1 : NEWEST].first():
        seq, created_at = last
        if created_at < since:
            return rows.filter(seq__gte=seq)
        looked_at = rows.filter(seq__lt=seq)
    return rows


def _promising(rows: QuerySet[Transaction], *, accounts: dict[UUID, BankAccount], own: UUID) -> Iterator[Transaction]:
    """Those of the rows for which another account has the opposite amount at about that time."""
    loose = rows.filter(linked_transaction=None, pending=False).values_list("seq", "amount", "posted_date")
    if not loose:
        return
    days = {posted for _, _, posted in loose}
    others = Transaction.objects.filter(
        bank_account__in=[pk for pk in accounts if pk != own],
        posted_date__range=(min(days) - NEAR, max(days) + NEAR),
        linked_transaction=None,
        pending=False,
    )
    amounts = set(others.order_by().values_list("amount", flat=True).distinct())
    found = [seq for seq, amount, _ in loose if -amount in amounts] if amounts else []
    for start in range(0, len(found), AT_ONCE):
        yield from rows.filter(seq__in=found[start : start + AT_ONCE])


def _link(row: Transaction, *, accounts: dict[UUID, BankAccount], now: datetime) -> bool:
    """Link the row if exactly one other is its counterpart and has no other itself."""
    found = _counterparts(row, accounts=accounts)
    if len(found) != 1:
        return False
    with database.atomic():
        locked = posting.lock_all((row.bank_account_id, found[0].bank_account_id), actor=None)
        return len(locked) == 2 and _link_locked(row.pk, found[0].pk, locked=locked, now=now)


def _link_locked(one_id: UUID, other_id: UUID, *, locked: links.Locked, now: datetime) -> bool:
    loose = Transaction.objects.filter(linked_transaction=None, refund_of=None, refunds=None, pending=False)
    rows = loose.in_bulk([one_id, other_id])
    if len(rows) != 2:
        return False
    for row_id, wanted in ((one_id, other_id), (other_id, one_id)):
        row = rows[row_id]
        if [each.pk for each in _counterparts(row, accounts=_neighbours(row.bank_account_id))] != [wanted]:
            return False
    links.tie(rows[one_id], rows[other_id], accounts=locked, now=now)
    return True


def _counterparts(row: Transaction, *, accounts: dict[UUID, BankAccount]) -> list[Transaction]:
    """The unlinked transactions that could be the other side of the row."""
    own = accounts.get(row.bank_account_id)
    if own is None:
        return []
    candidates = Transaction.objects.filter(
        bank_account__in=[pk for pk in accounts if pk != own.pk],
        posted_date__range=(row.posted_date - NEAR, row.posted_date + NEAR),
        amount=-row.amount,
        linked_transaction=None,
        refund_of=None,
        refunds=None,
        pending=False,
    )
    return [
        each
        for each in candidates
        if str(each.pk) not in row.refused_links
        if known(accounts[each.bank_account_id]).named_in(texts(row)) or known(own).named_in(texts(each))
    ]
