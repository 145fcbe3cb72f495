"""The invented household: the same for the same day, and its books add up."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from backend.ledger.demo import life, ofx
from backend.ledger.demo.household import Account, Household
from backend.ledger.statements import Row, matching

TODAY = date(2026, 11, 22)
DAYS = [
    TODAY,
    date(2026, 3, 31),
    date(2024, 2, 29),
    date(2025, 2, 28),  # nothing is pending but a coffee
    date(2026, 11, 25),  # what is pending posts before the month of the week after begins
    date(2026, 11, 30),
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2026, 7, 16),
    date(2026, 8, 24),
    date(2024, 1, 4),  # nothing is pending on the card
]


@pytest.fixture(scope="module")
def household() -> Household:
    return life.life(today=TODAY)


@pytest.fixture(scope="module", params=DAYS, ids=str)
def any_household(request: pytest.FixtureRequest) -> Household:
    return life.life(today=request.param)


def rows(of: Household) -> Iterable[tuple[Account, Row]]:
    return ((account, row) for account in of.accounts for row in account.rows)


def own_transfers(account: Account) -> list[Row]:
    return [row for row in account.rows if row.kind == "XFER"]


def test_the_same_day_gives_the_same_household(household: Household):
    assert life.life(today=TODAY) == household


def test_it_spans_eighteen_full_months_and_the_present_one(household: Household):
    assert (household.start, household.today) == (date(2025, 5, 1), TODAY)
    assert min(row.posted_on for _, row in rows(household)) == household.start
    assert max(row.posted_on for _, row in rows(household)) == TODAY


def test_it_is_of_a_believable_size(any_household: Household):
    assert 1_200 <= sum(1 for _ in rows(any_household)) <= 1_800


def test_a_day_has_the_same_purchases_a_week_later_and_pending_rows_keep_their_names():
    before, after = life.life(today=TODAY), life.life(today=TODAY + timedelta(days=7))
    for account in before.accounts:
        known = {row.bank_id: (row.amount, row.description) for row in after.account(account.key).rows}
        assert all(known[row.bank_id] == (row.amount, row.description) for row in account.rows)


def test_a_week_later_the_bank_has_posted_what_was_pending(any_household: Household):
    today = any_household.today
    later = life.life(today=today + timedelta(days=7))
    for account in any_household.accounts:
        names = matching.keys(account.rows, source="ofx")
        known = [
            matching.Known(id=uuid4(), key=key, posted_on=row.posted_on, amount=row.amount, description=row.description)
            for row, key in zip(account.rows, names, strict=True)
        ]
        # What was pending may post in the present month or in the next one, which has a statement of its own.
        since = [each for each in ofx.monthly(later, later.account(account.key)) if each.end and each.end >= today]
        settled = [one.id for each in since for one, _, _ in matching.plan(each.rows, source="ofx", known=known).posted]
        assert sorted(settled) == sorted(one.id for one in known if one.awaits)


def test_the_banks_names_of_rows_are_unique(any_household: Household):
    for account in any_household.accounts:
        names = [row.bank_id for row in account.rows]
        assert len(set(names)) == len(names)


def test_rows_are_in_the_order_of_their_days_with_the_pending_ones_last(any_household: Household):
    for account in any_household.accounts:
        assert list(account.rows) == sorted(account.rows, key=lambda row: (row.pending, row.posted_on))


def test_only_the_last_days_are_pending_and_something_always_is(any_household: Household):
    pending = [row for _, row in rows(any_household) if row.pending]
    assert pending
    assert all(any_household.today - row.posted_on <= timedelta(days=2) for row in pending)


def test_amounts_are_whole_cents_and_never_zero(any_household: Household):
    for _, row in rows(any_household):
        assert row.amount
        assert row.amount == round(row.amount, 2)


def test_every_own_transfer_has_its_other_side(any_household: Household):
    checking, others = any_household.account("checking"), [any_household.account(key) for key in ("savings", "card")]
    sent = own_transfers(checking)
    for other in others:
        for row in own_transfers(other):
            [match] = [
                each
                for each in sent
                if each.amount == -row.amount and timedelta(0) <= row.posted_on - each.posted_on <= timedelta(days=3)
            ]
            assert match.description.endswith(f"ENDING IN {other.ending}")
            assert row.description.endswith(f"ENDING IN {checking.ending}")
    assert len(sent) == sum(len(own_transfers(other)) for other in others)


def test_all_the_money_there_is_came_from_the_opening_and_the_rows(any_household: Household):
    inside = [row.amount for account in any_household.accounts for row in own_transfers(account)]
    assert sum(inside) == 0


def test_the_accounts_stay_on_their_side_of_zero(any_household: Household):
    for account in any_household.accounts:
        balance = account.opening
        for row in account.rows:
            balance += row.amount
            if account.type == "X":
                assert balance > Decimal(-2_000)
            else:
                assert balance > Decimal(1_000)


def test_the_household_earns_more_than_it_spends(any_household: Household):
    outside = [row.amount for _, row in rows(any_household) if row.kind != "XFER"]
    assert Decimal(3_000) < sum(outside, Decimal(0)) < Decimal(25_000)


def test_life_has_variety(household: Household):
    descriptions = " ".join(row.description for _, row in rows(household))
    for word in (
        "PAYROLL",
        "RENT",
        "ATM WITHDRAWAL",
        "INTEREST PAID",
        "REFUND",
        "RETURN",
        "INSURANCE",
        "SEABREEZE INN",
    ):
        assert word in descriptions
    assert {"POS", "DEBIT", "XFER", "ATM", "INT", "DIRECTDEP", "DIRECTDEBIT", "REPEATPMT", "CREDIT"} <= {
        row.kind for _, row in rows(household)
    }


def test_purchases_at_a_till_name_their_day(household: Household):
    for _, row in rows(household):
        if row.kind == "POS" and row.initiated_on:
            assert f" {row.initiated_on:%m/%d} " in row.description


def test_the_budgets_are_of_every_kind_and_open_with_the_household(household: Household):
    kinds = {(plan.fields["budget_type"], plan.fields["funding_type"]) for plan in household.plans}
    assert {("G", "F"), ("G", "D"), ("C", "F"), ("C", "D"), ("R", "F"), ("R", "D")} <= kinds
    assert {plan.fields["with_fillup_goal"] for plan in household.plans if plan.fields["budget_type"] == "R"} == {
        True,
        False,
    }
    assert min(plan.opens for plan in household.plans) == household.start


def test_a_trip_ends_with_its_summer_and_the_next_one_begins(any_household: Household):
    trips = [plan for plan in any_household.plans if plan.fields["name"].startswith("Summer trip")]
    assert [plan.opens for plan in trips[1:]] == [plan.archived_on for plan in trips[:-1]]
    assert trips[-1].archived_on is None
    assert trips[-1].fields["target_date"] + timedelta(days=31) > any_household.today


def test_every_rule_claims_something(household: Household):
    for plan in household.plans:
        spent = [row.description.casefold() for row in household.account(plan.account).rows if row.amount < 0]
        for rule in plan.fields["auto_spend"]:
            assert any(rule["party"] in text for text in spent), rule
