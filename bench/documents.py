"""How long can one GraphQL document keep the service busy?

    python -m bench.documents

CPU time of each document of the tests' hostile corpus, of introspection, and of the widest page that may be asked for,
each sent once to a process that has answered others before.
"""

import sys
import time

from bench import database

SHOWN = 8
MOST = 0.5
"""CPU seconds that a document may take."""


def main() -> int:
    with database.own() as server:
        from bench.rows import Budgets
        from tests.schema.test_limits import CORPUS, INTROSPECTION

        case = Budgets(rows=500)
        case.check()
        found = []
        for name, text in {**CORPUS, "introspection": INTROSPECTION, "the widest page": f"{case.query} #"}.items():
            started = time.process_time()
            answer = case.client.post("/graphql/", {"query": text}, content_type="application/json")
            found.append((time.process_time() - started, len(answer.content), name))
    print(f"{server}: {len(found)} documents, CPU ms and bytes of the answer of the longest\n")
    for seconds, size, name in sorted(found, reverse=True)[:SHOWN]:
        print(f"{name:34}{seconds * 1000:9.0f}{size:10}")
    return 1 if max(found)[0] > MOST else 0


if __name__ == "__main__":
    sys.exit(main())
