"""The one place that changes a balance.

The law: the entries of a transaction sum to its amount, those of a transfer to zero; so the budgets of an account
always sum to its available balance. Whoever calls holds the account's lock, in the same database transaction; so
what is read here cannot change before it is written. `verify_ledger` recomputes all of it from the rows.
"""

from . import journal, loading, outbox, rows
from .allocations import Move, Part, allocate, reassign
from .entering import Draft, post
from .locking import lock, lock_all, tick
from .transactions import remove, remove_all, settle, unsettle
from .transfers import judge, move

__all__ = [
    "Draft",
    "Move",
    "Part",
    "allocate",
    "journal",
    "judge",
    "loading",
    "lock",
    "lock_all",
    "move",
    "outbox",
    "post",
    "reassign",
    "remove",
    "remove_all",
    "rows",
    "settle",
    "tick",
    "unsettle",
]
