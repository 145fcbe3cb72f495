"""Which rows of a statement are new: tables of small stories."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from backend.ledger.statements import Row, matching
from tests.statements.ledger import import_all

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
    "pending and posted in one file, known as pending": (
        [row(pending=True)],
        [row(on=2), row(pending=True)],
        (0, 1, 1),
    ),
    "a row that the bank moves by a day": ([row()], [row(on=1)], (0, 1, 0)),
    "one id and another text on the next day": ([row()], [row(on=1, text="OTHER")], (1, 0, 0)),
    "one id for what comes every day": ([row(), row(on=1)], [row(on=2)], (1, 0, 0)),
    "one id for two texts of one day": ([], [row(), row(text="OTHER")], (2, 0, 0)),
    "one id for two texts, of which one was known": ([row(text="OTHER")], [row(), row(text="OTHER")], (1, 1, 0)),
    "the row twice takes nothing from what is pending": (
        [row(None, pending=True), row(None, pending=True)],
        [row("9", on=1), row("9", on=1)],
        (0, 1, 1),
    ),
    "a tip comes on top": ([row(None, pending=True)], [row("9", on=2, amount="-6.00")], (0, 0, 1)),
    "more than a tip comes on top": ([row(None, pending=True)], [row("9", on=2, amount="-9.00")], (1, 0, 0)),
    "less than was held is taken": (
        [row(None, amount="-100", text="NORTHWAY FUEL 0042", pending=True)],
        [row(None, on=1, amount="-43.17", text="POS NORTHWAY FUEL 0042 RENO NV")],
        (0, 0, 1),
    ),
    "a symbolic amount was held": ([row(None, amount="-1", pending=True)], [row(on=1, amount="-43.17")], (0, 0, 1)),
    "what comes in brings no tip": (
        [row(None, amount="5.00", pending=True)],
        [row("9", on=2, amount="6.00")],
        (1, 0, 0),
    ),
    "money out is not what came in": ([row(None, amount="5.00", pending=True)], [row("9", on=1)], (1, 0, 0)),
    "an exchange rate moved": ([row(None, amount="-100.20", pending=True)], [row(on=3, amount="-98.77")], (0, 0, 1)),
    "another shop with the same amount": ([row(None, pending=True)], [row("9", on=1, text="BOOK NOOK")], (1, 0, 0)),
    "a text that was cut off": (
        [row(None, text="PENDING CORNER PANT", pending=True)],
        [row("9", on=2, text="POS PURCHASE CORNER PANTRY #042 RENO NV")],
        (0, 0, 1),
    ),
    "an older file after its pending row posted with a tip": (
        [row(None, pending=True)],
        [row("9", on=2, amount="-6.00")],
        (0, 0, 1),
    ),
}

WHY = {
    "nothing like it": ([], [row()], ("new", "nothing_like_it", None)),
    "no money": ([], [row(amount="0")], ("zero", "no_money", None)),
    "again": ([row()], [row()], ("duplicate", "same_row", None)),
    "moved": ([row()], [row(on=2)], ("duplicate", "same_id_nearby", None)),
    "still pending": ([row(pending=True)], [row(pending=True)], ("duplicate", "still_pending", None)),
    "has posted": ([row(on=1)], [row(pending=True)], ("duplicate", "has_posted", None)),
    "has posted with a tip": (
        [row("9", on=2, amount="-6.00")],
        [row(None, pending=True)],
        ("new", "nothing_like_it", None),
    ),
    "settles by the id": ([row(pending=True)], [row(on=1, amount="-9")], ("settles", "same_id", None)),
    "settles by all but the id": ([row(None, pending=True)], [row("9")], ("settles", "looks", 100)),
    "settles by likeness": ([row(None, pending=True)], [row("9", on=3, amount="-5.50")], ("settles", "looks", 85)),
    "another amount": ([row()], [row(amount="-6")], ("suspicious", "id_reused", None)),
    "another month": ([row()], [row(on=30)], ("suspicious", "id_reused", None)),
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
    assert known[0].own == matching.keys([row(on=1)], source="ofx")[0]
    assert counts(plans[-1]) == (0, 0, 1)


def test_zeros_are_counted():
    _, [plan] = import_all([row(amount="0.00"), row()])
    assert (plan.zeros, len(plan.new)) == (1, 1)


def test_keys_fit_their_column():
    rows = [row("x" * 255, pending=True), row(None, text="x" * 512, pending=True)]
    assert all(len(key) <= 80 for key in matching.keys(rows, source="camt.053"))


def test_keys_of_sources_differ():
    assert matching.keys([row()], source="ofx") != matching.keys([row()], source="csv")


@pytest.mark.parametrize("story", WHY)
def test_a_decision_says_why(story: str):
    before, after, expected = WHY[story]
    known, plans = import_all(before, after)
    [decision] = plans[-1].decisions
    assert (decision.verdict, decision.reason, decision.score) == expected
    assert decision.why.endswith(".")
    if before and expected[1] != "nothing_like_it":
        assert decision.of is not None
        assert decision.of.id == known[0].id


def test_a_row_that_is_in_the_file_twice_names_the_other():
    _, [plan] = import_all([row("1"), row("2"), row("2"), row("3", pending=True), row("3", on=1)])
    assert [(each.place, each.verdict, each.of_place) for each in plan.decisions if each.of_place is not None] == [
        (2, "duplicate", 1),
        (3, "duplicate", 4),
    ]


def test_one_id_for_several_rows_of_a_file_is_suspicious():
    _, [plan] = import_all([row(), row(amount="-6"), row(amount="-7")])
    assert [(each.verdict, each.of_place) for each in plan.decisions] == [
        ("new", None),
        ("suspicious", 0),
        ("suspicious", 0),
    ]
    assert len(plan.new) == 3


@pytest.mark.parametrize(
    ("key", "text", "on", "suspicious"),
    [
        ("", "coffee", 1, True),
        ("csv:-0:0", "Corner Pantry", 3, True),
        ("csv:-0:0", "coffee", 3, False),
        ("", "CORNER PANTRY", 5, False),
    ],
)
def test_a_row_like_one_from_elsewhere_is_suspicious_and_entered(key: str, text: str, on: int, suspicious: bool):
    other = matching.Known(id=UUID(int=1), key=key, posted_on=DAY, amount=Decimal("-5.00"), description=text)
    plan = matching.plan([row(None, on=on), row(None, on=on)], source="ofx", known=[other])
    assert [each.verdict for each in plan.decisions] == ["suspicious" if suspicious else "new", "new"]
    assert plan.decisions[0].of == (other if suspicious else None)
    assert len(plan.new) == 2


def test_the_likeliest_pair_settles_whatever_the_order():
    before = [row("a", amount="-20.00", pending=True), row("b", amount="-18.00", pending=True)]
    after = [row("x", on=1, amount="-21.50"), row("y", on=1, amount="-18.50")]
    for rows in (after, after[::-1]):
        known, _ = import_all(before, rows)
        assert [each.amount for each in known] == [Decimal("-21.50"), Decimal("-18.50")]


def test_a_score_shows_its_shares():
    _, plans = import_all([row(None, pending=True)], [row("9", on=3, amount="-5.50")])
    [decision] = plans[-1].decisions
    assert decision.why == (
        "The pending row that looks like it has posted (2026-01-14, -5.00; "
        "score 85 of 100: amount 38 of 50, description 35 of 35, days 12 of 15)."
    )
