"""What counts as regular among past payments, and what is then expected."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.ledger.rules import regular, schedule
from backend.ledger.rules.cadences import Cadence, candidates
from backend.ledger.rules.regular import Payment, Regular

D = Decimal
TODAY = date(2026, 6, 15)  # a Monday
ONE, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))


def days(text: str) -> list[date]:
    """Days of 2026 such as "01-31 02-28", or of another year in full."""
    return [date.fromisoformat(each if len(each) == 10 else f"2026-{each}") for each in text.split()]


def payments(
    on: str | Sequence[date], amounts: str = "-10", *, party: str = "Gas & Co", budget: UUID = ONE
) -> list[Payment]:
    """Payments on these days; the last amount is that of all that follow."""
    dates = days(on) if isinstance(on, str) else on
    values = [D(each) for each in amounts.split()]
    values += values[-1:] * (len(dates) - len(values))
    return [
        Payment(party=party, on=day, amount=value, parts={budget: value})
        for day, value in zip(dates, values, strict=False)
    ]


def detect(*groups: list[Payment], today: date = TODAY) -> list[Regular]:
    return regular.detect([payment for group in groups for payment in group], today=today, decimals=2)


def only(*groups: list[Payment], today: date = TODAY) -> Regular:
    (found,) = detect(*groups, today=today)
    return found


CADENCES = {
    "weekly": ("05-22 05-29 06-05 06-12", "weekly", "DTSTART:20260619\nRRULE:FREQ=WEEKLY;BYDAY=FR"),
    "weekly, once a day late": ("05-22 05-29 06-06 06-12", "weekly", "DTSTART:20260619\nRRULE:FREQ=WEEKLY;BYDAY=FR"),
    "biweekly": ("05-08 05-22 06-05", "biweekly", "DTSTART:20260619\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
    "the 1st and the 15th": (
        "03-15 04-01 04-15 05-01 05-15 06-01",
        "semimonthly",
        "DTSTART:20260615\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1,15",
    ),
    "the same, moved before weekends": (
        "02-13 02-27 03-13 04-01 04-15 05-01 05-15 06-01",
        "semimonthly",
        "DTSTART:20260615\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1,15",
    ),
    "the 15th and the last": (
        "03-15 03-31 04-15 04-30 05-15 05-31",
        "semimonthly",
        "DTSTART:20260615\nRRULE:FREQ=MONTHLY;BYMONTHDAY=15,-1",
    ),
    "the 10th and the 30th": (
        "2025-12-30 01-10 01-30 02-10 02-28 03-10 03-30 04-10 04-30 05-10 05-30 06-10",
        "semimonthly",
        "DTSTART:20260630\nRRULE:FREQ=MONTHLY;BYMONTHDAY=10,28,29,30;BYSETPOS=1,-1",
    ),
    "monthly": ("04-05 05-05 06-05", "monthly", "DTSTART:20260705\nRRULE:FREQ=MONTHLY;BYMONTHDAY=5"),
    "monthly, some days off": (
        "03-05 04-06 05-05 06-03",
        "monthly",
        "DTSTART:20260705\nRRULE:FREQ=MONTHLY;BYMONTHDAY=5",
    ),
    "the last of the month": (
        "02-28 03-31 04-30 05-31",
        "monthly",
        "DTSTART:20260630\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1",
    ),
    "the 30th": (
        "01-30 02-28 03-30 04-30 05-30",
        "monthly",
        "DTSTART:20260630\nRRULE:FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
    ),
    "early for the 1st": ("03-31 05-01 05-30", "monthly", "DTSTART:20260630\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1"),
    "quarterly": (
        "2025-12-02 03-02 06-02",
        "quarterly",
        "DTSTART:20260902\nRRULE:FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=2",
    ),
    "yearly": (
        "2024-03-10 2025-03-12 03-10",
        "yearly",
        "DTSTART:20270310\nRRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=10",
    ),
    "29 February": (
        "2024-02-29 2025-02-28 02-28",
        "yearly",
        "DTSTART:20270228\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
    ),
}


@pytest.mark.parametrize("name", CADENCES)
def test_a_cadence_is_found_with_its_days(name: str) -> None:
    on, cadence, text = CADENCES[name]
    found = only(payments(on))

    assert (found.cadence.value, found.schedule) == (cadence, text)
    assert schedule.check(text, anchor=TODAY)
    assert found.next_on == date.fromisoformat(text[8:16])
    assert (found.last_on, found.count) == (days(on)[-1], len(days(on)))


IRREGULAR = {
    "two only": "05-05 06-05",
    "too often for its days": "06-01 06-03 06-04 06-08 06-09 06-13",
    "no rhythm": "01-03 02-20 03-01 05-19 06-01",
    "more missed than there": "2025-08-05 2025-11-05 01-05 05-05 06-05",
    "over": "2025-12-05 01-05 02-05 03-05 04-05 04-29",
}


@pytest.mark.parametrize("name", IRREGULAR)
def test_other_payments_are_not_regular(name: str) -> None:
    assert detect(payments(IRREGULAR[name])) == []


def test_it_is_over_after_one_and_a_half_periods() -> None:
    monthly = payments("02-05 03-05 04-05")
    assert only(monthly, today=date(2026, 5, 20)).next_on == date(2026, 6, 5)
    assert detect(monthly, today=date(2026, 5, 21)) == []


def test_a_payment_that_is_late_is_expected_today_and_later_ones_on_their_days() -> None:
    found = only(payments("04-13 05-13"), payments("03-13"))

    assert found.next_on == TODAY
    assert found.schedule.startswith("DTSTART:20260613\n")
    assert list(found.days(until=date(2026, 8, 12))) == [TODAY, date(2026, 7, 13)]


def test_a_payment_that_is_too_late_is_expected_no_more() -> None:
    assert only(payments("03-10 04-10 05-10")).next_on == date(2026, 7, 10)


def test_what_is_entered_for_the_future_is_not_expected_again() -> None:
    assert only(payments("04-20 05-20 06-20")).next_on == date(2026, 7, 20)
    assert detect(payments("2050-04-20 2050-05-20 2050-06-20")) == []


def test_the_amount_is_the_usual_one_of_late() -> None:
    raised = payments("01-05 02-05 03-05 04-05 05-05 06-05", "-10 -10 -10 -12 -12.50 -12")
    assert only(raised).amount == D("-12")
    assert only(payments("03-05 04-05 05-05 06-05", "3.10 3 3.15 3")).amount == 3


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [("-60 -71.20 -80 -66", 1), ("-60 -10 -120 -66", 0), ("-10 -100 -15 -60", 0)],
)
def test_amounts_may_vary_but_not_wildly(amounts: str, expected: int) -> None:
    assert len(detect(payments("03-05 04-05 05-05 06-05", amounts))) == expected


def test_parties_signs_and_amounts_are_told_apart() -> None:
    found = detect(
        payments("04-05 05-05 06-05", "-30", party="ACME"),
        payments("04-03 05-03 06-03", "-2.99", party="acme"),
        payments("04-20 05-20", "-4", party="Acme"),
        payments("05-29 06-05 06-12", "500", party="Acme"),
        payments("04-07 05-07 06-07", "-9", party="Other"),
        payments("04-07 05-07 06-07", "-9", party=""),
    )

    assert [(each.party, each.amount, each.cadence.value, each.next_on) for each in found] == [
        ("Acme", 500, "weekly", date(2026, 6, 19)),
        ("acme", D("-2.99"), "monthly", date(2026, 7, 3)),
        ("ACME", -30, "monthly", date(2026, 7, 5)),
        ("Other", -9, "monthly", date(2026, 7, 7)),
    ]


def test_what_is_paid_in_parts_on_one_day_is_one_payment() -> None:
    found = only(payments("04-05 05-05 06-05", "-10"), payments("04-05 05-05 06-05", "-5", budget=OTHER))

    assert (found.amount, found.parts) == (-15, {ONE: -10, OTHER: -5})


def test_confidence_grows_with_what_was_seen_and_shrinks_with_what_was_missed() -> None:
    def confidence(on: str, amounts: str = "-10") -> float:
        return only(payments(on, amounts)).confidence

    assert confidence("04-05 05-05 06-05") == 0.75
    assert confidence("01-05 02-05 03-05 04-05 05-05 06-05") == 0.86
    assert confidence("01-05 02-05 04-05 05-05 06-05") == 0.69
    assert confidence("01-05 02-05 03-05 04-05 05-05 06-05", "-10 -10 -20 -10") == 0.71


def split(day: str, **parts: str) -> Payment:
    names = {"one": ONE, "other": OTHER, "third": THIRD}
    amounts = {names[name]: D(value) for name, value in parts.items()}
    return Payment(party="Shop", on=days(day)[0], amount=sum(amounts.values(), D(0)), parts=amounts)


def test_the_budgets_are_those_that_it_usually_fell_to_and_sum_to_the_amount() -> None:
    found = only(
        [
            split("03-05", one="-10", other="-5"),
            split("04-05", one="-10", other="-5"),
            split("05-05", one="-9.99", other="-5", third="-0.01"),
            split("06-05", one="-15.01"),
        ]
    )

    assert found.amount == -15
    assert found.parts == {ONE: D("-11.25"), OTHER: D("-3.75")}


def test_if_it_fell_to_another_budget_each_time_one_of_them_is_taken() -> None:
    found = only([split("04-05", one="-9"), split("05-05", other="-9"), split("06-05", third="-9")])

    assert found.parts == {ONE: -9}


@pytest.mark.parametrize("cadence", Cadence)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_schedule_of_a_rhythm_names_its_days(cadence: Cadence, data: st.DataObject) -> None:
    seen = data.draw(st.lists(st.dates(date(2023, 1, 1), date(2026, 12, 31)), min_size=2, max_size=6))
    for rhythm in candidates(cadence, seen):
        number = rhythm.nearest(seen[0])
        expected = [rhythm.day(number + place) for place in range(30)]
        assert expected == sorted(set(expected))
        found = schedule.check(rhythm.schedule(expected[0]), anchor=date(1970, 1, 1))
        assert expected == list(schedule.occurrences(found, anchor=TODAY, start=date(2020, 1, 1), end=expected[-1]))
        assert [rhythm.nearest(day) for day in expected] == list(range(number, number + 30))


@settings(max_examples=100, deadline=None)
@given(
    offsets=st.lists(st.integers(0, 1_200), max_size=30),
    cents=st.lists(st.integers(-500, 500).filter(bool), min_size=30, max_size=30),
)
def test_whatever_was_paid_what_is_expected_is_exact_and_to_come(offsets: list[int], cents: list[int]) -> None:
    paid = [
        Payment(party="Any", on=TODAY - timedelta(days=offset), amount=D(value) / 100, parts={ONE: D(value) / 100})
        for offset, value in zip(offsets, cents, strict=False)
    ]
    for found in regular.detect(paid, today=TODAY, decimals=2):
        assert sum(found.parts.values()) == found.amount
        assert found.next_on >= TODAY
        assert 0 < found.confidence < 1
        coming = list(found.days(until=TODAY + timedelta(days=800)))
        assert coming == sorted(set(coming))
        assert coming[0] == found.next_on
