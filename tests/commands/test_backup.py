"""A disk that is full, while a backup is made or restored: no archive is blamed for it."""

import errno
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backend.operations.backups import archive, postgresql, restoring, saving

FULL = (OSError(errno.ENOSPC, "No space left on device"), sqlite3.OperationalError("database or disk is full"))


def failing(error: Exception) -> Any:
    def fail(*given: object, **named: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", FULL, ids=["file", "database"])
@pytest.mark.django_db
def test_a_backup_for_which_there_is_no_room_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    for kind in list(saving.DATABASES.values()):
        monkeypatch.setattr(kind, "save", failing(error))
    with pytest.raises(CommandError, match=r"There is no backup: .*(on device|is full)\."):
        call_command("backup", str(tmp_path / "backup"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", FULL, ids=["file", "database"])
def test_a_restore_for_which_there_is_no_room_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    (tmp_path / "backup").touch()
    monkeypatch.setattr(restoring, "restore", failing(error))
    with pytest.raises(
        CommandError, match=r"Nothing was restored: .*(on device|is full)\. When that is mended, do it again"
    ):
        call_command("restore", str(tmp_path / "backup"))


def test_no_backup_is_called_damaged_because_there_is_no_room_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"what is kept")
    with archive.written(tmp_path / "backup") as (writer, _):
        writer.add("media/file", tmp_path / "file")
        writer.finish(archive.Manifest(made_at="", vendor="sqlite", migrations=[], tables={}))
    assert set(archive.extracted(tmp_path / "backup", tmp_path / "there").files) == {"media/file"}

    monkeypatch.setattr(archive, "_unpack", failing(FULL[0]))
    with pytest.raises(OSError, match="No space left"):
        archive.extracted(tmp_path / "backup", tmp_path / "here")


@pytest.mark.parametrize(
    "columns",
    [
        '{"ledger_bank": ["id\\") FROM STDIN; DROP TABLE ledger_user; --"]}',
        '{"ledger_bank\\"; --": ["id"]}',
        '{"ledger_bank": ["id"], "pg_authid": ["rolname"]}',
        '{"ledger_bank": [1]}',
        "[]",
        "x",
    ],
)
def test_what_a_backup_calls_columns_never_becomes_a_statement(tmp_path: Path, columns: str) -> None:
    (tmp_path / "database").mkdir()
    (tmp_path / postgresql.COLUMNS).write_text(columns)
    with pytest.raises(postgresql.Different, match="tables"):
        postgresql.load(tmp_path, rows={"ledger_bank": 1}, migrations=[])
