"""Databases of their own for services that tests start."""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from urllib.parse import urlsplit

import psycopg
from psycopg import sql


@contextmanager
def empty(server: str) -> Iterator[str]:
    """The address of a new PostgreSQL database beside that of `server`; dropped in the end."""
    name = f"mibudge_test_{token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            drop(connection, name)


def drop(connection: "psycopg.Connection[object]", name: str) -> None:
    """Drop the database whoever is connected to it."""
    own = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = current_user"
    connection.execute(own, [name])
    # Not by force, which the server's own vacuuming may refuse to a role like ours: without it that gives way.
    connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
