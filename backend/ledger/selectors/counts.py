"""How many transactions an account has, without counting them all each time: what was counted once is carried on.

The history tells which came and went since, and its keys grow in the order of the account's commits. Nothing that is
kept says who may know a number: that is asked each time, in the same statement.
"""

from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from backend.ledger import access, prepared
from backend.ledger.models import BankAccount, Change, Transaction, User

KEPT = 1_000
"""Accounts of a process; those that were counted first go first."""

CREATED, DELETED = Change.Action.CREATED, Change.Action.DELETED


@dataclass(frozen=True, slots=True)
class _Counted:
    """`rows` there were after the change of that key, which was the account's last."""

    rows: int
    last: int


_known: dict[UUID, _Counted] = {}
_lock = Lock()


def transactions(user: User, account_id: UUID) -> int:
    """How many transactions the account has; 0 where it is none of the user's. One query, two the first time."""
    known = _known.get(account_id)
    found = None if known is None else _carried_on(user, account_id, known)
    if found is None:
        found = _counted(user, account_id)
    if found is None:
        return 0
    if found.last:
        _keep(account_id, found)
    return found.rows


def _keep(account_id: UUID, found: _Counted) -> None:
    with _lock:
        _known.pop(account_id, None)
        while len(_known) >= KEPT:
            del _known[next(iter(_known))]
        _known[account_id] = found


def _carried_on(user: User, account_id: UUID, known: _Counted) -> _Counted | None:
    """The number as it is now; None where that last change is none of the account's.

    So it is if the account was removed and restored meanwhile, and if the database asked is a copy that lags behind.
    """

    def make(user: User, hole: prepared.Opening) -> QuerySet[Any, Any]:
        step = Case(When(action=CREATED, then=Value(1)), default=Value(-1))
        changes = Change.objects.filter(bank_account=OuterRef("pk"))
        later = changes.filter(pk__gt=hole(Change), noun=Change.Noun.TRANSACTION, action__in=(CREATED, DELETED))
        return _account(user, hole, _one(later, Sum(step))).filter(Exists(changes.filter(pk=hole(Change))))

    rows = access.known(user, make, known.last, account_id, known.last, name=_carried_on)
    return next((_Counted(known.rows + more, last) for more, last in rows), None)


def _counted(user: User, account_id: UUID) -> _Counted | None:
    def make(user: User, hole: prepared.Opening) -> QuerySet[Any, Any]:
        return _account(user, hole, _one(Transaction.objects.filter(bank_account=OuterRef("pk")), Count("pk")))

    return next((_Counted(*row) for row in access.known(user, make, account_id, name=_counted)), None)


def _account(user: User, hole: prepared.Opening, number: Subquery) -> QuerySet[Any, Any]:
    """The number and the last change of an account, if it is the user's."""
    last = Change.objects.filter(bank_account=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rows = access.accounts(user).filter(pk=hole(BankAccount)).order_by()
    return rows.values_list(Coalesce(number, Value(0)), Coalesce(Subquery(last), Value(0)))


def _one(rows: QuerySet[Any, Any], number: Any) -> Subquery:
    """A number of all the rows, which are of one account."""
    return Subquery(rows.order_by().values("bank_account").annotate(number=number).values("number"))
