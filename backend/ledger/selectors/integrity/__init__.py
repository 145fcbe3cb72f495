"""The invariants of the ledger, recomputed from the rows alone.

Each check is one query over the whole database or one account that answers with the rows that break it, so that a
healthy ledger of any size takes no memory. Nothing is shared with `posting`: the two agree only if both are right.
"""

from collections.abc import Iterator
from uuid import UUID

from .chains import CHAINS
from .check import Breach, Check
from .columns import decimals, missing_constraints, references
from .shapes import SHAPES
from .sums import SUMS

__all__ = ["Breach", "breaches"]


def breaches(*, account_id: UUID | None = None) -> Iterator[Breach]:
    """Every breach in the database, or in one account.

    Each check sees one moment; on a ledger that is in use, different checks may see different ones. That is no
    matter: an invariant holds at every moment, and no check compares two of them.
    """
    for check in _checks():
        if account_id is None or check.accounts:
            yield from check.run(account_id=account_id)
    if account_id is None:
        yield from missing_constraints()


def _checks() -> Iterator[Check]:
    yield from SUMS
    yield from CHAINS
    yield from SHAPES
    yield from decimals()
    yield from references()
