"""What does it cost to ask what is new, where nothing is?

    python -m bench.catching_up [--rows 20000] [--times 200]

CPU time of the whole request, sign-in included, on an account with a long history: `changes` from the latest cursor
against the smallest query there is.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable

from bench import database

SMALLEST = "{ me { username } }"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="What does it cost to ask what is new, where nothing is?")
    parser.add_argument("--rows", type=int, default=20_000, help="transactions of the account")
    parser.add_argument("--times", type=int, default=200, help="measurements of each question")
    options = parser.parse_args(arguments)
    with database.own() as server:
        from django.test import Client

        from backend import authentication, clock
        from backend.ledger.models import Change
        from backend.ledger.services import sessions
        from bench.household import Household

        household = Household(rows=options.rows)
        session = sessions.start(household.owner, now=clock.now())
        client = Client(
            SERVER_NAME="localhost", headers={"Authorization": f"Bearer {authentication.access_token(session)}"}
        )

        def ask(query: str, **variables: object) -> dict[str, dict[str, str]]:
            body = {"query": query, "variables": variables}
            answer = client.post("/graphql/", json.dumps(body), content_type="application/json").json()
            assert "errors" not in answer, answer
            found: dict[str, dict[str, str]] = answer["data"]
            return found

        cursor = ask("{ changes { cursor } }")["changes"]["cursor"]
        news = "query ($since: String!) { changes(since: $since) { cursor more rows { uuid } } }"
        print(f"{server}: {options.rows} transactions, {Change.objects.count()} lines of history")
        smallest = median(lambda: ask(SMALLEST), options.times)
        nothing = median(lambda: ask(news, since=cursor), options.times)
        print(f"{SMALLEST}: {smallest:.2f} ms")
        print(f"changes, nothing new: {nothing:.2f} ms, {nothing / smallest:.2f} times that")
    return 0


def median(call: Callable[[], object], times: int) -> float:
    call()
    took = []
    for _ in range(times):
        started = time.process_time()
        call()
        took.append((time.process_time() - started) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
