"""The days of events are those of the schedule, however often and from wherever they are asked for."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.ledger import errors
from backend.ledger.rules import funding, schedule
from backend.ledger.rules.funding import FUND, NEVER, terms
from tests.rules.funding_ledger import envelope
from tests.rules.test_schedule_properties import rules

ANCHOR = date(2024, 2, 29)


@settings(max_examples=200, deadline=None)
@given(text=rules(), start=st.integers(-10, 2_000), years=st.integers(0, 20))
def test_next_days_and_their_number_are_those_of_the_schedule(text: str, start: int, years: int) -> None:
    budget = envelope(schedule=text, created=ANCHOR)
    day = ANCHOR + timedelta(days=start)
    deadline = day.replace(day=1, year=day.year + years)
    try:
        parsed = schedule.check(budget.funding_schedule, anchor=ANCHOR)
    except errors.InvalidSchedule:
        return
    expected = schedule.next_on_or_after(parsed, anchor=ANCHOR, start=day)
    count = len(list(schedule.occurrences(parsed, anchor=ANCHOR, start=day, end=deadline)))

    assert funding.next_date(budget, FUND, start=day) == (expected or NEVER)
    assert terms.events_left(budget, on=day, deadline=deadline) == max(1, min(count, terms.MOST_SHARES))


@pytest.mark.parametrize(
    ("text", "start", "found"),
    [
        ("RRULE:FREQ=YEARLY;INTERVAL=5", date(2024, 3, 1), date(2044, 2, 29)),
        ("RRULE:FREQ=YEARLY;INTERVAL=4", date(2024, 3, 1), date(2028, 2, 29)),
        ("RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", date(9999, 12, 31), date(9999, 12, 31)),
        ("RRULE:FREQ=DAILY;UNTIL=20240310", date(2024, 3, 10), date(2024, 3, 10)),
        ("RRULE:FREQ=DAILY;UNTIL=20240310", date(2024, 3, 11), None),
        ("RDATE:20300101", date(2024, 3, 1), date(2030, 1, 1)),
    ],
)
def test_days_beyond_the_next_year_are_found_too(text: str, start: date, found: date | None) -> None:
    budget = envelope(schedule=text, created=ANCHOR)

    assert funding.next_date(budget, FUND, start=start) == (found or NEVER)
