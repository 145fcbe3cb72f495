"""Which account a statement is of, and which of a file's statements are of one account."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from backend.ledger.errors import OtherStatement

from .keys import plain as plain_text
from .statement import Row, Statement

SHORTEST_SUFFIX = 8
"""An IBAN ends with the number that people know an account by; shorter endings could be of another account."""
SHORTEST_PART = 4
"""People store, and cards show, at least the last four digits."""
MASKS = "X*•."


def plain(number: str) -> str:
    """An account number without the blanks and dashes that people and banks put into it."""
    return "".join(filter(str.isalnum, number)).upper()


def ends_with(iban: str, number: str) -> bool:
    """Whether the one, if it is an IBAN, ends with the other; both plain."""
    is_iban = iban[:2].isalpha() and iban[2:4].isdigit()
    return is_iban and len(number) >= SHORTEST_SUFFIX and iban.endswith(number)


def may_be(statement: Statement, *, number: str | None) -> bool:
    """Whether the statement may be of an account of that number: nothing that either says speaks against it.

    One of the two numbers may be the last digits of the other.
    """
    one, other = (plain(each or "").lstrip(MASKS) for each in (statement.account_number, number))
    if not one or not other or one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_PART and long.endswith(short)


def chosen(statements: Sequence[Statement], *, number: str | None, any_account: bool) -> Statement:
    """The statement of a file that goes to the account of that number; several of one account as one.

    `any_account`: whatever number the file names, if it names only one. Raises OtherStatement.
    """
    groups: dict[str, list[Statement]] = {}
    for each in statements:
        groups.setdefault(plain(each.account_number or "") or (each.account_name or ""), []).append(each)
    named = ", ".join(each[0].account_number or each[0].account_name or "no number" for each in groups.values())
    if len(groups) == 1:
        [found] = groups.values()
        if not any_account and not may_be(found[0], number=number):
            raise OtherStatement(
                f"The file is of the account {named}, and this one has the number {number}. Say that you mean it.",
                field="file",
            )
        return merged(found)
    fitting = [each for each in groups.values() if number and each[0].account_number and may_be(each[0], number=number)]
    if len(fitting) != 1:
        raise OtherStatement(
            f"The file has statements of several accounts ({named}), and "
            + ("more than one may be of this one." if fitting else "none of them has the number of this one."),
            field="file",
        )
    return merged(fitting[0])


def merged(statements: Sequence[Statement]) -> Statement:
    """Statements of one account as one: where their days overlap, a row that both have is one row."""
    first, *others = statements
    if not others:
        return first
    rows = list(first.rows)
    for each in others:
        seen = Counter(_looks(row) for row in rows if not row.bank_id)
        for row in each.rows:
            if not row.bank_id and seen[_looks(row)]:
                seen[_looks(row)] -= 1
            else:
                rows.append(row)
    last = max(statements, key=lambda each: (each.ledger_balance is not None, each.ledger_balance_on or date.min))
    return replace(
        last,
        start=min(_days(each.start for each in statements), default=None),
        end=max(_days(each.end for each in statements), default=None),
        opening_balance=first.opening_balance,
        rows=tuple(rows),
    )


def _looks(row: Row) -> tuple[object, ...]:
    return row.posted_on, row.amount, plain_text(row.description), row.pending


def _days(given: Iterable[date | None]) -> list[date]:
    return [day for day in given if day is not None]
