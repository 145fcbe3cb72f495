"""A client that knows the documented API and nothing else."""

import http.client
import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

API = "/api/v1"
Item = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def told(self) -> str:
        return f"{self.status} {self.body[:600]!r}"


@dataclass(frozen=True)
class File:
    """What a multipart body carries for a file field."""

    name: str
    content: bytes
    content_type: str = "application/octet-stream"


class Client:
    """Speaks for one user, or for nobody; safe to share between threads."""

    def __init__(self, port: int, *, username: str = "", password: str = "") -> None:
        self.port = port
        self.username = username
        self.token = ""
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []
        self.successes: set[tuple[str, str]] = set()  # method and path of what went well
        if username:
            body = json.dumps({"username": username, "password": password}).encode()
            reply = self.raw("POST", "/api/token/", body, {"Content-Type": "application/json"})
            assert reply.status == 200, reply.told()
            self.token = reply.json()["access"]

    def raw(
        self, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send bytes as they are. A connection that the server closed meanwhile is opened again."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= dict(headers or {})
        fresh = getattr(self._local, "connection", None) is None
        if fresh:
            self._local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self._connections.append(self._local.connection)
        connection: http.client.HTTPConnection = self._local.connection
        try:
            connection.request(method, target, body=body, headers=sent)
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException):
            self.close()
            if fresh:
                raise
            return self.raw(method, target, body, headers)
        if answer.will_close:
            self.close()
        if reply.status < 300:
            self.successes.add((method, urlsplit(target).path))
        return reply

    def close(self) -> None:
        """Hang up, for this thread."""
        if getattr(self._local, "connection", None) is not None:
            self._local.connection.close()
            self._connections.remove(self._local.connection)
            self._local.connection = None

    def close_all(self) -> None:
        """Hang up, for all threads; a later request calls again."""
        self._local = threading.local()
        while self._connections:
            self._connections.pop().close()

    def send(self, method: str, path: str, data: Any = None, *, kind: str = "json", **query: object) -> Reply:
        """A request below /api/v1; `kind` is json, form or multipart."""
        target = f"{API}{path}" + (f"?{urlencode(query)}" if query else "")
        if data is None:
            return self.raw(method, target)
        if kind == "json":
            return self.raw(method, target, json.dumps(data).encode(), {"Content-Type": "application/json"})
        if kind == "form":
            body = urlencode({name: text(value) for name, value in data.items()}).encode()
            return self.raw(method, target, body, {"Content-Type": "application/x-www-form-urlencoded"})
        content_type, body = multipart(data)
        return self.raw(method, target, body, {"Content-Type": content_type})

    def get(self, path: str, **query: object) -> Any:
        reply = self.send("GET", path, None, kind="json", **query)
        assert reply.status == 200, f"GET {path} {query}: {reply.told()}"
        return reply.json()

    def post(self, path: str, data: Any, *, kind: str = "json", status: int = 201) -> Any:
        return self._ok("POST", path, data, kind, status)

    def patch(self, path: str, data: Any, *, kind: str = "json") -> Any:
        return self._ok("PATCH", path, data, kind, 200)

    def put(self, path: str, data: Any, *, kind: str = "json") -> Any:
        return self._ok("PUT", path, data, kind, 200)

    def delete(self, path: str) -> None:
        reply = self.send("DELETE", path)
        assert (reply.status, reply.body) == (204, b""), f"DELETE {path}: {reply.told()}"

    def _ok(self, method: str, path: str, data: Any, kind: str, status: int) -> Any:
        reply = self.send(method, path, data, kind=kind)
        assert reply.status == status, f"{method} {path} {data}: {reply.told()}"
        return reply.json()

    def refused(self, method: str, path: str, data: Any, status: int = 400, *, kind: str = "json") -> Any:
        """What the refusal says; fails where there was none, or another one."""
        reply = self.send(method, path, data, kind=kind)
        assert reply.status == status, f"{method} {path} {data}: {reply.told()}"
        return reply.json()

    def each(self, path: str, **query: object) -> Iterator[Item]:
        """All objects of a list, page after page, led by `next`."""
        page = self.get(path, **{"page_size": 500, **query})
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            parts = urlsplit(page["next"])
            reply = self.raw("GET", f"{parts.path}?{parts.query}")
            assert reply.status == 200, reply.told()
            page = reply.json()

    def dump(self) -> dict[str, Any]:
        """Everything that this user can see of the ledger."""
        nouns = ("bank-accounts", "budgets", "transactions", "allocations", "internal-transactions")
        seen: dict[str, Any] = {noun: {row["id"]: row for row in self.each(f"/{noun}/")} for noun in nouns}
        return seen | {"me": self.get("/users/me/")}

    # The writes that most tests need

    def open_account(self, bank: str, **fields: object) -> Item:
        found: Item = self.post("/bank-accounts/", {"name": "Account", "bank": bank, "account_type": "C", **fields})
        return found

    def budget(self, account: str, name: str = "Budget", **fields: object) -> Item:
        given = {"name": name, "bank_account": account, "budget_type": "G", "funding_type": "D", "target_balance": "0"}
        found: Item = self.post("/budgets/", given | fields)
        return found

    def spend(self, account: str, amount: object, on: str = "2026-03-02T12:00:00Z", **fields: object) -> Item:
        given = {"bank_account": account, "amount": amount, "posted_date": on, "transaction_type": "ach"}
        found: Item = self.post("/transactions/", given | {"raw_description": "A SHOP"} | fields)
        return found

    def split(self, transaction: str, shares: Mapping[str, object]) -> list[Item]:
        found: Item = self.post(f"/transactions/{transaction}/splits/", {"splits": dict(shares)}, status=200)
        rows: list[Item] = found["results"]
        return rows

    def move(self, account: str, source: str, target: str, amount: object, on: str = "") -> Item:
        given: Item = {"bank_account": account, "src_budget": source, "dst_budget": target, "amount": amount}
        found: Item = self.post("/internal-transactions/", given | ({"effective_date": on} if on else {}))
        return found

    def balance(self, budget: str) -> str:
        return str(self.get(f"/budgets/{budget}/")["balance"])


def text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def multipart(data: Mapping[str, Any]) -> tuple[str, bytes]:
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in data.items():
        if isinstance(value, File):
            head = f'name="{name}"; filename="{quote(value.name, safe=" .")}"\r\nContent-Type: {value.content_type}'
            content = value.content
        else:
            head, content = f'name="{name}"', text(value).encode()
        parts.append(f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n")
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()
