"""How a transaction lies on budgets: signed parts that sum to its amount exactly, none of the opposite sign."""

from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import TypeVar

from backend.ledger import errors

K = TypeVar("K", bound=Hashable)
ZERO = Decimal(0)
CENT = Decimal("0.01")


def divide(*, amount: Decimal, shares: Mapping[K, Decimal], unallocated: K) -> dict[K, Decimal]:
    """The parts of a transaction whose split was declared: a positive share for each budget.

    What the shares leave falls to `unallocated`, and so does a share of its own. Raises InvalidSplit for a share that
    is not positive, and for shares that exceed the transaction.
    """
    for key, share in shares.items():
        if share <= 0:
            raise errors.InvalidSplit(f"Amount for budget {key} must be positive.", field="splits")
    total = sum(shares.values(), ZERO)
    if total > abs(amount):
        message = f"Split total ({_shown(total)}) exceeds transaction amount ({_shown(abs(amount))})."
        raise errors.InvalidSplit(message, field="splits")
    parts = {key: share.copy_sign(amount) for key, share in shares.items() if key != unallocated}
    return _with_rest(parts, amount=amount, unallocated=unallocated)


def rescale(*, old: Mapping[K, Decimal], amount: Decimal, unallocated: K) -> dict[K, Decimal]:
    """The parts of a pending transaction that settles, perhaps with another amount than it was announced with.

    With the same amount they stay as they are. Of another one a single part takes all; of several, that of
    `unallocated` absorbs the difference. Where it cannot, since there is none or it would have to change its sign, the
    whole amount falls to `unallocated`.
    """
    if old and amount == sum(old.values(), ZERO):
        return dict(old)
    if len(old) == 1 and amount:
        return dict.fromkeys(old, amount)
    parts = {key: part for key, part in old.items() if key != unallocated}
    rest = amount - sum(parts.values(), ZERO)
    if unallocated not in old or any(part * amount <= 0 for part in parts.values()) or rest * amount < 0:
        parts = {}
    return _with_rest(parts, amount=amount, unallocated=unallocated)


def _with_rest(parts: Mapping[K, Decimal], *, amount: Decimal, unallocated: K) -> dict[K, Decimal]:
    """The parts and what they leave, which is nobody's part if it is nothing."""
    rest = amount - sum(parts.values(), ZERO)
    whole = {**parts, unallocated: rest} if rest else dict(parts)
    assert sum(whole.values(), ZERO) == amount
    assert all(part * amount > 0 for part in whole.values())
    return whole


def _shown(amount: Decimal) -> str:
    """With two decimals, or as many as it has if that is more."""
    return f"{amount if amount != round(amount, 2) else amount.quantize(CENT):f}"
