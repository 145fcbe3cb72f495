"""Files in any number, overlap and order: no row of the bank's is lost and none is doubled."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from backend.ledger.statements import Row, matching
from tests.statements.ledger import imported

FIRST = date(2026, 1, 1)
DAYS = 40
SHOPS = ("CORNER PANTRY", "NORTHWAY FUEL 0042", "THE COPPER SPOON", "BOOK NOOK", "CITY WATER UTILITY")
SCENARIOS = range(200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One movement at the bank: how it is listed while pending, and how once posted."""

    pending: Row | None
    posted: Row


def movements(random: Random, *, with_pending: bool) -> list[Truth]:
    """Some weeks of an account, whose bank gives ids to all rows, to some or to none, and reuses some."""
    share_of_ids = random.choice((0.0, 0.5, 1.0))
    found = []
    for number in range(random.randrange(5, 40)):
        on = FIRST + timedelta(days=random.randrange(DAYS))
        posted = Row(
            bank_id=f"{number % 30}/{number}" if random.random() < share_of_ids else None,
            posted_on=on,
            amount=Decimal(random.choice((-500, -500, -425, -1999, 120000))) / 100,
            description=random.choice(SHOPS),
            kind="DEBIT",
        )
        found.append(Truth(pending=pending_of(posted, random) if with_pending else None, posted=posted))
    reused = [each.posted for each in found if each.posted.bank_id][:3]
    found += [Truth(pending=None, posted=replace(each, amount=each.amount - 1)) for each in reused]
    found += [Truth(pending=None, posted=replace(each, posted_on=each.posted_on + timedelta(30))) for each in reused]
    return found


def pending_of(posted: Row, random: Random) -> Row | None:
    """How it was listed before it posted: earlier, perhaps without its id, or before a tip."""
    before = random.randrange(6)
    if not before:
        return None
    is_tipped = posted.bank_id and posted.amount == Decimal("-19.99")
    return replace(
        posted,
        bank_id=posted.bank_id if random.random() < 0.5 else None,
        posted_on=posted.posted_on - timedelta(days=before),
        amount=Decimal("-17.00") if is_tipped else posted.amount,
        pending=True,
    )


def days(truths: Sequence[Truth], first: date, last: date) -> list[Row]:
    """The file that lists whole days, as all banks' files do."""
    return [each.posted for each in truths if first <= each.posted.posted_on <= last]


def seen(truths: Sequence[Truth], *, on: date) -> list[Row]:
    """The file of the last two weeks as it is downloaded on a day: posted rows, and what is pending that day."""
    rows = days(truths, on - timedelta(days=14), on)
    for each in truths:
        if each.pending and each.pending.posted_on <= on < each.posted.posted_on:
            rows.append(each.pending)
    return rows


def after(files: Sequence[Sequence[Row]]) -> list[matching.Known]:
    known: list[matching.Known] = []
    for rows in files:
        known, _ = imported(known, rows)
        once_more, plan = imported(known, rows)
        assert (once_more, plan.new, plan.posted) == (known, [], [])
    return known


def shown(rows: Sequence[Row] | Sequence[matching.Known]) -> Counter[tuple[date, Decimal, str]]:
    return Counter((each.posted_on, each.amount, each.description) for each in rows)


def reordered(random: Random) -> Callable[[list[Row]], list[Row]]:
    return random.choice((list, lambda rows: rows[::-1], lambda rows: random.sample(rows, len(rows))))


@pytest.mark.parametrize("seed", SCENARIOS)
def test_overlapping_files_in_any_order_bring_each_row_once(seed: int):
    random = Random(seed)  # noqa: S311 (chance, not secrets)
    truths = movements(random, with_pending=False)
    starts = [FIRST + timedelta(days=at) for at in range(0, DAYS + 40, random.randrange(3, 12))]
    files = [days(truths, at, at + timedelta(days=random.randrange(12, 30))) for at in starts]
    random.shuffle(files)
    order = reordered(random)
    known = after([order(rows) for rows in files])
    assert shown(known) == shown([each.posted for each in truths])


@pytest.mark.parametrize("seed", SCENARIOS)
def test_what_was_pending_posts_once(seed: int):
    random = Random(seed)  # noqa: S311 (chance, not secrets)
    truths = movements(random, with_pending=True)
    downloads = random.sample(range(DAYS), 6)
    downloads = sorted({*downloads, *range(0, DAYS + 40, 7)})
    order = reordered(random)
    known = after([order(seen(truths, on=FIRST + timedelta(days=at))) for at in downloads])
    assert not [each for each in known if each.awaits]
    assert Counter((each.amount, each.description) for each in known) == Counter(
        (each.posted.amount, each.posted.description) for each in truths
    )
