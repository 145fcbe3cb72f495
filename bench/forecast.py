"""What does a look two years ahead cost?

    python -m bench.forecast [--times 20]

A household with 40 budgets, once with enough money for all of them and once with too little; the simulation alone, then
the whole GraphQL call with every field of the answer. Milliseconds of CPU, the median and the worst of the calls.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bench import database

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
UNTIL = NOW.date() + timedelta(days=731)
WEEKLY, FORTNIGHT = "RRULE:FREQ=WEEKLY", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"
SCHEDULES = (
    WEEKLY,
    FORTNIGHT,
    "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15",
    "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1",
    "RRULE:FREQ=MONTHLY;BYMONTHDAY=5",
)
QUERY = """
query ($account: ID!, $input: ForecastInput!) { forecast(account: $account, input: $input) {
  today until emptyOn budgets { id name start { amount } end { amount } }
  days { on balances { budget { id name } balance { amount } } }
  events { budget { id } kind on status intended { amount } moved { amount } reason }
  shortfalls { budget { id } kind on missing { amount } coveredOn } flows { name amount { amount } count } } }
"""


@dataclass
class Household:
    """Ten each of goals, capped ones, bills and their fill-ups; a pay day each fortnight, ten bills each month."""

    owner: Any
    account: Any
    flows: list[dict[str, str]]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="What does a look two years ahead cost?")
    parser.add_argument("--times", type=int, default=20, help="calls of each kind")
    options = parser.parse_args(arguments)
    with database.own() as server:
        print(f"{server}, {sys.version.split()[0]}\n\n{'ms of CPU':34}{'median':>9}{'worst':>9}   the answer")
        for name, pay in (("enough money", "2900.00"), ("too little", "900.00")):
            household = made(name, pay=pay)
            for what, call in calls(household).items():
                report(f"{what}, {name}", call, times=options.times)
    return 0


def made(name: str, *, pay: str) -> Household:
    from backend.ledger.models import Bank, User
    from backend.ledger.services import accounts, budgets

    owner = User.objects.create(username=name)
    bank = Bank.objects.create(name="Bank", created_at=NOW, modified_at=NOW)
    account = accounts.create(actor=owner, name=name, bank_id=bank.pk, available_balance=Decimal(1_000), now=NOW)
    flows = [{"name": "Pay", "amount": pay, "schedule": FORTNIGHT}]
    for number in range(10):
        plan = {"funding_schedule": SCHEDULES[number % len(SCHEDULES)]}
        for fields in (
            {"name": "Goal", "target_balance": Decimal(5_000), "target_date": date(2028, 3, 1), **plan},
            {"name": "Capped", "budget_type": "C", "target_balance": Decimal(300), **plan},
            {
                "name": "Bill",
                "budget_type": "R",
                "target_balance": Decimal(280),
                "with_fillup_goal": True,
                "recurrance_schedule": "RRULE:FREQ=MONTHLY;BYMONTHDAY=3",
                **plan,
            },
        ):
            budget = budgets.create(actor=owner, account_id=account.pk, fields=fields, now=NOW)  # type: ignore[arg-type]
        flows.append({"amount": "-280.00", "budget": str(budget.pk), "schedule": "RRULE:FREQ=MONTHLY;BYMONTHDAY=20"})
    return Household(owner, account, flows)


def calls(household: Household) -> dict[str, Callable[[], str]]:
    from backend.ledger.rules import funding
    from backend.ledger.selectors import accounts, forecast, funding_state
    from backend.schema.context import Context
    from backend.schema.root import schema

    zone = accounts.zone(household.account.pk)
    state = funding_state.state(household.account, today=NOW.date(), zone=zone, through=NOW.date())
    expected = [
        forecast.Expected(
            name="", amount=Decimal(row["amount"]), budget=_uuid(row.get("budget")), schedule=row["schedule"]
        )
        for row in household.flows
    ]
    question = forecast.Question(until=UNTIL, flows=expected)
    outlook = forecast.outlook(household.account, question, now=NOW)
    flows = [
        funding.Flow(budget_id=key, on=day, amount=part)
        for stream in outlook.streams
        for day in stream.days
        for key, part in stream.parts.items()
    ]
    variables = {
        "account": str(household.account.pk),
        "input": {"until": UNTIL.isoformat(), "flows": household.flows},
    }

    def simulate() -> str:
        found = funding.forecast(state, until=UNTIL, flows=flows, now=NOW)
        return f"{len(found.events)} events, {len(found.days)} days, {len(found.shortfalls)} shortfalls"

    def ask() -> str:
        context = Context(user=household.owner, now=NOW)
        answer = schema.execute_sync(QUERY, variable_values=variables, context_value=context)
        assert not answer.errors, answer.errors
        return f"{len(answer.data['forecast']['events'])} events"  # type: ignore[index]

    return {"simulation": simulate, "GraphQL call": ask}


def _uuid(text: str | None) -> Any:
    from uuid import UUID

    return None if text is None else UUID(text)


def report(name: str, call: Callable[[], str], *, times: int) -> None:
    took = []
    answer = call()
    for _ in range(times):
        started = time.process_time()
        call()
        took.append((time.process_time() - started) * 1000)
    print(f"{name:34}{statistics.median(took):9.0f}{max(took):9.0f}   {answer}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
