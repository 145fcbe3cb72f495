"""The dates that a schedule means, by example."""

import pytest

from backend.ledger.rules import schedule
from tests.rules.schedules import dates, day


@pytest.mark.parametrize(
    ("rule", "anchor", "expected"),
    [
        ("FREQ=DAILY", "2026-01-30", ["01-30", "01-31", "02-01"]),
        ("FREQ=DAILY;INTERVAL=10", "2026-01-25", ["01-25", "02-04", "02-14"]),
        ("FREQ=DAILY;BYDAY=MO", "2026-01-01", ["01-05", "01-12", "01-19"]),
        ("FREQ=DAILY;BYMONTHDAY=-1", "2026-01-01", ["01-31", "02-28", "03-31"]),
        ("FREQ=DAILY;BYDAY=FR;BYMONTHDAY=13", "2026-01-01", ["02-13", "03-13", "11-13"]),
        ("FREQ=WEEKLY", "2026-01-01", ["01-01", "01-08", "01-15"]),
        ("FREQ=WEEKLY;BYDAY=FR", "2026-01-01", ["01-02", "01-09", "01-16"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-01-01", ["01-02", "01-16", "01-30"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO", "2026-01-06", ["01-06", "01-11", "01-20"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "2026-01-06", ["01-06", "01-18", "01-20"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", "2026-01-01", ["01-02", "01-09", "01-16"]),
        ("FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1", "2026-01-01", ["01-02", "01-05", "01-12"]),
        ("FREQ=WEEKLY;BYMONTH=2", "2026-01-01", ["02-05", "02-12", "02-19"]),
        ("FREQ=MONTHLY", "2026-01-15", ["01-15", "02-15", "03-15"]),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "2026-01-15", ["02-01", "03-01", "04-01"]),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "2026-01-01", ["01-15", "01-31", "02-15"]),
        ("FREQ=MONTHLY;BYMONTHDAY=+15", "2026-01-01", ["01-15", "02-15", "03-15"]),
        ("FREQ=MONTHLY;INTERVAL=3", "2026-01-31", ["01-31", "07-31", "10-31"]),
        ("FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=10", "2026-01-15", ["06-10", "11-10"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-31", "2026-02-01", ["03-01", "05-01", "07-01"]),
        ("FREQ=MONTHLY;BYDAY=2MO", "2026-01-01", ["01-12", "02-09", "03-09"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-01", ["01-30", "02-27", "03-27"]),
        ("FREQ=MONTHLY;BYDAY=5TH", "2026-01-01", ["01-29", "04-30", "07-30"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-01", ["01-30", "02-27", "03-31"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1", "2026-01-02", ["01-30", "02-02", "02-27"]),
        ("FREQ=MONTHLY;BYMONTH=6,12;BYMONTHDAY=1", "2026-01-01", ["06-01", "12-01"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-01-01", ["02-13", "03-13", "11-13"]),
        ("FREQ=YEARLY;BYMONTH=4,7", "2026-01-15", ["04-15", "07-15"]),
        ("FREQ=YEARLY;BYMONTHDAY=1", "2026-01-15", ["02-01", "03-01", "04-01"]),
        ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3,10", "2026-01-01", ["03-29", "10-25"]),
        ("FREQ=YEARLY;BYDAY=20MO", "2026-01-01", ["05-18"]),
        ("FREQ=YEARLY;BYDAY=-1FR", "2026-01-01", ["12-25"]),
        ("FREQ=YEARLY;BYYEARDAY=1,100,-1", "2026-01-02", ["04-10", "12-31"]),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "2026-01-01", ["05-11"]),
        ("FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=TH", "2026-01-01", ["01-01", "12-31"]),
        ("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-01", ["12-31"]),
        ("COUNT=2;FREQ=WEEKLY;BYDAY=MO", "2026-01-01", ["01-05", "01-12"]),
    ],
)
def test_a_rule_anchored_to_the_creation_day(rule: str, anchor: str, expected: list[str]) -> None:
    found = dates(f"RRULE:{rule}", anchor=anchor, start=anchor, end="2026-12-31")
    assert found[:3] == [f"2026-{each}" for each in expected]
    assert len(expected) == 3 or len(found) == len(expected)


def test_a_month_without_the_31st_falls_on_no_day() -> None:
    found = dates("RRULE:FREQ=MONTHLY;BYMONTHDAY=31", end="2026-12-31")
    assert found == [f"2026-{month}-31" for month in ("01", "03", "05", "07", "08", "10", "12")]


def test_minus_one_is_the_last_day_of_each_month() -> None:
    found = dates("RRULE:FREQ=MONTHLY;BYMONTHDAY=-1", start="2028-01-01", end="2028-04-30")
    assert found == ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]


def test_a_yearly_rule_of_29_february_waits_for_leap_years() -> None:
    found = dates("RRULE:FREQ=YEARLY", anchor="2096-02-29", start="2090-01-01", end="2110-01-01")
    assert found == ["2096-02-29", "2104-02-29", "2108-02-29"]


def test_numbered_and_plain_weekdays_are_a_union() -> None:
    assert dates("RRULE:FREQ=MONTHLY;BYDAY=1MO,FR", end="2026-01-31") == [
        "2026-01-02",
        "2026-01-05",
        "2026-01-09",
        "2026-01-16",
        "2026-01-23",
        "2026-01-30",
    ]


def test_an_interval_does_not_drift_with_the_window() -> None:
    text = "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"
    assert dates(text, start="2026-01-10", end="2026-02-20") == ["2026-01-16", "2026-01-30", "2026-02-13"]
    assert dates(text, start="2026-01-17", end="2026-02-20") == ["2026-01-30", "2026-02-13"]


def test_nothing_lies_before_the_anchor() -> None:
    assert dates("RRULE:FREQ=DAILY", anchor="2026-03-30", start="2020-01-01", end="2026-04-01") == [
        "2026-03-30",
        "2026-03-31",
        "2026-04-01",
    ]


def test_a_start_that_the_rule_does_not_hit_is_the_first_date() -> None:
    text = "DTSTART:20260101T000000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=15"
    assert dates(text, end="2026-02-28") == ["2026-01-01", "2026-01-15", "2026-02-15"]


def test_a_start_that_the_rule_does_not_hit_is_not_counted() -> None:
    text = "DTSTART:20260101T000000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=15;COUNT=2"
    assert dates(text) == ["2026-01-01", "2026-01-15", "2026-02-15"]


def test_a_start_that_the_rule_hits_is_one_date_and_counted() -> None:
    text = "DTSTART:20260115T000000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=15;COUNT=2"
    assert dates(text) == ["2026-01-15", "2026-02-15"]


def test_the_start_in_the_text_takes_the_place_of_the_creation_day() -> None:
    text = "DTSTART:20260107\nRRULE:FREQ=WEEKLY;INTERVAL=2"
    assert dates(text, anchor="2026-02-01", end="2026-02-10") == ["2026-01-07", "2026-01-21", "2026-02-04"]


def test_a_start_alone_is_a_single_date() -> None:
    assert dates("DTSTART:20260107") == ["2026-01-07"]


@pytest.mark.parametrize("start", ["20260105", "20260105T000000Z", "20260105T235959", "20260105T000000"])
@pytest.mark.parametrize("prefix", ["DTSTART:", "DTSTART;TZID=Asia/Tokyo:", "DTSTART;VALUE=DATE-TIME;TZID=UTC:"])
def test_a_start_means_the_date_as_written(prefix: str, start: str) -> None:
    assert dates(f"{prefix}{start}\nRRULE:FREQ=DAILY;COUNT=2") == ["2026-01-05", "2026-01-06"]


@pytest.mark.parametrize("until", ["20260103", "20260103T000000Z", "20260103T235959", "20260103T235959Z"])
def test_until_includes_its_calendar_date(until: str) -> None:
    assert dates(f"RRULE:FREQ=DAILY;UNTIL={until}") == ["2026-01-01", "2026-01-02", "2026-01-03"]


def test_several_lines_are_a_union_less_the_exceptions() -> None:
    text = (
        "DTSTART:20260101\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1;COUNT=2\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=3\r\n"
        "RDATE:20260110,20260115\r\nRDATE:20251224T090000Z\r\nEXDATE:20260101T000000Z,20260201\r\n"
    )
    assert dates(text, start="2025-01-01") == ["2025-12-24", "2026-01-10", "2026-01-15"]


def test_lines_may_stand_in_any_order() -> None:
    assert dates("EXDATE:20260102\nRRULE:FREQ=DAILY;COUNT=3\nDTSTART:20260101") == ["2026-01-01", "2026-01-03"]


def test_exceptions_do_not_give_a_count_back() -> None:
    assert dates("RRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260102") == ["2026-01-01", "2026-01-03"]


def test_single_dates_need_no_rule() -> None:
    assert dates("RDATE:20260301,20260201,20260301") == ["2026-02-01", "2026-03-01"]


def test_the_empty_schedule_has_no_dates() -> None:
    assert schedule.parse("") == schedule.Schedule()
    assert dates("") == []
    assert schedule.check("", anchor=day("2026-01-01")) == schedule.Schedule()


def test_both_ends_of_the_window_are_included() -> None:
    assert dates("RRULE:FREQ=DAILY", start="2026-02-01", end="2026-02-02") == ["2026-02-01", "2026-02-02"]


def test_a_window_that_ends_before_it_begins_is_empty() -> None:
    assert dates("DTSTART:20260102\nRRULE:FREQ=DAILY", start="2026-02-02", end="2026-02-01") == []


def test_positions_count_in_the_whole_period_wherever_the_window_begins() -> None:
    text = "RRULE:FREQ=YEARLY;BYMONTHDAY=1;BYSETPOS=3,-3"
    assert dates(text, start="2026-02-15", end="2026-11-01") == ["2026-03-01", "2026-10-01"]
    week = "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2"
    assert dates(week, start="2026-01-07", end="2026-01-09") == ["2026-01-07"]
    assert dates(week, start="2026-01-08", end="2026-01-12") == []
    assert dates("RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", start="2026-01-05", end="2026-01-08") == []


@pytest.mark.parametrize("last", ["9999-12-31", "9999-12-25"])
@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=366",
        "FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=-1",
        "FREQ=WEEKLY;INTERVAL=366;WKST=SU",
        "FREQ=MONTHLY;BYMONTHDAY=-1;BYSETPOS=1",
        "FREQ=YEARLY;BYWEEKNO=1,52,-1;BYDAY=FR",
        "FREQ=YEARLY;INTERVAL=366;BYYEARDAY=-1",
    ],
)
def test_the_end_of_the_calendar_ends_the_dates(rule: str, last: str) -> None:
    found = dates(f"DTSTART:{last.replace('-', '')}\nRRULE:{rule}", start="9999-01-01", end="9999-12-31")
    assert found[0] == last
    assert dates(f"RRULE:{rule}", anchor="0001-01-01", start="9999-12-31", end="9999-12-31") in ([], ["9999-12-31"])
    near = schedule.parse(f"DTSTART:99991231\nRRULE:{rule}")
    assert schedule.next_on_or_after(near, anchor=day("2026-01-01"), start=day("9999-12-31")) == day("9999-12-31")


def test_the_beginning_of_the_calendar_is_a_date_like_others() -> None:
    found = dates("RRULE:FREQ=WEEKLY;BYDAY=MO,SA;WKST=SU", anchor="0001-01-01", start="0001-01-01", end="0001-01-08")
    assert found == ["0001-01-01", "0001-01-06", "0001-01-08"]
    assert dates("RRULE:FREQ=YEARLY;BYWEEKNO=1", anchor="0001-01-01", start="0001-01-01", end="0001-01-31") == [
        f"0001-01-0{number}" for number in range(1, 8)
    ]


@pytest.mark.parametrize(
    ("start", "expected"),
    [("2026-01-01", "2026-01-15"), ("2026-01-15", "2026-01-15"), ("2026-01-16", "2026-02-15")],
)
def test_the_next_date_may_be_the_day_itself(start: str, expected: str) -> None:
    monthly = schedule.parse("RRULE:FREQ=MONTHLY;BYMONTHDAY=15")
    assert schedule.next_on_or_after(monthly, anchor=day("2020-01-01"), start=day(start)) == day(expected)


def test_there_is_no_next_date_after_the_last() -> None:
    ended = schedule.parse("RRULE:FREQ=DAILY;UNTIL=20260131")
    assert schedule.next_on_or_after(ended, anchor=day("2026-01-01"), start=day("2026-02-01")) is None


def test_the_next_date_is_not_sought_past_the_given_end() -> None:
    monthly = schedule.parse("RRULE:FREQ=MONTHLY;BYMONTHDAY=15")
    anchor, start = day("2026-01-01"), day("2026-01-16")
    assert schedule.next_on_or_after(monthly, anchor=anchor, start=start, end=day("2026-02-14")) is None
    assert schedule.next_on_or_after(monthly, anchor=anchor, start=start, end=day("2026-02-15")) == day("2026-02-15")


def test_the_next_date_of_a_rule_that_begins_later_is_found() -> None:
    later = schedule.parse("DTSTART:21501231\nRRULE:FREQ=YEARLY;BYYEARDAY=-1")
    assert schedule.next_on_or_after(later, anchor=day("2026-01-01"), start=day("2026-01-01")) == day("2150-12-31")
