"""What is no schedule, and that the refusal says which part is wrong."""

import pytest

from backend.ledger import errors
from backend.ledger.rules import schedule
from tests.rules.schedules import day

ANCHOR = day("2026-01-15")
WEEK = "MO,TU,WE,TH,FR,SA,SU"

MALFORMED = [
    (" ", "' '"),
    ("\n", "RRULE:FREQ=MONTHLY"),
    ("\r\n\r\n", "RRULE:FREQ=MONTHLY"),
    ("hello", "'hello'"),
    ("FREQ=MONTHLY", "'FREQ=MONTHLY'"),
    ("rrule:FREQ=MONTHLY", "'rrule:FREQ=MONTHLY'"),
    (" RRULE:FREQ=MONTHLY", "' RRULE:"),
    ("RRULE FREQ=MONTHLY", "RRULE:"),
    ("RRULE", "'RRULE'"),
    ("RRULE:", "RRULE: ''"),
    ("RRULE:\0", "RRULE"),
    ("RRULE:FREQ=MONTHLY\0", "FREQ"),
    ("RRULE:FREQ=MONTHLY\x0bRRULE:FREQ=DAILY", "FREQ"),
    ("RRULE:FREQ=MONTHLY\u2028RRULE:FREQ=DAILY", "FREQ"),
    ("RRULE:FREQ=MONTHLY\r", "FREQ"),
    ("RRULE:FREQ=MONTHLY\n BYDAY=MO", "' BYDAY=MO'"),
    ("RRULE:FREQ=MONTHLY RRULE:FREQ=DAILY", "FREQ"),
    ("RRULE;X=1:FREQ=MONTHLY", "'X=1'"),
    ("RRULE;TZID=UTC:FREQ=MONTHLY", "'TZID=UTC'"),
    ("EXRULE:FREQ=MONTHLY", "'EXRULE:"),
    ("DTEND:20260101\nRRULE:FREQ=MONTHLY", "'DTEND:"),
    ("BEGIN:VEVENT\nRRULE:FREQ=MONTHLY\nEND:VEVENT", "'BEGIN:VEVENT'"),
    ("EXDATE:20260101", "RRULE:FREQ=MONTHLY"),
    ("x" * 1_001, "1000 characters"),
    ("RRULE:FREQ=DAILY;BYMONTHDAY=" + "1," * 500 + "1", "1000 characters"),
    ("\n".join(["RRULE:FREQ=DAILY"] * 6), "5 RRULE lines"),
]

PARTS = [
    ("FREQ=", "'FREQ='"),
    ("=DAILY", "'' is no known part"),
    ("FREQ", "'FREQ'"),
    ("FREQ=FOO", "FREQ: 'FOO'"),
    ("FREQ=monthly", "FREQ: 'monthly'"),
    ("freq=MONTHLY", "'freq'"),
    ("FREQ=HOURLY", "FREQ: 'HOURLY'"),
    ("FREQ=MINUTELY", "FREQ: 'MINUTELY'"),
    ("FREQ=SECONDLY", "FREQ: 'SECONDLY'"),
    ("FREQ=DAILY,WEEKLY", "FREQ: 'DAILY,WEEKLY'"),
    ("FREQ= DAILY", "FREQ: ' DAILY'"),
    ("FREQ=DAILY;", "''"),
    (";FREQ=DAILY", "''"),
    ("FREQ=DAILY;;COUNT=1", "''"),
    ("FREQ=DAILY;FREQ=DAILY", "FREQ is given more than once"),
    ("FREQ=DAILY;COUNT=2;COUNT=2", "COUNT is given more than once"),
    ("INTERVAL=2", "FREQ is missing"),
    ("BYDAY=MO", "FREQ is missing"),
    ("FREQ=DAILY;FOO=BAR", "'FOO'"),
    ("FREQ=DAILY;BYEASTER=1", "'BYEASTER'"),
    ("FREQ=DAILY;X-NAME=1", "'X-NAME'"),
    ("FREQ=DAILY;RSCALE=GREGORIAN", "'RSCALE'"),
    ("FREQ=DAILY;BYHOUR=9", "BYHOUR"),
    ("FREQ=DAILY;BYMINUTE=0", "BYMINUTE"),
    ("FREQ=DAILY;BYSECOND=0", "BYSECOND"),
    ("FREQ=DAILY;INTERVAL=0", "INTERVAL: '0'"),
    ("FREQ=DAILY;INTERVAL=-1", "INTERVAL: '-1'"),
    ("FREQ=DAILY;INTERVAL=367", "INTERVAL: '367'"),
    ("FREQ=DAILY;INTERVAL=abc", "INTERVAL: 'abc'"),
    ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL: '1.5'"),
    ("FREQ=DAILY;INTERVAL=1,2", "INTERVAL: '1,2'"),
    ("FREQ=DAILY;INTERVAL=\u0661", "INTERVAL"),
    ("FREQ=DAILY;INTERVAL=\uff12", "INTERVAL"),
    ("FREQ=DAILY;INTERVAL=1_0", "INTERVAL: '1_0'"),
    ("FREQ=DAILY;INTERVAL=" + "9" * 900, "INTERVAL"),
    ("FREQ=DAILY;COUNT=0", "COUNT: '0'"),
    ("FREQ=DAILY;COUNT=-1", "COUNT: '-1'"),
    ("FREQ=DAILY;COUNT=10001", "COUNT: '10001'"),
    ("FREQ=DAILY;COUNT=1e3", "COUNT: '1e3'"),
    ("FREQ=DAILY;COUNT=6000\nRRULE:FREQ=WEEKLY;COUNT=4001", "COUNT is more than 10000"),
    ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "COUNT and UNTIL"),
    ("FREQ=DAILY;UNTIL=garbage", "UNTIL: 'garbage'"),
    ("FREQ=DAILY;UNTIL=2027-01-01", "UNTIL: '2027-01-01'"),
    ("FREQ=DAILY;UNTIL=20270230", "UNTIL: '20270230'"),
    ("FREQ=DAILY;UNTIL=00000101", "UNTIL: '00000101'"),
    ("FREQ=DAILY;UNTIL=20270101T", "UNTIL: '20270101T'"),
    ("FREQ=DAILY;UNTIL=20270101T240000Z", "UNTIL: '20270101T240000Z'"),
    ("FREQ=DAILY;UNTIL=20270101T000000+0100", "UNTIL"),
    ("FREQ=DAILY;UNTIL=\u0662\u0660\u0662\u0667\u0660\u0661\u0660\u0661", "UNTIL"),
    ("FREQ=WEEKLY;WKST=XX", "WKST: 'XX'"),
    ("FREQ=WEEKLY;WKST=1MO", "WKST: '1MO'"),
    ("FREQ=WEEKLY;WKST=MO,TU", "WKST: 'MO,TU'"),
    ("FREQ=WEEKLY;BYDAY=XX", "BYDAY: 'XX'"),
    ("FREQ=WEEKLY;BYDAY=mo", "BYDAY: 'mo'"),
    ("FREQ=WEEKLY;BYDAY=MO,", "BYDAY: ''"),
    ("FREQ=WEEKLY;BYDAY=MO TU", "BYDAY: 'MO TU'"),
    ("FREQ=WEEKLY;BYDAY=0", "BYDAY: '0'"),
    ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY: '0MO'"),
    ("FREQ=MONTHLY;BYDAY=54MO", "BYDAY: '54MO'"),
    ("FREQ=MONTHLY;BYDAY=-54MO", "BYDAY: '-54MO'"),
    ("FREQ=MONTHLY;BYDAY=--1MO", "BYDAY: '--1MO'"),
    ("FREQ=MONTHLY;BYDAY=MO(2)", "BYDAY: 'MO(2)'"),
    ("FREQ=DAILY;BYDAY=1MO", "number in BYDAY"),
    ("FREQ=WEEKLY;BYDAY=MO,-1FR", "number in BYDAY"),
    ("FREQ=YEARLY;BYMONTH=0", "BYMONTH: '0'"),
    ("FREQ=YEARLY;BYMONTH=13", "BYMONTH: '13'"),
    ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH: '-1'"),
    ("FREQ=YEARLY;BYMONTH=JAN", "BYMONTH: 'JAN'"),
    ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: '0'"),
    ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY: '32'"),
    ("FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY: '-32'"),
    ("FREQ=MONTHLY;BYMONTHDAY=99", "BYMONTHDAY: '99'"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,,2", "BYMONTHDAY: ''"),
    ("FREQ=MONTHLY;BYMONTHDAY=1.0", "BYMONTHDAY: '1.0'"),
    ("FREQ=MONTHLY;BYMONTHDAY=\u0661", "BYMONTHDAY"),
    ("FREQ=YEARLY;BYYEARDAY=0", "BYYEARDAY: '0'"),
    ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY: '367'"),
    ("FREQ=YEARLY;BYWEEKNO=0", "BYWEEKNO: '0'"),
    ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO: '54'"),
    ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS: '0'"),
    ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS: '367'"),
]

START_AND_DATES = [
    ("DTSTART:\nRRULE:FREQ=DAILY", "DTSTART: ''"),
    ("DTSTART:tomorrow\nRRULE:FREQ=DAILY", "DTSTART: 'tomorrow'"),
    ("DTSTART:20260230\nRRULE:FREQ=DAILY", "DTSTART: '20260230'"),
    ("DTSTART:00000101\nRRULE:FREQ=DAILY", "DTSTART: '00000101'"),
    ("DTSTART:100000101\nRRULE:FREQ=DAILY", "DTSTART: '100000101'"),
    ("DTSTART:20260101,20260102\nRRULE:FREQ=DAILY", "DTSTART: '20260101,20260102'"),
    ("DTSTART:20260101\nDTSTART:20260101\nRRULE:FREQ=DAILY", "DTSTART is given more than once"),
    ("DTSTART;VALUE=PERIOD:20260101\nRRULE:FREQ=DAILY", "DTSTART: unknown parameter 'VALUE=PERIOD'"),
    ("DTSTART;TZID=A/../B:20260101\nRRULE:FREQ=DAILY", "DTSTART: unknown parameter"),
    ("DTSTART;TZID=UTC;TZID=UTC:20260101\nRRULE:FREQ=DAILY", "DTSTART: a parameter is given more than once"),
    ("DTSTART;:20260101\nRRULE:FREQ=DAILY", "DTSTART: unknown parameter ''"),
    ("RDATE:", "RDATE: ''"),
    ("RDATE:20260101,", "RDATE: ''"),
    ("RDATE;VALUE=PERIOD:20260101/P1D", "RDATE: unknown parameter 'VALUE=PERIOD'"),
    ("RDATE:20260101/P1D", "RDATE: '20260101/P1D'"),
    ("RRULE:FREQ=DAILY\nEXDATE:20261301", "EXDATE: '20261301'"),
]

DATELESS = [
    ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no day"),
    ("RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30,31", "no day"),
    ("RRULE:FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30", "no day"),
    ("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no day"),
    ("RRULE:FREQ=DAILY;BYMONTH=4,6,9,11;BYMONTHDAY=31", "no day"),
    ("RRULE:FREQ=DAILY;BYSETPOS=2", "no day"),
    ("RRULE:FREQ=DAILY;BYDAY=MO;BYSETPOS=-2", "no day"),
    ("RRULE:FREQ=WEEKLY;BYDAY=MO;BYSETPOS=7", "no day"),
    (f"RRULE:FREQ=WEEKLY;BYDAY={WEEK};BYSETPOS=8", "no day"),
    ("RRULE:FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1", "no day"),
    ("RRULE:FREQ=MONTHLY;BYDAY=6MO", "no day"),
    (f"RRULE:FREQ=MONTHLY;BYDAY={WEEK};BYSETPOS=32", "no day"),
    ("RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "no day"),
    ("RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", "no day"),
    ("RRULE:FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1", "no day"),
    ("RRULE:FREQ=YEARLY;BYYEARDAY=1;BYWEEKNO=30", "no day"),
    ("RRULE:FREQ=YEARLY;BYDAY=53MO;BYMONTH=1", "no day"),
    ("RRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "no day"),
    ("RRULE:FREQ=YEARLY;INTERVAL=366;BYMONTH=1;BYMONTHDAY=1", "no day"),
    ("DTSTART:99991231\nRRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", "no day"),
    ("RRULE:FREQ=DAILY\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no day"),
    ("RRULE:FREQ=YEARLY;COUNT=102", "fewer than 102 days"),
    ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", "fewer than 1 days"),
    ("DTSTART:99991230\nRRULE:FREQ=DAILY;COUNT=3", "fewer than 3 days"),
    ("RRULE:FREQ=DAILY;COUNT=2\nEXDATE:20260115,20260116", "EXDATE removes every date"),
    ("DTSTART:20260101\nRRULE:FREQ=DAILY;UNTIL=20260101\nEXDATE:20260101", "EXDATE removes every date"),
    ("RDATE:20260101\nEXDATE:20260101", "EXDATE removes every date"),
]


def test_the_corpus_is_large_enough() -> None:
    assert len({*MALFORMED, *PARTS, *START_AND_DATES, *DATELESS}) >= 120


@pytest.mark.parametrize(("text", "named"), MALFORMED + START_AND_DATES)
def test_text_that_is_no_schedule_is_refused(text: str, named: str) -> None:
    refused(text, named)


@pytest.mark.parametrize(("rule", "named"), PARTS)
@pytest.mark.parametrize("before", ["", "DTSTART:20260101T000000Z\r\n"])
def test_a_wrong_part_of_a_rule_is_refused_by_name(before: str, rule: str, named: str) -> None:
    refused(f"{before}RRULE:{rule}", named)


@pytest.mark.parametrize(("text", "named"), DATELESS)
def test_a_schedule_that_can_give_no_date_is_refused(text: str, named: str) -> None:
    schedule.parse(text)
    refused(text, named)


def refused(text: str, named: str) -> None:
    with pytest.raises(errors.InvalidSchedule) as caught:
        schedule.check(text, anchor=ANCHOR)
    assert named in caught.value.message
    assert len(caught.value.message) < 200
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "RRULE:FREQ=MONTHLY;UNTIL=20200101",
        "RRULE:FREQ=MONTHLY;UNTIL=20200101\nEXDATE:20190101",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=1;UNTIL=20260120",
        "DTSTART:20200101\nRRULE:FREQ=DAILY;COUNT=3",
        "DTSTART:00010101\nRRULE:FREQ=DAILY;UNTIL=00010102",
        "RDATE:20010101",
    ],
)
def test_dates_that_are_all_past_are_fine(text: str) -> None:
    assert schedule.check(text, anchor=ANCHOR) == schedule.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "RRULE:FREQ=YEARLY;COUNT=100",
        "RRULE:FREQ=YEARLY;INTERVAL=366",
        "RRULE:FREQ=DAILY;COUNT=10000",
        "RRULE:FREQ=MONTHLY;BYDAY=1MO,6MO",
        "RRULE:FREQ=DAILY;INTERVAL=366;BYDAY=MO",
        "DTSTART:20260101\nRRULE:FREQ=DAILY;UNTIL=20250101",
        "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=MONTHLY;INTERVAL=01\nRDATE;VALUE=DATE:20260105\n",
        "\n".join(["RRULE:FREQ=DAILY"] * 5),
        "RDATE:" + ",".join(["20260101"] * 110),
    ],
)
def test_rare_but_possible_schedules_are_accepted(text: str) -> None:
    assert schedule.check(text, anchor=ANCHOR) == schedule.parse(text)


def test_the_text_of_a_wrong_part_is_shown_shortened() -> None:
    with pytest.raises(errors.InvalidSchedule) as caught:
        schedule.parse("RRULE:FREQ=" + "X" * 900)
    assert caught.value.message == f"FREQ: '{'X' * 40}…' is not DAILY, WEEKLY, MONTHLY or YEARLY."
