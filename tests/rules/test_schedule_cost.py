"""Reading a schedule costs what the window is long, whatever the rule and wherever the window: counted in years."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.ledger import errors
from backend.ledger.rules import recurrence, schedule
from tests.rules.schedules import day

ANCHOR = day("2026-01-15")
WEEK = "MO,TU,WE,TH,FR,SA,SU"
MONTH = ",".join(map(str, range(1, 32)))

RULES = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=366",
    "FREQ=DAILY;BYSETPOS=2",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    f"FREQ=DAILY;BYMONTHDAY={MONTH};BYDAY={WEEK};BYYEARDAY=1;BYWEEKNO=30",
    "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=7",
    f"FREQ=WEEKLY;BYDAY={WEEK};BYSETPOS=1,2,3,4,5,6,7",
    "FREQ=WEEKLY;INTERVAL=366",
    "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
    f"FREQ=MONTHLY;BYMONTHDAY={MONTH};BYDAY={WEEK};BYSETPOS=31,-31",
    "FREQ=MONTHLY;INTERVAL=366;BYMONTH=2",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYDAY=53MO,53TU;INTERVAL=7",
    f"FREQ=YEARLY;BYDAY={WEEK};BYSETPOS=366",
    "FREQ=YEARLY;BYWEEKNO=53;BYSETPOS=7,-7",
]


class Steps:
    """How many years were walked, and for how many a rule had to be worked out."""

    def __init__(self) -> None:
        self.walked = self.worked_out = 0


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    counted = Steps()
    walk, work_out = recurrence._days_of, recurrence._days_of_month

    def walked(rule: recurrence.Rule, year: int) -> tuple[tuple[int, ...], ...]:
        counted.walked += 1
        return walk(rule, year)

    def worked_out(rule: recurrence.Rule, year: int, month: int) -> list[int]:
        counted.worked_out += month == 1
        return work_out(rule, year, month)

    monkeypatch.setattr(recurrence, "_days_of", walked)
    monkeypatch.setattr(recurrence, "_days_of_month", worked_out)
    recurrence._days_of_shape.cache_clear()
    recurrence.counted_end.cache_clear()
    return counted


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("year", [1, 1900, 2026, 5000, 9998])
@pytest.mark.parametrize("since", ["0001-01-01", "2026-01-15"])
def test_a_window_of_two_years_walks_no_more_than_four(rule: str, year: int, since: str, steps: Steps) -> None:
    window = {"start": day(f"{year:04}-01-01"), "end": day(f"{year + 1:04}-12-31")}
    found = list(schedule.occurrences(schedule.parse(f"RRULE:{rule}"), anchor=day(since), **window))
    assert steps.walked <= 4
    assert len(found) <= 732


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("count", ["", ";COUNT=1", ";COUNT=10000"])
@pytest.mark.parametrize("start", ["", "DTSTART:00010101\n", "DTSTART:99980101\n"])
def test_trying_a_rule_walks_no_more_than_the_horizon(start: str, count: str, rule: str, steps: Steps) -> None:
    with contextlib.suppress(errors.InvalidSchedule):
        schedule.check(f"{start}RRULE:{rule}{count}", anchor=ANCHOR)
    assert steps.walked <= recurrence.HORIZON_YEARS + 2
    assert steps.worked_out <= 28


@pytest.mark.parametrize("rule", RULES)
def test_a_next_date_that_does_not_exist_is_sought_within_the_horizon(rule: str, steps: Steps) -> None:
    found = schedule.parse(f"DTSTART:20260115\nRRULE:{rule}\nEXDATE:20260115")
    schedule.next_on_or_after(found, anchor=ANCHOR, start=day("2026-01-16"))
    assert steps.walked <= recurrence.HORIZON_YEARS + 2


def test_a_count_is_walked_once_and_then_known(steps: Steps) -> None:
    counted = schedule.parse("RRULE:FREQ=WEEKLY;COUNT=1000")
    window = {"start": day("2040-01-01"), "end": day("2041-12-31")}
    first = list(schedule.occurrences(counted, anchor=ANCHOR, **window))
    before = steps.walked
    assert list(schedule.occurrences(counted, anchor=ANCHOR, **window)) == first
    assert 15 < before < 25
    assert steps.walked - before <= 4


def test_every_rule_at_once_is_no_more_than_the_sum(steps: Steps) -> None:
    text = "\n".join(f"RRULE:FREQ=YEARLY;BYDAY={WEEK};BYSETPOS=366;COUNT={count}" for count in range(20, 25))
    schedule.check(text, anchor=ANCHOR)
    assert steps.walked <= schedule.MAX_RULES * (recurrence.HORIZON_YEARS + 2)
    assert steps.worked_out <= schedule.MAX_RULES * 28


@st.composite
def heavy_rules(draw: st.DrawFn) -> str:
    """A rule with as much in its parts as they hold: what makes a rule slow is in here."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = {
        "INTERVAL": st.sampled_from(["1", "2", "50", "365", "366"]),
        "COUNT": st.sampled_from(["1", "99", "2000"]),
        "BYMONTH": st.sampled_from(["2", ",".join(map(str, range(1, 13)))]),
        "BYMONTHDAY": st.sampled_from(["29", "30", "-31", MONTH]),
        "BYYEARDAY": st.sampled_from(["1", "-366", ",".join(map(str, range(300, 340)))]),
        "BYWEEKNO": st.sampled_from(["53", "-1", ",".join(map(str, range(1, 54)))]),
        "BYDAY": st.sampled_from(["MO", WEEK]),
        "BYSETPOS": st.sampled_from(["1", "-1", "7", "31", "366"]),
        "WKST": st.sampled_from(["MO", "SU"]),
    }
    names = draw(st.sets(st.sampled_from(sorted(parts)), max_size=5))
    return ";".join([f"RRULE:FREQ={frequency}", *(f"{name}={draw(parts[name])}" for name in sorted(names))])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(heavy_rules(), min_size=1, max_size=5),
    start=st.sampled_from(["", "DTSTART:00010101", "DTSTART:20000229", "DTSTART:99000101"]),
    less=st.sampled_from(["", "EXDATE:20260115"]),
)
def test_no_text_costs_more_than_its_rules_over_the_horizon(
    rules: list[str], start: str, less: str, steps: Steps
) -> None:
    """Accepted or refused, tried or asked for its next date."""
    steps.walked = steps.worked_out = 0
    recurrence._days_of_shape.cache_clear()
    recurrence.counted_end.cache_clear()
    text = "\n".join(filter(None, [start, *rules, less]))
    with contextlib.suppress(errors.InvalidSchedule):
        found = schedule.check(text, anchor=ANCHOR)
        schedule.next_on_or_after(found, anchor=ANCHOR, start=day("2026-06-01"))
    # Each rule alone, all once more where EXDATE may leave nothing, and all from the given day on.
    assert steps.walked <= 3 * schedule.MAX_RULES * (recurrence.HORIZON_YEARS + 2)
    assert steps.worked_out <= 3 * schedule.MAX_RULES * 28
