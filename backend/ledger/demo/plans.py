"""The budgets of the household: one of each kind, several of some."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from .household import Plan
from .tables import CARD, CHECKING, SAVINGS

GOAL, RECURRING, CAPPED = "G", "R", "C"
FIXED, BY_DATE = "F", "D"

PAYDAYS = "RRULE:FREQ=MONTHLY;BYMONTHDAY=15,-1"
MONTHLY_1 = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1"
MONTHLY_20 = "RRULE:FREQ=MONTHLY;BYMONTHDAY=20"
MONTHLY_25 = "RRULE:FREQ=MONTHLY;BYMONTHDAY=25"
MONTHLY_26 = "RRULE:FREQ=MONTHLY;BYMONTHDAY=26"
MONTH_ENDS = "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1"
EACH_MARCH = "RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=4"


def plans(*, start: date, today: date) -> tuple[Plan, ...]:
    """What is kept from `start` on, and the summer trips, each of which ends with its summer."""
    kept = [Plan(account=account, opens=start, first=Decimal(first), fields=fields) for account, first, fields in KEPT]
    car = next_july(start.replace(year=start.year + 2))
    savings_goal = _fields("New car", kind=GOAL, target="7200", by=car, schedule=MONTHLY_20)
    return (*kept, *_trips(start, today), Plan(account=SAVINGS, opens=start, fields=savings_goal))


def _trips(start: date, today: date) -> list[Plan]:
    trips = []
    opens = start
    while opens <= today:
        july = next_july(opens)
        ends = july.replace(month=8)
        fields = _fields(
            f"Summer trip {july.year}",
            kind=GOAL,
            target="1900",
            by=july,
            schedule=MONTH_ENDS,
            rules=[("albatross air", "Travel:Flights"), ("seabreeze inn", "Travel:Hotels")],
        )
        trips.append(Plan(account=CHECKING, opens=opens, fields=fields, archived_on=ends if ends <= today else None))
        opens = ends
    return trips


def next_july(after: date) -> date:
    """The first of July, the next one that leaves a quarter of a year to save."""
    found = date(after.year, 7, 1)
    return found if (found - after).days >= 90 else found.replace(year=after.year + 1)


def _fields(
    name: str,
    *,
    kind: str,
    target: str,
    schedule: str,
    amount: str | None = None,
    by: date | None = None,
    again: str | None = None,
    with_fillup: bool = False,
    rules: list[tuple[str, str]] | None = None,
    memo: str | None = None,
) -> Mapping[str, Any]:
    """With an `amount` each event gives that much, without one what is missing is spread over the events left."""
    return {
        "name": name,
        "budget_type": kind,
        "funding_type": FIXED if amount else BY_DATE,
        "target_balance": Decimal(target),
        "funding_amount": Decimal(amount) if amount else None,
        "target_date": by,
        "with_fillup_goal": with_fillup,
        "funding_schedule": schedule,
        "recurrance_schedule": again,
        "memo": memo,
        "auto_spend": [{"party": party, "category": category} for party, category in rules or ()],
    }


KEPT: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    (
        CHECKING,
        "1850",
        _fields(
            "Rent",
            kind=RECURRING,
            target="1850",
            schedule=PAYDAYS,
            again=MONTHLY_1,
            rules=[("harborview properties", "Home:Rent")],
        ),
    ),
    (
        CHECKING,
        "800",
        _fields(
            "Groceries",
            kind=RECURRING,
            target="860",
            schedule=PAYDAYS,
            again=MONTHLY_1,
            with_fillup=True,
            rules=[
                ("greenleaf market", "Food & Drink:Groceries"),
                ("harvest lane", "Food & Drink:Groceries"),
                ("corner pantry", "Food & Drink:Groceries"),
            ],
        ),
    ),
    (
        CHECKING,
        "250",
        _fields(
            "Utilities",
            kind=RECURRING,
            target="290",
            amount="145",
            schedule=PAYDAYS,
            again=MONTHLY_1,
            with_fillup=True,
            rules=[
                ("valley power", "Utilities:Electricity"),
                ("natural gas", "Utilities:Gas & Fuel"),
                ("clearbrook water", "Utilities:Water & Sewer"),
            ],
        ),
    ),
    (
        CHECKING,
        "160",
        _fields(
            "Phone and internet",
            kind=RECURRING,
            target="160",
            amount="160",
            schedule=MONTH_ENDS,
            again=MONTHLY_20,
            rules=[("fiberwave", "Utilities:Internet"), ("cellaria mobile", "Utilities:Phone")],
        ),
    ),
    (
        CHECKING,
        "450",
        _fields(
            "Card bill",
            kind=RECURRING,
            target="950",
            schedule=PAYDAYS,
            again=MONTHLY_25,
            rules=[("card payment", "Financial:Credit Card Payment")],
            memo="What the Rewards Card asks for on the 24th.",
        ),
    ),
    (
        CHECKING,
        "0",
        _fields(
            "Car insurance",
            kind=RECURRING,
            target="1180",
            schedule=MONTH_ENDS,
            again=EACH_MARCH,
            rules=[("everguard insurance auto", "Transportation:Auto Insurance")],
        ),
    ),
    (
        CHECKING,
        "100",
        _fields(
            "Gifts",
            kind=CAPPED,
            target="300",
            amount="40",
            schedule=MONTHLY_1,
            rules=[("paper & ribbon", "Gifts & Donations:Gifts"), ("toybox lane", "Gifts & Donations:Gifts")],
        ),
    ),
    (
        CHECKING,
        "0",
        _fields(
            "New laptop",
            kind=GOAL,
            target="1150",
            amount="80",
            schedule=MONTH_ENDS,
            rules=[("circuit alley", "Technology:Hardware")],
        ),
    ),
    (
        CHECKING,
        "0",
        _fields(
            "Cash",
            kind=CAPPED,
            target="180",
            amount="180",
            schedule=MONTHLY_1,
            rules=[("atm withdrawal", "Uncategorized:Cash")],
        ),
    ),
    (CHECKING, "200", _fields("Cushion", kind=CAPPED, target="900", amount="80", schedule=MONTHLY_20)),
    (SAVINGS, "2500", _fields("Emergency fund", kind=GOAL, target="9000", amount="300", schedule=MONTHLY_20)),
    (SAVINGS, "0", _fields("Home repairs", kind=CAPPED, target="750", amount="50", schedule=MONTHLY_20)),
    *(
        (
            CARD,
            "0",
            _fields(
                name,
                kind=CAPPED,
                target="0",
                schedule=MONTHLY_26,
                rules=rules,
                memo="Counts what was spent; brought back to zero once the card is paid.",
            ),
        )
        for name, rules in (
            (
                "Eating out",
                [
                    ("coffee", "Food & Drink:Coffee & Tea"),
                    ("second cup", "Food & Drink:Coffee & Tea"),
                    ("noodle arcade", "Food & Drink:Fast Food"),
                    ("taqueria", "Food & Drink:Fast Food"),
                    ("greenhouse salads", "Food & Drink:Fast Food"),
                    ("copper spoon", "Food & Drink:Restaurants"),
                    ("osteria luna", "Food & Drink:Restaurants"),
                    ("lantern house", "Food & Drink:Restaurants"),
                ],
            ),
            ("Fuel", [("northway fuel", "Transportation:Gas")]),
            (
                "Subscriptions",
                [
                    ("lumen stream", "Culture:TV"),
                    ("tunebox", "Culture:Music"),
                    ("skylocker", "Technology:Online Services"),
                    ("iron oak fitness", "Sports & Fitness:Memberships"),
                    ("courier digital", "Culture:News"),
                ],
            ),
            (
                "Shopping",
                [
                    ("parcelhouse", "Uncategorized:Other Shopping"),
                    ("thread & button", "Personal:Clothing"),
                    ("wellspring pharmacy", "Health & Medical:Pharmacies"),
                    ("paws & whiskers", "Pets:Pet Supplies"),
                ],
            ),
        )
    ),
)
