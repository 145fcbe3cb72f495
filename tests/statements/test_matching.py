"""Which rows of a statement are new: tables of small stories."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from backend.ledger.statements import Row, matching

DAY = date(2026, 1, 14)


def row(
    name: str | None = "1",
    *,
    amount: str = "-5.00",
    on: int = 0,
    text: str = "CORNER PANTRY",
    pending: bool = False,
) -> Row:
    """A row `on` days after DAY."""
    return Row(
        bank_id=name,
        posted_on=DAY + timedelta(days=on),
        amount=Decimal(amount),
        description=text,
        kind="DEBIT",
        pending=pending,
    )


def import_all(*files: Sequence[Row]) -> tuple[list[matching.Known], list[matching.Plan]]:
    """What the ledger knows after these files, and what each file's plan was."""
    known: list[matching.Known] = []
    plans = []
    for rows in files:
        plan = matching.plan(rows, source="ofx", known=known)
        posted = {each.id: (each, one, key) for each, one, key in plan.posted}
        known = [
            replace(each, key=posted[each.id][2], amount=posted[each.id][1].amount) if each.id in posted else each
            for each in known
        ]
        known += [
            matching.Known(id=uuid4(), key=key, posted_on=one.posted_on, amount=one.amount, description=one.description)
            for one, key in plan.new
        ]
        plans.append(plan)
    return known, plans


def counts(plan: matching.Plan) -> tuple[int, int, int]:
    return len(plan.new), plan.duplicates, len(plan.posted)


STORIES = {
    "the same file again": ([row()], [row()], (0, 1, 0)),
    "the same file again, without ids": ([row(None)], [row(None)], (0, 1, 0)),
    "the amount written with other zeros": ([row(amount="-5.00")], [row(amount="-5.0")], (0, 1, 0)),
    "overlapping files": ([row("1"), row("2", on=1)], [row("2", on=1), row("3", on=2)], (1, 1, 0)),
    "another row": ([row("1")], [row("2")], (1, 0, 0)),
    "an id that the bank uses again for another amount": ([row("1")], [row("1", amount="-6.00")], (1, 0, 0)),
    "an id that the bank uses again on another day": ([row("1")], [row("1", on=30)], (1, 0, 0)),
    "two equal rows without ids are two": ([], [row(None), row(None)], (2, 0, 0)),
    "a third equal row without id": ([row(None), row(None)], [row(None), row(None), row(None)], (1, 2, 0)),
    "an equal row with another description": ([row(None)], [row(None, text="OTHER")], (1, 0, 0)),
    "descriptions differ in blanks and capitals only": ([row(None)], [row(None, text="Corner  pantry")], (0, 1, 0)),
    "the same row twice in a file": ([], [row("1"), row("1")], (1, 1, 0)),
    "nothing moved": ([], [row("1", amount="0")], (0, 0, 0)),
    "a pending row posts": ([row(pending=True)], [row()], (0, 0, 1)),
    "a pending row posts later": ([row(pending=True)], [row(on=3)], (0, 0, 1)),
    "a pending row posts with another amount": ([row(pending=True)], [row(amount="-7.00", on=1)], (0, 0, 1)),
    "a pending row is still pending": ([row(pending=True)], [row(pending=True)], (0, 1, 0)),
    "a pending row changes while pending": ([row(pending=True)], [row(amount="-6", pending=True)], (0, 1, 0)),
    "a pending row is listed after it posted": ([row(on=2)], [row(pending=True)], (0, 1, 0)),
    "pending and posted in one file": ([], [row(on=2), row(pending=True)], (1, 1, 0)),
    "ids are too old to be the same": ([row(pending=True)], [row(amount="-6", on=40)], (1, 0, 0)),
    "a pending row without id posts with one": ([row(None, pending=True)], [row("9", on=2)], (0, 0, 1)),
    "a pending row posts under another id": ([row("p", pending=True)], [row("9", on=2)], (0, 0, 1)),
    "looks are too old to be the same": ([row(None, pending=True)], [row(None, on=20)], (1, 0, 0)),
    "nothing posts before it was pending": ([row(None, on=1, pending=True)], [row("9")], (1, 0, 0)),
    "a pending row that is still listed is not the posted one": (
        [row("p", pending=True)],
        [row("9", on=1), row("p", pending=True)],
        (1, 1, 0),
    ),
    "an older file after its pending row posted without ids": ([row(None, on=2)], [row(None, pending=True)], (0, 1, 0)),
    "of two pending rows the sure one settles": (
        [row("a", pending=True), row("b", on=1, pending=True)],
        [row("b", on=2)],
        (0, 0, 1),
    ),
    "of two equal pending rows the older one settles": (
        [row(None, pending=True), row(None, on=1, pending=True)],
        [row("x", on=2), row("y", on=2)],
        (0, 0, 2),
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_row_is_entered_once(story: str):
    before, after, expected = STORIES[story]
    _, plans = import_all(before, after)
    assert counts(plans[-1]) == expected


@pytest.mark.parametrize("story", STORIES)
def test_every_file_again_adds_nothing(story: str):
    before, after, _ = STORIES[story]
    _, plans = import_all(before, after, after, before, after)
    assert [(len(plan.new), len(plan.posted)) for plan in plans[2:]] == [(0, 0)] * 3


def test_the_surely_same_row_settles_and_not_the_one_that_looks_alike():
    known, plans = import_all([row("a", pending=True), row("b", on=1, pending=True)], [row("b", on=2)])
    [(settled, _, _)] = plans[-1].posted
    assert settled.posted_on == DAY + timedelta(days=1)
    assert [each.awaits for each in known] == [True, False]


def test_a_row_that_a_user_settled_takes_the_key_of_its_posted_row():
    known, plans = import_all([row(pending=True)], [row(on=1)])
    assert not known[0].awaits
    assert known[0].key == matching.keys([row(on=1)], source="ofx")[0]
    assert counts(plans[-1]) == (0, 0, 1)


def test_zeros_are_counted():
    _, [plan] = import_all([row(amount="0.00"), row()])
    assert (plan.zeros, len(plan.new)) == (1, 1)


def test_keys_fit_their_column():
    rows = [row("x" * 255, pending=True), row(None, text="x" * 512, pending=True)]
    assert all(len(key) <= 80 for key in matching.keys(rows, source="camt.053"))


def test_keys_of_sources_differ():
    assert matching.keys([row()], source="ofx") != matching.keys([row()], source="csv")
