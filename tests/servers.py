"""The servers and programs some tests need: where they would be, and whether they are there."""

import os
import shutil
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

STRICT = os.environ.get("MIBUDGE_TEST_STRICT") == "1"

ANEW = os.environ.get("MIBUDGE_TEST_ANEW") == "1"
"""Whether generated examples are others in each run. Else they are the same, so that a change is judged alone."""


def examples(strictly: int) -> int:
    """How many generated examples are tried: that many where every test must run, a fifth of them elsewhere."""
    return strictly if STRICT else max(5, strictly // 5)


@dataclass(frozen=True)
class Server:
    """A server that tests use if it answers. `variable` of the environment holds its address."""

    name: str
    variable: str
    default: str
    port: int

    @property
    def url(self) -> str:
        return os.environ.get(self.variable) or self.default

    @property
    def place(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port or self.port}"

    def missing(self) -> str:
        """Why tests cannot use the server, in a sentence; empty if they can."""
        parts = urlsplit(self.url)
        try:
            socket.create_connection((parts.hostname or "", parts.port or self.port), timeout=2).close()
        except OSError as error:
            return f"no {self.name} answers at {self.place} ({error}); {self.variable} names another"
        return ""


POSTGRESQL = Server("PostgreSQL", "MIBUDGE_TEST_POSTGRES", "postgres://mibudge:mibudge@127.0.0.1:5432/mibudge", 5432)
REDIS = Server("Redis", "MIBUDGE_TEST_REDIS", "redis://127.0.0.1:6379/15", 6379)


@dataclass(frozen=True)
class Program:
    """A program that tests use if the machine has it. `variable` of the environment holds its path."""

    name: str
    variable: str
    commands: tuple[str, ...]

    @property
    def path(self) -> str:
        """Empty where there is none."""
        found = (shutil.which(command) for command in (os.environ.get(self.variable, ""), *self.commands))
        return next((each for each in found if each), "")

    def missing(self) -> str:
        """Why tests cannot use the program, in a sentence; empty if they can."""
        return "" if self.path else f"there is no {self.name} on this machine; {self.variable} names another"


CHROMIUM = Program("Chromium", "MIBUDGE_TEST_CHROMIUM", ("chromium", "chromium-browser", "google-chrome"))
