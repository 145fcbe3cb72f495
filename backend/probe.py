"""Says by its exit code whether a part of the service on this machine is well: `python -m backend.probe web|scheduler`.

For container engines and process managers, which ask every few seconds: it loads nothing but the standard library.
"""

import os
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 5.0
OLDEST_HEARTBEAT = timedelta(minutes=2)


def main(arguments: list[str]) -> int:
    parts = {"web": web, "scheduler": scheduler}
    if len(arguments) != 1 or arguments[0] not in parts:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    trouble = parts[arguments[0]]()
    sys.stdout.write(f"{trouble or 'ok'}\n")
    return 1 if trouble else 0


def web() -> str:
    """What is wrong with the web server of this machine; empty if nothing is."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/healthz", timeout=PATIENCE):
            return ""
    except (OSError, urllib.error.HTTPError) as error:
        return f"the web server does not answer: {error}"


def scheduler() -> str:
    """The same of the scheduler, which looks for work each minute and notes it."""
    path = Path(os.environ.get("MIBUDGE_DATA") or ROOT / "data") / "scheduler.heartbeat"
    try:
        last = datetime.fromisoformat(path.read_text())
    except (OSError, ValueError):
        return f"there is no heartbeat in {path}"
    age = abs(datetime.now(UTC) - last)
    return "" if age <= OLDEST_HEARTBEAT else f"the last heartbeat is {age} away"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
