"""Making a backup, while the service is in use."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from . import archive, postgresql, sqlite

SECRETS = {
    "django": "MIBUDGE_SECRET_KEY",
    "jwt": "MIBUDGE_JWT_KEY",
    "queue": "MIBUDGE_QUEUE_KEY",
    "data": "MIBUDGE_DATA_KEY",
}
"""Files of secrets, and the variables that take their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    path: Path
    rows: int
    files: int
    elsewhere: list[str]


def save(path: Path, *, now: datetime) -> Saved:
    """Write everything that is kept into a new archive. Raises FileExistsError, OSError, DatabaseError.

    Uploads are copied before and after the database: the first time catches those that are deleted meanwhile, the
    second those that are new in it. A file is stored before the row that names it and never changed.
    """
    with archive.written(path) as (writer, folder):
        _add_media(writer)
        rows = DATABASES[connection.vendor].save(folder)
        _add_media(writer)
        for file in sorted((folder / "database").iterdir()):
            writer.add(f"database/{file.name}", file)
        for name, file in _kept():
            writer.add(name, file)
        manifest = archive.Manifest(
            made_at=now.isoformat(),
            vendor=connection.vendor,
            migrations=sorted(map(list, MigrationRecorder(connection).migration_qs.values_list("app", "name"))),
            tables=rows,
            elsewhere=sorted(variable for variable in SECRETS.values() if os.environ.get(variable)),
        )
        writer.finish(manifest)
    return Saved(path=path, rows=sum(rows.values()), files=len(manifest.files), elsewhere=manifest.elsewhere)


def _add_media(writer: archive.Writer) -> None:
    root = Path(settings.MEDIA_ROOT)
    for file in sorted(root.rglob("*")) if root.is_dir() else ():
        name = f"media/{file.relative_to(root).as_posix()}"
        try:
            if not file.is_file() or (name in writer.files and writer.files[name].size == file.stat().st_size):
                continue
            writer.add(name, file)
        except (FileNotFoundError, archive.Vanished):  # its row was deleted meanwhile
            continue


def _kept() -> Iterator[tuple[str, Path]]:
    """The secrets, but for those that the environment gives, and the password of the demo household."""
    for file in sorted((settings.DATA / "secrets").iterdir()):
        if not file.name.startswith(".") and not os.environ.get(SECRETS.get(file.name, "")):
            yield f"secrets/{file.name}", file
    password = settings.DATA / "demo" / "password"
    if password.is_file():
        yield "demo/password", password


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}
