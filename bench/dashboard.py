"""Is one GraphQL call for the dashboard faster than the REST calls that fetch the same?

    python -m bench.dashboard [--times 20] [--port 8160]

The service runs as its users run it, with the demo household. A client with one connection asks for the dashboard by
turns: in one GraphQL call, and in the REST calls that it takes one after the other. Both must find the same, but for
the month's spending by category: REST has no report, and the calls that its client would need are not counted.
"""

import argparse
import statistics
import sys
import time
from typing import Any

from bench.service import Client, running

LATEST = 50
"""Transactions of the dashboard."""

QUERY = """
query Dashboard($latest: Int!) {
  me { username name timezone }
  bankAccounts(first: 10) {
    edges { node {
      uuid name availableBalance { amount }
      fundingSummary { total { amount } schedules { schedule nextDate budgetCount total { amount } } }
      budgets(filters: {archived: false}, first: 40) {
        edges { node {
          uuid name balance { amount } targetBalance { amount } nextFunding { on deferred amount { amount } }
        } }
      }
    } }
  }
  spending(groupBy: CATEGORY) { currency total { amount } groups { name count share amount { amount } } }
  transactions(first: $latest) {
    edges { node {
      uuid postedDate description amount { amount }
      allocations(first: 5) { edges { node { uuid amount { amount } budget { uuid } } } }
    } }
  }
}
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Is one GraphQL call faster than the REST calls that fetch the same?")
    parser.add_argument("--times", type=int, default=20, help="measurements of each")
    parser.add_argument("--port", type=int, default=8160, help="where the service listens meanwhile")
    options = parser.parse_args(arguments)
    with running(port=options.port) as client:
        compare(by_graphql(client), by_rest(client))
        took: dict[str, list[float]] = {"GraphQL": [], "REST": []}
        calls = {}
        for _ in range(options.times):
            for name, fetch in (("GraphQL", by_graphql), ("REST", by_rest)):
                before, started = client.requests, time.perf_counter()
                fetch(client)
                took[name].append(time.perf_counter() - started)
                calls[name] = client.requests - before
    medians = {name: statistics.median(each) * 1000 for name, each in took.items()}
    for name, each in medians.items():
        print(f"{name:10}{calls[name]:4} calls {each:9.1f} ms")
    print(f"ratio     {medians['REST'] / medians['GraphQL']:20.1f}")
    return 0


def by_graphql(client: Client) -> dict[str, Any]:
    """The dashboard as REST would tell it."""
    found = client.ask(QUERY, {"latest": LATEST})
    accounts, transactions = rows(found["bankAccounts"]), rows(found["transactions"])
    return {
        "me": found["me"],
        "accounts": {each["uuid"]: (each["name"], each["availableBalance"]["amount"]) for each in accounts},
        "budgets": {
            budget["uuid"]: (budget["name"], budget["balance"]["amount"], budget["targetBalance"]["amount"])
            for account in accounts
            for budget in rows(account["budgets"])
        },
        "next": {
            budget["uuid"]: (budget["nextFunding"]["on"], budget["nextFunding"]["amount"]["amount"])
            for account in accounts
            for budget in rows(account["budgets"])
            if budget["nextFunding"]
        },
        "summaries": {
            account["uuid"]: [
                (each["schedule"], each["nextDate"], each["total"]["amount"], each["budgetCount"])
                for each in account["fundingSummary"]["schedules"]
            ]
            for account in accounts
        },
        "transactions": {
            each["uuid"]: (each["description"], each["amount"]["amount"], parts(rows(each["allocations"])))
            for each in transactions
        },
    }


def rows(connection: dict[str, Any]) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


def parts(allocations: list[Any]) -> dict[str, Any]:
    return {each["uuid"]: (each["budget"]["uuid"], each["amount"]["amount"]) for each in allocations}


def by_rest(client: Client) -> dict[str, Any]:
    me = client.get("users/me/")
    accounts = client.get("bank-accounts/?page_size=20")["results"]
    budgets = client.get("budgets/?archived=false&page_size=500")["results"]
    summaries = {each["id"]: client.get(f"bank-accounts/{each['id']}/funding-summary/") for each in accounts}
    transactions = client.get(f"transactions/?page_size={LATEST}")["results"]
    allocations = {each["id"]: client.get(f"allocations/?transaction={each['id']}")["results"] for each in transactions}
    return {
        "me": {name: me[name] for name in ("username", "name", "timezone")},
        "accounts": {each["id"]: (each["name"], each["available_balance"]) for each in accounts},
        "budgets": {each["id"]: (each["name"], each["balance"], each["target_balance"]) for each in budgets},
        "next": {
            each["id"]: (each["next_funding"]["date"], each["next_funding"]["amount"])
            for each in budgets
            if each["next_funding"]
        },
        "summaries": {
            key: [
                (each["schedule"], each["next_date"], each["total_amount"], each["budget_count"])
                for each in found["schedules"]
            ]
            for key, found in summaries.items()
        },
        "transactions": {
            each["id"]: (
                each["description"],
                each["amount"],
                {part["id"]: (part["budget"], part["amount"]) for part in allocations[each["id"]]},
            )
            for each in transactions
        },
    }


def compare(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Fail where the two do not tell the same. Each orders transactions by a date of its own, so the oldest differ."""
    ours, theirs = one.pop("transactions"), other.pop("transactions")
    assert one == other, (one, other)
    both = ours.keys() & theirs.keys()
    assert len(both) > LATEST / 2
    assert len(ours) == len(theirs) == LATEST
    assert all(ours[key] == theirs[key] for key in both)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
