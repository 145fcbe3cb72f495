"""Data of installations that are made once for all tests of a run. Each test gets a copy, which is its own.

They are made by the commands that people use, on SQLite. A service that starts on a copy finds nothing to migrate.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VARIABLE = "MIBUDGE_TEST_PREPARED"
"""Names the folder that the processes of a run have in common. A process without one has a folder of its own."""


def migrated(data: Path) -> None:
    """Put an empty database of this version into the folder `data`, which has none; secrets are yet to be made."""
    data.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_made("migrated", ["migrate"]) / "mibudge.sqlite3", data / "mibudge.sqlite3")


def moved_in(data: Path) -> str:
    """Make the folder `data` that of an installation with the demo household; the password of its log-ins."""
    made = _made("moved-in", ["migrate"], ["demo"])
    shutil.copytree(made, data)
    return (data / "demo" / "password").read_text().strip()


def _made(name: str, *commands: list[str]) -> Path:
    """The folder of data that the commands made; whoever comes first has them make it."""
    folder = _folder()
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / name
        if not made.exists():
            making = folder / f"{name}.part"
            shutil.rmtree(making, ignore_errors=True)
            for command in commands:
                manage(making, *command)
            making.rename(made)
        return made


def manage(data: Path, *arguments: str) -> None:
    """Run a command on a folder of data, as on a machine without other settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MIBUDGE_", "DJANGO_"))}
    for name in ("DATABASE_URL", "HUEY_URL"):
        kept.pop(name, None)
    environment = kept | {"MIBUDGE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "backend.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _folder() -> Path:
    if shared := os.environ.get(VARIABLE):
        return Path(shared)
    folder = tempfile.mkdtemp(prefix="mibudge-prepared-")
    atexit.register(_clean, folder, os.getpid())
    os.environ[VARIABLE] = folder
    return Path(folder)


def _clean(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # and not one that it forked
        shutil.rmtree(folder, ignore_errors=True)
