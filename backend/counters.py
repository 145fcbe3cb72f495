"""The folder in which the processes of one group count together, so that any of them can answer for all.

Files of processes that ended are kept while the group runs, since what was counted stays counted.
"""

import os
import re
from contextlib import suppress
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
FILE = re.compile(r"\w+_(\d+)\.db", re.ASCII)


def use(default: Path) -> Path:
    """Have this process, and those it starts, count there, unless the environment says where. Makes the folder.

    Works only before prometheus_client is imported.
    """
    folder = Path(os.environ.setdefault(VARIABLE, str(default)))
    make()
    return folder


def make() -> None:
    """Make the folder that the environment names, if it names one: the library does not."""
    folder = os.environ.get(VARIABLE)
    if folder:
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)


def clean(folder: Path) -> None:
    """Forget what was counted by processes that are gone, and by whoever had this process's number before."""
    for path in folder.glob("*.db"):
        found = FILE.fullmatch(path.name)
        if found and not (int(found[1]) != os.getpid() and is_alive(int(found[1]))):
            with suppress(FileNotFoundError):
                path.unlink()


def is_alive(process: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
