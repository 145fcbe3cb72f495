"""The GraphQL door as a client sees it."""

from typing import Any

from django.test import Client

from backend.ledger.models import User
from tests.tokens import bearer


def post(user: User | None, body: object, **options: Any) -> Any:
    """The HTTP answer to a JSON body."""
    headers = bearer(user) if user else {}
    return Client(headers=headers).post("/graphql/", body, content_type="application/json", **options)


def ask(user: User, query: str, **variables: object) -> dict[str, Any]:
    """The whole answer to a query."""
    response = post(user, {"query": query, "variables": variables})
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def data(user: User, query: str, **variables: object) -> dict[str, Any]:
    """The data of an answer without errors."""
    answer = ask(user, query, **variables)
    assert "errors" not in answer, answer["errors"]
    found: dict[str, Any] = answer["data"]
    return found


def nodes(connection: dict[str, Any]) -> list[Any]:
    """The rows of a connection."""
    return [edge["node"] for edge in connection["edges"]]
