"""A database of a benchmark's own: on the server that DATABASE_URL names, otherwise a temporary SQLite file."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import django


@contextmanager
def own() -> Iterator[str]:
    """A new, migrated database that is gone afterwards; yields the server's name and version.

    No model may be imported before.
    """
    with tempfile.TemporaryDirectory(prefix="mibudge-bench-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "backend.settings", "MIBUDGE_DATA": folder, "MIBUDGE_SERVING": "0"}
        django.setup()
        from django.db import connection

        kept = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            version = ".".join(map(str, connection.get_database_version()))
            yield f"{connection.display_name} {version}"
        finally:
            connection.creation.destroy_test_db(kept, verbosity=0)
