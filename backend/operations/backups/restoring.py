"""Making an empty installation what another one was when it was backed up."""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

from backend import local_files
from backend.operations import health

from . import archive, postgresql, sqlite

MADE_BY_MIGRATIONS = frozenset({"django_migrations", "django_content_type", "auth_permission"})


class Refused(Exception):
    """Nothing was restored; the message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """`left_out`: tables with rows that no application here has; `elsewhere`: secrets that were not in the archive."""

    rows: int
    files: int
    left_out: list[str]
    elsewhere: list[str]


def restore(path: Path) -> Restored:
    """Check the archive and put what is in it in place, the database last. Raises Refused.

    Until the database is in place, which is one commit, the installation counts as empty: a restore that was cut short
    is done again. The secrets of the archive count for processes that start afterwards.
    """
    _refuse_unless_empty()
    with archive.drafts(settings.DATA, ".restore") as folder:
        try:
            manifest = archive.extracted(path, folder)
            if manifest.vendor == "sqlite" and sqlite.check(folder) != manifest.tables:
                raise archive.Damaged("its tables do not have the rows that the manifest says")
        except (archive.Damaged, sqlite3.DatabaseError) as error:
            raise Refused(f"{path} is damaged or no backup of mibudge: {error}.") from error
        _refuse_unless_fitting(manifest)
        _place(folder)
        left_out: list[str] = []
        if connection.vendor == "sqlite":
            sqlite.load(folder)
        else:
            migrations = [(app, name) for app, name in manifest.migrations]
            left_out = postgresql.load(folder, rows=manifest.tables, migrations=migrations)
    files = sum(name.startswith("media/") for name in manifest.files)
    return Restored(rows=sum(manifest.tables.values()), files=files, left_out=left_out, elsewhere=manifest.elsewhere)


def _refuse_unless_empty() -> None:
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table in present - MADE_BY_MIGRATIONS and model._base_manager.exists():
                raise Refused(
                    f"This installation is not empty: there are rows in {table}. Restore into a fresh data folder "
                    "(MIBUDGE_DATA) and a fresh database (DATABASE_URL)."
                )


def _refuse_unless_fitting(manifest: archive.Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise Refused(
            f"The backup is of a {manifest.vendor} database and this installation has {connection.vendor}: set "
            "DATABASE_URL to a database of that kind."
        )
    labels = {config.label for config in apps.get_app_configs()}
    unknown = [
        f"{app}.{name}"
        for app, name in manifest.migrations
        if app in labels and (app, name) not in health.known_migrations()
    ]
    if unknown:
        raise Refused(f"The backup was made by a later version of mibudge, which has {unknown[0]}: restore with that.")
    theirs = [name for name in _names(Path(settings.MEDIA_ROOT)) if f"media/{name}" not in manifest.files]
    if theirs:
        raise Refused(
            f"This installation is not empty: {settings.MEDIA_ROOT} has {theirs[0]}, which is not in the backup. "
            "Restore into a fresh data folder (MIBUDGE_DATA)."
        )


def _names(root: Path) -> list[str]:
    return [file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()] if root.is_dir() else []


def _place(folder: Path) -> None:
    """Move uploads and secrets to where they belong."""
    for kind, target in (
        ("media", Path(settings.MEDIA_ROOT)),
        ("secrets", settings.DATA / "secrets"),
        ("demo", settings.DATA / "demo"),
    ):
        local_files.private_folder(target)
        for name in _names(folder / kind):
            local_files.private_folder((target / name).parent)
            shutil.move(folder / kind / name, target / name)
