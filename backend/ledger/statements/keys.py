"""What the bank's rows are known by, so that none is ever entered twice.

A posted row's key is `<source>:<hash of the bank's id>:<hash of date and amount>`, with `.1`, `.2`, … behind it where
one file has other texts under the same three; or, where the bank gives no id,
`<source>:-<hash of date, amount and description>:<how many equal ones came before it in the file>`.
That of a pending row begins with `<source>:pending:`. Once its posted row has come, it takes that one's key, and `~`
with a hash of its own, so that an older file that still lists it is seen through.
"""

from collections.abc import Iterable
from hashlib import sha256

from .statement import Row
from .text import one_line

PENDING = ":pending:"
FORMER = "~"


def keys(rows: Iterable[Row], *, source: str) -> list[str]:
    """The keys of the rows of one file, at most 80 characters each. Rows that are the same row have the same key."""
    counts: dict[str, int] = {}
    texts: dict[str, dict[str, int]] = {}
    found = []
    for row in rows:
        prefix = source + (PENDING if row.pending else ":")
        if row.bank_id:
            looks = f"{prefix}{named(row.bank_id)}:{_hash(f'{row.posted_on} {row.amount.normalize():f}')}"
            known = texts.setdefault(looks, {})
            place = known.setdefault(plain(row.description), len(known))
            found.append(f"{looks}.{place}" if place else looks)
        else:
            looks = f"{prefix}-{_hash(f'{row.posted_on} {row.amount.normalize():f} {plain(row.description)}')}"
            found.append(f"{looks}:{counts.get(looks, 0)}")
            counts[looks] = counts.get(looks, 0) + 1
    return found


def apart(source: str, *, name: str, pending: bool) -> str:
    """A key that no row of a file has, for a row that is entered though the account seems to have it."""
    return f"{source}{PENDING if pending else ':'}-{_hash(name)}:0"


def named(bank_id: str) -> str:
    """What stands in a key for the bank's id."""
    return _hash(bank_id)


def settled(key: str, *, former: str) -> str:
    """The posted row's key on what was pending under `former`."""
    return f"{key}{FORMER}{former_mark(former)}"


def former_mark(key: str) -> str:
    """What stands behind a posted row's key for the pending one that it was."""
    return _hash(key)[:12]


def plain(description: str) -> str:
    """The text as it is compared: blanks and capitals tell nothing."""
    return one_line(description).casefold()


def _hash(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()[:24]
