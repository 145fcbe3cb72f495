"""Does an export take more memory, or more time for each transaction, the longer the history is?

    python -m bench.exports [--rows 100000]

Each export is made by `manage.py export` in a process of its own, which the kernel measures.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import database

FEW = 1_000
MOST_MEGABYTES = 150
FORMATS = ("json", "beancount", "csv")
CHILD = """
import json, resource, sys, time
import django
django.setup()
from django.core.management import call_command
began = time.process_time()
call_command(*sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": time.process_time() - began, "megabytes": used.ru_maxrss / 1024}))
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Does an export take more memory the longer the history is?")
    parser.add_argument("--rows", type=int, default=100_000, help="transactions of the user with many")
    rows = parser.parse_args(arguments).rows
    with database.own() as server, tempfile.TemporaryDirectory(prefix="mibudge-bench-") as folder:
        from bench.household import Household

        few, many = (Household(rows=each).owner.username for each in (FEW, rows))
        print(f"{server}: {FEW} and {rows} transactions; MB at most, ms of CPU for each 1,000")
        print(f"{'':12}{'MB':>8}{'MB':>8}{'ms':>8}{'ms':>8}{'ratio':>8}{'size, MB':>10}")
        file = Path(folder) / "export"
        worst = max(compare(few, many, each, file=file, rows=rows) for each in FORMATS)
        back = taken("load_export", str(moved(file, many)), "--user", someone("somebody else"))
        print(f"{'restoring':12}{'':8}{back['megabytes']:8.0f}{'':8}{back['seconds'] / rows * 1e6:8.1f}")
        return int(worst > MOST_MEGABYTES)


def compare(few: str, many: str, format: str, *, file: Path, rows: int) -> float:  # noqa: A002  the API's word
    """Print what a format costs both users; the megabytes of the one with many rows."""
    runs = [taken("export", "--user", name, "--format", format, "--output", str(file)) for name in (few, many)]
    short, long = (run["seconds"] / number * 1e6 for run, number in zip(runs, (FEW, rows), strict=True))
    small, large = (run["megabytes"] for run in runs)
    size = file.stat().st_size / 1024**2
    print(f"{format:12}{small:8.0f}{large:8.0f}{short:8.1f}{long:8.1f}{long / short:8.2f}{size:10.1f}")
    return large


def taken(*arguments: str) -> dict[str, float]:
    """What a command used, in a process of its own on the same database."""
    from django.db import connection

    settings = connection.settings_dict
    url = os.environ.get("DATABASE_URL", "")
    if connection.vendor == "sqlite":
        url = f"sqlite:///{settings['NAME']}"
    else:
        url = f"{url.rpartition('/')[0]}/{settings['NAME']}"
    done = subprocess.run(  # noqa: S603 (this program's own)
        [sys.executable, "-c", CHILD, *arguments],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def moved(file: Path, name: str) -> Path:
    """The JSON export of the user, whose accounts are gone afterwards."""
    from backend.ledger.models import BankAccount, User
    from backend.ledger.services import accounts
    from bench.household import START

    taken("export", "--user", name, "--output", str(file))
    for account in BankAccount.objects.filter(owners__username=name):
        accounts.delete(actor=User.objects.get(username=name), account_id=account.pk, now=START)
    User.objects.filter(username=name).update(username="gone")
    return file


def someone(name: str) -> str:
    from backend.ledger.models import User

    User.objects.create(username=name)
    return name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
