"""What do filters cost that find nothing, and counts, in an account with a long history?

    python -m bench.finding [--rows 60000]

The least of five, against the first page without a filter, which reads twenty rows.
"""

import argparse
import sys
import time

from bench import database

TIMES = 5
PAGE = "{ edges { node { uuid } } }"
NOTHING = "Culture:Movies"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="What do filters cost that find nothing?")
    parser.add_argument("--rows", type=int, default=60_000, help="transactions of the account")
    options = parser.parse_args(arguments)
    with database.own() as server:
        from backend import clock
        from backend.schema.context import Context
        from backend.schema.root import schema
        from bench import household

        house = household.Household(rows=options.rows)
        for planner in ("as a new database is", "after ANALYZE"):
            print(f"{server}, {options.rows} transactions, {planner}")
            took = {}
            for name, query in queries(str(house.budget)).items():
                found = []
                for _ in range(TIMES):
                    started = time.perf_counter()
                    result = schema.execute_sync(query, context_value=Context(user=house.owner, now=clock.now()))
                    found.append(time.perf_counter() - started)
                    assert not result.errors, result.errors
                took[name] = min(found) * 1000
                print(f"  {name:44}{took[name]:8.1f} ms{took[name] / took['the first page']:8.1f}")
            household.analyze()
    return 0


def queries(budget: str) -> dict[str, str]:
    def listed(noun: str, filters: str) -> str:
        return f"{{ {noun}(filters: {{{filters}}}) {PAGE} }}"

    category, word = f'categories: ["{NOTHING}"]', 'search: "nowhere"'
    return {
        "the first page": f"{{ transactions {PAGE} }}",
        "transactions of a category that nothing has": listed("transactions", category),
        "allocations of a category that nothing has": listed("allocations", category),
        "transactions with a word that is nowhere": listed("transactions", word),
        "allocations with a word that is nowhere": listed("allocations", word),
        "all transactions, counted": "{ transactions { totalCount } }",
        "those of a budget, counted": f'{{ budget(id: "{budget}") {{ transactions {{ totalCount }} }} }}',
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
