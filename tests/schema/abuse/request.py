"""A request that means no good, and what its sender is to be told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

JSON = "application/json"
LIMIT = "limit"
INVALID = "invalid_document"
SYNTAX = "syntax"
BAD = "bad_request"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request. `code` is that of its refusal, None if it is answered; `limit` says which one it goes beyond."""

    body: bytes
    status: int = 200
    code: str | None = None
    limit: str | None = None
    method: str = "POST"
    content_type: str = JSON
    path: str = "/graphql/"

    def filled(self, ids: Mapping[str, str]) -> bytes:
        """The body with the keys of a household in place of the words in capitals that stand for them."""
        found = self.body
        for word, key in ids.items():
            found = found.replace(word.encode(), key.encode())
        return found


def asked(query: object, *, code: str | None = None, limit: str | None = None, **more: Any) -> Request:
    """A document, and beside it what else is in the body; `status` is that of the answer."""
    status = more.pop("status", 200)
    return Request(
        body=json.dumps({"query": query, **more}, separators=(",", ":")).encode(), code=code, limit=limit, status=status
    )


def refused(query: object, code: str, **more: Any) -> Request:
    return asked(query, code=code, **more)


def limited(query: str, what: str, **more: Any) -> Request:
    return asked(query, code=LIMIT, limit=what, **more)


def turned_away(body: bytes | str, status: int, **more: Any) -> Request:
    """What is no GraphQL request at all."""
    return Request(body=body.encode() if isinstance(body, str) else body, status=status, code=BAD, **more)


def stopped(body: bytes | str) -> Request:
    """What is too large for any door, and is dropped before one of them looks at it."""
    return Request(body=body.encode() if isinstance(body, str) else body, status=413)


def many(count: int, pattern: str, between: str = " ") -> str:
    """The pattern so many times, with the number of each in place of its #."""
    return between.join(pattern.replace("#", str(number)) for number in range(count))
