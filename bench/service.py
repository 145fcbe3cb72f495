"""The service with its demo household, in a folder of its own, and a client that keeps its connection open."""

import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

HOST = "127.0.0.1"
PATIENCE = 300.0
"""Seconds that the household may take to move in."""


@contextmanager
def running(*, port: int, variables: Mapping[str, str] | None = None) -> Iterator["Client"]:
    """The service at that port, gone afterwards; yields its demo user, signed in.

    On SQLite in a temporary folder, or in the empty database that DATABASE_URL names; with more `variables` if given.
    """
    password = secrets.token_urlsafe(12)
    with tempfile.TemporaryDirectory(prefix="mibudge-bench-") as folder:
        own = {"MIBUDGE_DATA": folder, "MIBUDGE_DEMO": "1", "MIBUDGE_DEMO_PASSWORD": password, "PORT": str(port)}
        own["MIBUDGE_ACCESS_MINUTES"] = "600"
        own |= variables or {}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MIBUDGE_")}
        command = [sys.executable, "-m", "backend.serve", "--with-parent"]
        process = subprocess.Popen(command, env=kept | own, stdout=subprocess.DEVNULL)  # noqa: S603  the project's own
        try:
            client = Client(port)
            client.environment = kept | own
            client.wait(process)
            client.sign_in("demo", password)
            yield client
        finally:
            process.terminate()
            process.wait()


class Client:
    """One request after the other over one connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        self.headers: dict[str, str] = {"Content-Type": "application/json"}
        self.requests = 0
        self.environment: dict[str, str] = {}
        """What the service was started with, for a program that works on its database."""

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.connection.request("GET", "/api/v1/users/me/")
                self.connection.getresponse().read()
            except OSError:
                self.connection.close()
                assert process.poll() is None, "the service ended"
                assert time.monotonic() < until, "the service does not answer"
                time.sleep(0.2)
            else:
                return

    def sign_in(self, username: str, password: str) -> None:
        found = self.send("POST", "/api/token/", {"username": username, "password": password})
        self.headers["Authorization"] = f"Bearer {found['access']}"

    def send(self, method: str, path: str, body: object = None) -> Any:
        self.requests += 1
        status, text = self.answer(method, path, json.dumps(body) if body is not None else None)
        assert status < 300, (method, path, status, text)
        return json.loads(text)

    def answer(self, method: str, path: str, body: str | bytes | None = None) -> tuple[int, bytes]:
        """The status, whatever it is, and the text."""
        self.connection.request(method, path, body, self.headers)
        response = self.connection.getresponse()
        return response.status, response.read()

    def get(self, path: str) -> Any:
        return self.send("GET", f"/api/v1/{path}")

    def ask(self, query: str, variables: Mapping[str, object]) -> Any:
        found = self.send("POST", "/graphql/", {"query": query, "variables": variables})
        assert "errors" not in found, found["errors"]
        return found["data"]
