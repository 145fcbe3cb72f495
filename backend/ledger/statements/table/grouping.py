"""The rows of a table -> a statement for each account and currency, with the balances that its column tells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from backend.ledger.errors import StatementError
from backend.ledger.statements import days
from backend.ledger.statements.mapping import Mapping
from backend.ledger.statements.statement import MAX_STATEMENTS, Statement

from . import words
from .columns import Columns
from .rows import Read

MOST_OF_NUMBER = 32
FEWEST_DIGITS = 3
"""What has fewer is the name of an account, not its number."""


def empty(currency: str, *, mapping: Mapping) -> Statement:
    """A statement of a time in which nothing moved."""
    return Statement(source="csv", account_number=None, account_type=mapping.account_type or "C", currency=currency)


def statements(found: Sequence[Read], *, columns: Columns, mapping: Mapping) -> list[Statement]:
    """Raises StatementError for no rows and for more than MAX_STATEMENTS."""
    if not found:
        raise StatementError("The file has no rows.")
    is_own = _is_own(found, columns, mapping)
    groups: dict[tuple[str | None, str], list[Read]] = {}
    for each in found:
        groups.setdefault((each.account if is_own else None, each.currency), []).append(each)
    if len(groups) > MAX_STATEMENTS:
        raise StatementError(f"The file has more than {MAX_STATEMENTS} statements.")
    return [
        _statement(group, account=account, currency=currency, mapping=mapping)
        for (account, currency), group in groups.items()
    ]


def _is_own(found: Sequence[Read], columns: Columns, mapping: Mapping) -> bool:
    """Whether the column of account numbers tells whose rows these are, and not whom they were with."""
    place = columns.place("account")
    numbers = {each.account for each in found}
    if place is None or any(len(number or "") > MOST_OF_NUMBER for number in numbers):
        return False
    header = words.plain(columns.header.cells[place]) if place < len(columns.header.cells) else ""
    return len(numbers) == 1 or "account" in mapping.columns or header in words.SURELY_OWN


def _statement(group: Sequence[Read], *, account: str | None, currency: str, mapping: Mapping) -> Statement:
    told = _balances(group, may_turn=mapping.positive is None)
    rows = tuple(
        each.row if amount is each.row.amount else replace(each.row, amount=amount)
        for each, amount in zip(group, _amounts(group, told.turned, told.with_fees), strict=True)
    )
    is_number = sum(map(str.isdigit, account or "")) >= FEWEST_DIGITS
    moved = [row.posted_on for row in rows if row.amount and not row.pending]
    return Statement(
        source="csv",
        account_number=account if is_number else None,
        account_name=None if is_number else account,
        account_type=mapping.account_type or "C",
        currency=currency,
        opening_balance=told.opening,
        ledger_balance=told.closing,
        ledger_balance_on=max(moved) if told.closing is not None else None,
        rows=tuple(sorted(rows, key=lambda row: row.pending)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Balances:
    opening: Decimal | None = None
    closing: Decimal | None = None
    turned: bool = False
    """Whether positive amounts are money out, as the balances show."""
    with_fees: bool = False
    """Whether fees came off on top of the amounts."""


def _balances(group: Sequence[Read], *, may_turn: bool) -> _Balances:
    """What the column of balances tells, where each is the one before it and the amount of its row."""
    has_fees = any(each.fee for each in group)
    counted = [each for each in group if each.balance is not None and not each.row.pending and each.row.amount]
    for turned, with_fees in ((False, False), (False, True), (True, False), (True, True)):
        if (turned and (not may_turn or len(counted) < 2)) or (with_fees and not has_fees):
            continue
        if told := _chained(counted, turned=turned, with_fees=with_fees):
            return told
    if has_fees:
        raise StatementError(
            "Nothing tells whether the fees come on top of the amounts. Name the column in a mapping as "
            '`"fee": null` to pass over it.',
            field="mapping",
        )
    return _Balances()


def _chained(counted: Sequence[Read], *, turned: bool, with_fees: bool) -> _Balances | None:
    """The balances around the rows, if they follow from each other in the order of the file or in the other one."""
    amounts = _amounts(counted, turned, with_fees)
    after = [each.balance for each in counted if each.balance is not None]
    steps = list(zip(after, amounts, strict=True))
    newest_first = days.from_newest(each.row.posted_on for each in counted)
    for is_reversed in (newest_first, not newest_first):
        ordered = steps[::-1] if is_reversed else steps
        if ordered and all(later == earlier + amount for (earlier, _), (later, amount) in pairwise(ordered)):
            first, last = ordered[0], ordered[-1]
            return _Balances(opening=first[0] - first[1], closing=last[0], turned=turned, with_fees=with_fees)
    return None


def _amounts(group: Sequence[Read], turned: bool, with_fees: bool) -> list[Decimal]:
    signed = ((-each.row.amount if turned and each.row.amount else each.row.amount, each.fee) for each in group)
    return [amount - fee if with_fees else amount for amount, fee in signed]
