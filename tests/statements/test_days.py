"""Dates as people of many countries write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ledger.statements import days, fields

DAY = date(2026, 3, 14)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-14",
        "2026/3/14", "2026.03.14", "20260314", "14.03.2026", "14.3.26", "14/03/2026", "14/3'26",
        "14/ 3'26", "03/14/2026", "3/14/26", "3/14'2026", "14 Mar 2026", "14-MAR-26", "14. März 2026", "14 mars 2026",
        "14 marzo 2026", "14 março 2026", "14 maart 2026", "14 marca 2026", "Mar 14, 2026", "March 14th, 2026",
        "2026-03-14 23:59:59", "2026-03-14T23:59:59.123Z", "2026-03-14T23:59:59+14:00", "14/03/2026 11:59 PM",
        "14.03.2026 23:59", "14/03/2026, 23:59", "14032026", "03142026",
    ],
)  # fmt: skip
def test_a_date_is_read_by_the_order_that_it_shows(text: str):
    assert days.day(text, order=days.order([text])) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "", "14", "14.03.",
        "2026-02-30", "2026-13-01", "0000-01-01", "9999-12-31", "1949-12-31", "31/02/2026",
        "14/03-2026x", "14 Foo 2026", "2026-03-14T", "2026-03-14 morning", "\u0662\u0660\u0662\u0666-03-14",
        "14032026x",
        "1/2", "00/01/2026", "=1+1", "2026--03-14",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str):
    with pytest.raises(ValueError, match="is not a date"):
        days.order([text])


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["01/02/2026", "13/02/2026"], "DMY"),
        (["01/02/2026", "02/13/2026"], "MDY"),
        (["05/05/2026"], "DMY"),
        (["01.02.2026"], "DMY"),
        (["2026-01-02"], "YMD"),
        (["26-01-14", "26-01-31", "26-02-02"], "YMD"),
        (["14-01-26", "31-01-26", "02-02-26"], "DMY"),
        (["1 Feb 2026"], "DMY"),
        ([], "DMY"),
    ],
)
def test_a_column_shows_its_order(texts: list[str], order: str):
    found = days.order(texts)
    assert found == order or {days.day(text, order=found) for text in texts} == {
        days.day(text, order=order) for text in texts
    }


@pytest.mark.parametrize("texts", [["01/02/2026"], ["01-02-2026", "03-04-2026"], ["26-01-14", "26-01-15"], ["1/ 2'26"]])
def test_an_order_that_nothing_tells_is_asked_for(texts: list[str]):
    with pytest.raises(fields.Unclear, match="`date_format`"):
        days.order(texts)


def test_a_hint_tells_day_and_month_apart_and_nothing_else():
    assert days.order(["01/02/2026"], hint="DMY") == "DMY"
    assert days.order(["01/02/2026"], hint="MDY") == "MDY"
    with pytest.raises(fields.Unclear):
        days.order(["26-01-14"], hint="DMY")


def test_a_column_of_several_orders_is_refused():
    with pytest.raises(ValueError, match="in another order"):
        days.order(["13/02/2026", "02/13/2026"])


def test_a_date_of_another_order_is_refused():
    with pytest.raises(ValueError, match="in the order MDY"):
        days.day("13/02/2026", order="MDY")


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_as_it_was_written(day: date):
    assert days.day(f"{day:%d/%m/%Y}", order="DMY") == day
    assert days.day(f"{day:%m/%d/%Y}", order="MDY") == day
    assert days.day(f"{day:%Y%m%d}", order="YMD") == day


@given(st.text(max_size=70) | st.text("0123456789/-. :'TZ", max_size=30))
def test_any_text_is_a_date_or_refused(text: str):
    try:
        found = days.day(text, order="DMY")
    except ValueError as error:
        assert str(error)  # noqa: PT017 (either outcome is good)
    else:
        assert found.year in fields.YEARS
