"""A SQLite database as it is at one moment: a file, made by SQLite's own backup beside those who read and write."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

FILE = "database/mibudge.sqlite3"


def save(folder: Path) -> dict[str, int]:
    """Copy the database into the folder; the rows of each table in the copy."""
    path = folder / FILE
    path.parent.mkdir(mode=0o700)
    with closing(_open(Path(connection.settings_dict["NAME"]))) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)  # all pages at once: in WAL mode that keeps nobody from writing
        copy.execute("PRAGMA journal_mode=DELETE")  # one file; whoever opens the restored one sets it again
        return counts(copy)


def check(folder: Path) -> dict[str, int]:
    """The rows of each table of an unpacked copy. Raises sqlite3.DatabaseError for one that is broken."""
    with closing(_open(folder / FILE)) as copy:
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(str(found))
        return counts(copy)


def load(folder: Path) -> None:
    """Put the unpacked copy in the place of the database, in one commit of SQLite's."""
    connection.close()
    with (
        closing(_open(folder / FILE)) as copy,
        closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as target,
    ):
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=FULL")
        copy.backup(target)


def counts(of: sqlite3.Connection) -> dict[str, int]:
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return {
        name: of.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  a name of the database's own
        for (name,) in of.execute(names).fetchall()
    }


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=20)
