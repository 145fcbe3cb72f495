"""Does somebody who sends hostile requests keep others waiting?

    python -m bench.neighbour [--seconds 40] [--port 8147]

The service runs as its users run it, with the demo household. An honest user asks by turns for the dashboard and for
the smallest query there is, over one connection, ten times a second; first alone, then while somebody else sends the
tests' whole corpus of hostile requests, one after the other without a pause, again and again.
"""

import argparse
import http.client
import sys
import threading
import time
from collections.abc import Sequence

from bench import dashboard
from bench.service import HOST, PATIENCE, Client, running

MOST = 1.0
"""Seconds within which 99 of 100 honest requests are answered."""

PACE = 0.1
SMALL = "{ me { username } }"


class Abuser(threading.Thread):
    """Sends the corpus until it is told to stop."""

    def __init__(self, *, port: int, headers: dict[str, str], ids: dict[str, str]) -> None:
        super().__init__()
        self.port, self.headers, self.ids = port, headers, ids
        self.stopping = threading.Event()
        self.sent = 0
        self.failures: list[tuple[str, int]] = []

    def run(self) -> None:
        from tests.schema.abuse import CORPUS

        bodies = {name: request.filled(self.ids) for name, request in CORPUS.items()}
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        while not self.stopping.is_set():
            for name, request in CORPUS.items():
                path = request.path.replace(" ", "%20").replace('"', "%22")
                headers = self.headers | {"Content-Type": request.content_type}
                try:
                    connection.request(request.method, path, bodies[name], headers)
                    response = connection.getresponse()
                    response.read()
                except (OSError, http.client.HTTPException):  # it was hung up on
                    connection.close()
                else:
                    if response.status >= 500:
                        self.failures.append((name, response.status))
                self.sent += 1
                if self.stopping.is_set():
                    return


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Does a sender of hostile requests keep others waiting?")
    parser.add_argument("--seconds", type=float, default=40, help="how long each of both is measured")
    parser.add_argument("--port", type=int, default=8147, help="where the service listens meanwhile")
    options = parser.parse_args(arguments)
    with running(port=options.port) as client:
        account = client.get("bank-accounts/")["results"][0]["id"]
        budgets = client.get(f"budgets/?bank_account={account}")["results"]
        ids = {"ACCOUNT": account, "BUDGET": budgets[1]["id"], "UNALLOCATED": budgets[0]["id"]}
        abuser = Abuser(port=options.port, headers=client.headers, ids=ids)
        dashboard.by_graphql(client)
        alone = honest(client, seconds=options.seconds)
        abuser.start()
        try:
            beside = honest(client, seconds=options.seconds)
        finally:
            abuser.stopping.set()
            abuser.join()
    for name, took in (("alone", alone), ("beside", beside)):
        print(f"{name:8}{len(took):6} requests, ms: p50 {at(took, 50):8.1f}   p99 {at(took, 99):8.1f}", end="")
        print(f"   most {max(took) * 1000:8.1f}")
    print(f"{abuser.sent} hostile requests meanwhile; 5xx: {abuser.failures or 'none'}")
    return 0 if at(beside, 99) <= MOST * 1000 and not abuser.failures else 1


def honest(client: Client, *, seconds: float) -> list[float]:
    """How long each answer took, in seconds."""
    took: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for query, variables in ((dashboard.QUERY, {"latest": dashboard.LATEST}), (SMALL, {})):
            started = time.perf_counter()
            client.ask(query, variables)
            took.append(time.perf_counter() - started)
            time.sleep(max(0.0, PACE - took[-1]))
    return took


def at(took: Sequence[float], percent: int) -> float:
    """Milliseconds within which so many of a hundred were answered."""
    return sorted(took)[min(len(took) - 1, len(took) * percent // 100)] * 1000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
