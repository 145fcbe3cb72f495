"""What is said of an event: the sentence, and the values behind it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from tests.rules.funding_ledger import START, Account, day, envelope

PLENTY = Decimal(1_000_000)
OVER, FROM = "divided over the", "events from 2026-06-01 to"


def event(account: Account, kind: str = funding.FUND) -> Any:
    """The first event of that kind, once it was carried out."""
    account.run(START)
    return next(row for key, row in account.events.items() if key.kind == kind)


@pytest.mark.parametrize(
    ("plan", "decimals", "reason"),
    [
        ({"by": day(83)}, 2, f"8.33 is 100.00 {OVER} 12 {FROM} 2026-08-23, rounded to the cent."),
        ({"by": day(27)}, 2, f"25.00 is 100.00 {OVER} 4 {FROM} 2026-06-28."),
        ({"by": day(20)}, 0, f"33.00 is 100.00 {OVER} 3 {FROM} 2026-06-21, rounded to the whole unit."),
        ({"by": day(20)}, 3, f"33.333 is 100.000 {OVER} 3 {FROM} 2026-06-21, rounded to the thousandth."),
        ({"by": day(3)}, 2, "100.00 is all that is missing to 100.00; no other event comes by 2026-06-04."),
        ({"by": day(-9)}, 2, "100.00 is all that is missing to 100.00; no other event comes by 2026-05-23."),
        ({}, 2, "The goal has no target date."),
        ({"fixed": 30}, 2, "30.00 is the funding amount; 100.00 is missing to 100.00."),
        ({"fixed": 300}, 2, "100.00 is all that is missing to 100.00; the funding amount is 300.00."),
        ({"target": 0, "fixed": 30}, 2, "Nothing is missing to 0.00."),
        ({"kind": kinds.CAPPED}, 2, "100.00 is all that is missing to 100.00."),
        ({"kind": kinds.CAPPED, "fixed": 30}, 2, "30.00 is the funding amount; 100.00 is missing to 100.00."),
        ({"kind": kinds.RECURRING}, 2, "There is no recurrence to save for."),
        ({"paused": True, "fixed": 30}, 2, "The budget is paused."),
    ],
)  # fmt: skip
def test_the_amount_of_a_fund_event_in_words(plan: dict[str, Any], decimals: int, reason: str) -> None:
    account = Account([envelope(**plan)], opening=PLENTY, decimals=decimals)

    assert event(account).reason == reason


def test_the_example_that_everybody_asks_about() -> None:
    """Why 41.67?"""
    goal = envelope(target=500, by=day(365), schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=1;COUNT=12")
    row = event(Account([goal], opening=Decimal(80), gated=True, posted_through=START))

    assert row.reason == (
        "41.67 is 500.00 divided over the 12 events from 2026-06-01 to 2027-06-01, rounded to the cent."
    )
    assert row.inputs == {
        "target": "500",
        "share": 12,
        "deadline": "2027-06-01",
        "gated": True,
        "posted_through": "2026-06-01",
        "gathered": "0",
        "gathered_now": "0",
        "source": "80",
        "source_now": "80",
        "available": "80",
        "gap": "500",
        "exact": "41.66666666666666666666666667",
        "rounding": "half_down",
        "limit": "share",
    }


def test_what_was_there_then_and_what_is_there_now() -> None:
    capped = envelope(kinds.CAPPED, target=100)
    account = Account([capped], opening=Decimal(500))
    account.enter(day(2), -350)
    account.transfer(day(1), 60, to=capped)
    account.run(day(3))
    row = next(iter(account.events.values()))

    assert (
        row.reason == "100.00 is all that is missing to 100.00. Only 40.00 was still missing when it was carried out."
    )
    wanted = {"gathered": "0", "gathered_now": "60", "source": "500", "source_now": "90", "available": "90"}
    assert {name: row.inputs[name] for name in wanted} == wanted
    assert (row.inputs["gap"], row.inputs["limit"]) == ("100", "filled_since")


def test_a_short_event_says_what_there_was_and_later_that_it_was_paid_in_parts() -> None:
    account = Account([envelope(target=1000, fixed=100)])
    amount = "100.00 is the funding amount; 1000.00 is missing to 1000.00."
    row = event(account)
    assert row.reason == f"{amount} Unallocated has nothing for it."
    assert row.inputs["limit"] == "available"

    account.enter(day(1), 30)
    account.run(day(2))
    assert event(account).reason == f"{amount} Unallocated has only 30.00 for it so far."
    account.enter(day(2), 300)
    account.run(day(3))
    assert event(account).reason == f"{amount} Unallocated paid it in parts."
    assert event(account).inputs == row.inputs


def test_refills_in_words() -> None:
    fillup = envelope(kinds.FILLUP, target=60, schedule="")
    rent = envelope(kinds.RECURRING, target=60, recurrence="RRULE:FREQ=WEEKLY", fillup=fillup)
    reasons = []
    for saved in (0, 20, 60):
        account = Account([rent, fillup])
        account.enter(day(-1), saved, budget=fillup)
        reasons.append(event(account, funding.RECUR).reason)
    account.enter(day(3), 60, budget=rent)
    account.run(day(7))
    reasons.append(account.events[funding.Key(budget_id=rent.id, kind=funding.RECUR, on=day(7))].reason)
    alone = envelope(kinds.RECURRING, target=60, schedule="", recurrence="RRULE:FREQ=WEEKLY")
    reasons.append(event(Account([alone]), funding.RECUR).reason)

    assert reasons == [
        "60.00 is all that is missing to 60.00. The fill-up has nothing for it. A new cycle starts.",
        "60.00 is all that is missing to 60.00. The fill-up has only 20.00 for it. A new cycle starts.",
        "60.00 is all that is missing to 60.00. A new cycle starts.",
        "Nothing is missing to 60.00. A new cycle starts.",
        "A new cycle starts.",
    ]


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        (
            {"target": "500", "share": 12, "gathered": "0", "available": "80"},
            "41.67 is 500.00 divided over the 12 events from 2026-06-01, rounded to the cent.",
        ),
        (
            {"target": "100", "most": "30", "gathered": "0", "available": "80"},
            "30.00 is the funding amount; 100.00 is missing to 100.00.",
        ),
        ({"target": "100"}, ""),
        ({"target": "100", "hindrance": "The goal has no target date."}, "The goal has no target date."),
    ],
)
def test_events_of_which_less_was_noted_are_told_as_well_as_can_be(inputs: dict[str, Any], reason: str) -> None:
    facts = funding.facts_from_plain(inputs, decimals=2)
    key = funding.Key(budget_id=envelope().id, kind=funding.FUND, on=START)

    assert facts is not None
    told = funding.told(facts, key=key, status=funding.DONE, intended=facts.wanted, moved=facts.wanted)
    assert told == reason
    assert funding.facts_from_plain({}, decimals=2) is None


def test_what_is_stored_is_read_back() -> None:
    goal = envelope(by=day(83), target=500)
    [intent] = funding.plan(
        Account([goal], opening=PLENTY, gated=True, posted_through=START).state(START), through=START
    )

    assert intent.facts is not None
    assert funding.facts_from_plain(intent.inputs, decimals=2) == intent.facts
    assert funding.facts_from_plain(intent.inputs, decimals=2) != replace(intent.facts, gated=None)
