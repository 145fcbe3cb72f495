"""A declared split of a transaction, as signed amounts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from backend.ledger.errors import InvalidSplit

K = TypeVar("K")
ZERO = Decimal(0)


def divide(*, amount: Decimal, shares: Mapping[K, Decimal], unallocated: K) -> dict[K, Decimal]:
    """Positive shares per budget → signed parts that sum to `amount`; what is left falls to `unallocated`.

    A share given to `unallocated` is part of what is left. Raises InvalidSplit for a share that is not positive or
    shares that pass the amount.
    """
    for key, share in shares.items():
        if share <= 0:
            raise InvalidSplit(f"Amount for budget {key} must be positive.", field="splits")
    total = sum(shares.values(), ZERO)
    if total > abs(amount):
        raise InvalidSplit(f"Split total ({total}) exceeds transaction amount ({abs(amount)}).", field="splits")
    sign = 1 if amount > 0 else -1
    parts = {key: sign * share for key, share in shares.items() if key != unallocated}
    rest = amount - sum(parts.values(), ZERO)
    if rest:
        parts[unallocated] = rest
    assert sum(parts.values(), ZERO) == amount
    return parts


def rescale(*, old: Mapping[K, Decimal], amount: Decimal, unallocated: K) -> dict[K, Decimal]:
    """The parts of a pending transaction that settles with another amount.

    A single part takes it; of several, that of `unallocated` absorbs the difference; where it cannot, the whole goes
    to `unallocated`.
    """
    if len(old) == 1:
        return {key: amount for key in old}
    rest = amount - sum((part for key, part in old.items() if key != unallocated), ZERO)
    same_sign = all((part > 0) == (amount > 0) for part in old.values())
    if unallocated not in old or not same_sign or rest * amount < 0:
        return {unallocated: amount}
    parts = {key: part for key, part in old.items() if key != unallocated}
    if rest:
        parts[unallocated] = rest
    return parts
