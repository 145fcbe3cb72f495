"""Generated schedules: equal to dateutil where dateutil ends, and the same however they are asked.

SCHEDULE_EXAMPLES=100000 makes the comparison with dateutil as long as before a release.
"""

import os
from collections.abc import Collection
from datetime import date, timedelta

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from backend.ledger import errors
from backend.ledger.rules import recurrence, schedule
from tests import servers
from tests.rules.schedules import by_dateutil, first

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
MONTHLY_OR_YEARLY = ("MONTHLY", "YEARLY")
EXAMPLES = int(os.environ.get("SCHEDULE_EXAMPLES") or servers.examples(2_000))

anchors = st.dates(date(1970, 1, 1), date(2050, 12, 31))


def signed(most: int) -> st.SearchStrategy[int]:
    return st.integers(1, most) | st.integers(-most, -1)


def listed(items: st.SearchStrategy[int] | st.SearchStrategy[str], most: int = 4) -> st.SearchStrategy[str]:
    return st.lists(items.map(str), min_size=1, max_size=most).map(",".join)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """One RRULE line of parts that can stand together, less what dateutil reads otherwise or fails on.

    These are a mix of numbered and plain weekdays (it gives no dates), a sixth weekday of a month (IndexError), and
    the last weeks of a year (it overlooks some at the turn of the year).
    """
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", *MONTHLY_OR_YEARLY]))
    optional = {
        "INTERVAL": st.sampled_from([2, 2, 3, 4, 6, 12, 13, 26, 52, 366]).map(str),
        "BYMONTH": listed(st.integers(1, 12)),
        "BYMONTHDAY": listed(signed(31)),
        "BYDAY": listed(st.sampled_from(WEEKDAYS)),
        "BYSETPOS": listed(signed(2) | signed(31), 2),
        "WKST": st.sampled_from(WEEKDAYS),
        "COUNT": st.integers(1, 30).map(str),
        "UNTIL": anchors.map("{:%Y%m%d}".format),
    }
    if frequency == "YEARLY":
        optional["BYYEARDAY"] = listed(signed(366))
        optional["BYWEEKNO"] = listed(signed(51))
    names = draw(st.sets(st.sampled_from(sorted(optional)), max_size=4))
    if {"COUNT", "UNTIL"} <= names:
        names.remove("UNTIL")
    if frequency in MONTHLY_OR_YEARLY and draw(st.booleans()):
        number = signed(52 if frequency == "YEARLY" and "BYMONTH" not in names else 5)
        optional["BYDAY"] = listed(st.tuples(number.map(str), st.sampled_from(WEEKDAYS)).map("".join))
    parts = [f"FREQ={frequency}", *(f"{name}={draw(optional[name])}" for name in sorted(names))]
    return "RRULE:" + ";".join(draw(st.permutations(parts)))


@settings(max_examples=EXAMPLES, deadline=None)
@given(rule=rules(), anchor=anchors, with_first=st.booleans())
@example(rule="RRULE:FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1", anchor=date(2026, 1, 1), with_first=False)
@example(rule="RRULE:FREQ=MONTHLY;BYMONTHDAY=15;COUNT=2", anchor=date(2026, 1, 1), with_first=True)
@example(rule="RRULE:FREQ=YEARLY;BYWEEKNO=1,-1", anchor=date(2026, 1, 1), with_first=True)
def test_dates_are_those_of_dateutil(rule: str, anchor: date, with_first: bool) -> None:
    text = f"DTSTART:{anchor:%Y%m%d}T000000Z\n{rule}" if with_first else rule
    try:
        found = schedule.check(text, anchor=anchor)
    except errors.InvalidSchedule:
        assume(False)
    end = recurrence.horizon(anchor)
    dates = first(40, schedule.occurrences(found, anchor=anchor, start=date.min, end=end))
    # one more shows that dateutil ends too; without COUNT it might search to the end of the calendar
    expected = first(
        len(dates) + ("COUNT" in rule and len(dates) < 40), by_dateutil(rule, anchor=anchor, with_first=with_first)
    )
    assert dates == expected


@settings(max_examples=servers.examples(300), deadline=None)
@given(
    rule=rules(), anchor=anchors, with_first=st.booleans(), offset=st.integers(-400, 4_000), length=st.integers(0, 800)
)
def test_a_window_shows_a_part_of_the_whole(
    rule: str, anchor: date, with_first: bool, offset: int, length: int
) -> None:
    text = f"DTSTART:{anchor:%Y%m%d}\n{rule}" if with_first else rule
    found = schedule.parse(text)
    start = anchor + timedelta(offset)
    end = start + timedelta(length)
    whole = list(schedule.occurrences(found, anchor=anchor, start=anchor - timedelta(400), end=end))
    assert list(schedule.occurrences(found, anchor=anchor, start=start, end=end)) == [
        day for day in whole if day >= start
    ]
    following = next((day for day in whole if day >= start), None)
    assert schedule.next_on_or_after(found, anchor=anchor, start=start, end=end) == following
    assert whole == sorted(set(whole))


@settings(max_examples=servers.examples(300), deadline=None)
@given(rule=rules(), anchor=anchors)
def test_each_date_passes_every_part(rule: str, anchor: date) -> None:
    (found,) = schedule.parse(rule).rules
    for day in recurrence.dates(found, anchor=anchor, start=anchor, end=date(2060, 12, 31)):
        length = (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
        assert not found.months or day.month in found.months
        assert not found.month_days or found.month_days & {day.day, day.day - length.day - 1}
        assert found.numbered_weekdays or not found.weekdays or day.weekday() in found.weekdays
        assert found.until is None or day <= found.until
        assert day >= anchor


@settings(max_examples=servers.examples(300), deadline=None)
@given(
    starts=st.none() | anchors,
    lines=st.lists(rules(), max_size=3),
    more=st.lists(anchors, max_size=4),
    less=st.lists(anchors, max_size=4),
    breaks=st.sampled_from(["\n", "\r\n"]),
)
def test_a_schedule_written_out_again_reads_the_same(
    starts: date | None, lines: list[str], more: list[date], less: list[date], breaks: str
) -> None:
    assume(starts or lines or more)
    given_lines = [] if starts is None else [f"DTSTART:{starts:%Y%m%d}T000000Z"]
    given_lines += lines
    given_lines += [f"{name}:{day:%Y%m%d}" for name, days in (("RDATE", more), ("EXDATE", less)) for day in days]
    found = schedule.parse(breaks.join(given_lines))
    assert found.first == starts
    assert found.dates == frozenset(more)
    assert found.exceptions == frozenset(less)
    assert schedule.parse("\n".join(written(found))) == found


def written(found: schedule.Schedule) -> list[str]:
    lines = [] if found.first is None else [f"DTSTART:{found.first:%Y%m%d}"]
    for rule in found.rules:
        weekdays = [WEEKDAYS[day] for day in rule.weekdays]
        weekdays += [f"{number}{WEEKDAYS[day]}" for number, day in rule.numbered_weekdays]
        parts: dict[str, Collection[object]] = {
            "FREQ": [rule.frequency.value],
            "INTERVAL": [rule.interval],
            "COUNT": [rule.count] if rule.count else [],
            "UNTIL": [f"{rule.until:%Y%m%d}"] if rule.until else [],
            "WKST": [WEEKDAYS[rule.week_start]],
            "BYMONTH": rule.months,
            "BYMONTHDAY": rule.month_days,
            "BYYEARDAY": rule.year_days,
            "BYWEEKNO": rule.weeks,
            "BYDAY": weekdays,
            "BYSETPOS": rule.positions,
        }
        lines.append(
            "RRULE:" + ";".join(f"{name}={','.join(map(str, items))}" for name, items in parts.items() if items)
        )
    return lines + [f"RDATE:{day:%Y%m%d}" for day in found.dates] + [f"EXDATE:{day:%Y%m%d}" for day in found.exceptions]


@settings(max_examples=servers.examples(1_000), deadline=None)
@given(
    st.text(max_size=60)
    | st.text("DTSARUELXFQMONHYBW:;=,0123456789+-\n\r", max_size=80)
    | st.lists(
        st.sampled_from(["RRULE:", "FREQ=DAILY", "BYDAY=", "MO", ";", ",", "1", "-", "\n", "DTSTART:", "20260101"])
    ).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = schedule.check(text, anchor=date(2026, 1, 1))
    except errors.InvalidSchedule:
        return
    assert not text or found.fixed or found.rules
