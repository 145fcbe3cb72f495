"""Cursors that no page of a list gave."""

import json
from typing import Any

import pytest
from strawberry import relay

from backend.ledger.models import BankAccount, User
from tests import build
from tests.build import NOW
from tests.schema.door import ask, data

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TRANSACTIONS = "query ($after: String) { transactions(after: $after) { edges { cursor } } }"
ORDER = "-posted_date,-seq"


def cursor(*values: object, order: str = ORDER) -> str:
    return relay.to_base64("row", json.dumps([order, *values]))


KEY = "3f0d8d3e-5a51-4a0e-9f3e-0c2b8e1f7a11"
CURSORS: dict[str, Any] = {
    "empty": "",
    "garbage": "garbage",
    "not base64": "Incorrect padding",
    "an offset": relay.to_base64("arrayconnection", "1"),
    "another kind": relay.to_base64("orderedcursor", json.dumps([ORDER, NOW.isoformat(), "1", KEY])),
    "no list": relay.to_base64("row", "{}"),
    "an empty list": relay.to_base64("row", "[]"),
    "deep": relay.to_base64("row", "[" * 10_000),
    "another order": cursor(NOW.isoformat(), "1", KEY, order="posted_date,seq"),
    "no order": cursor(NOW.isoformat(), "1", KEY, order=""),
    "a naive time": cursor("2026-02-20T00:00:00", "1", KEY),
    "a time out of the calendar": cursor("0001-01-01T00:00:00+14:00", "1", KEY),
    "too few": cursor(NOW.isoformat(), "1"),
    "too many": cursor(NOW.isoformat(), "1", KEY, "1"),
    "no texts": cursor(1, 2, 3),
    "null": cursor(None, None, None),
    "no time": cursor("yesterday", "1", KEY),
    "no day": cursor("2026-02-30T00:00:00+00:00", "1", KEY),
    "no number": cursor(NOW.isoformat(), "one", KEY),
    "a number too large": cursor(NOW.isoformat(), "9" * 30, KEY),
    "a number much too large": cursor(NOW.isoformat(), "9" * 10_000, KEY),
    "no key": cursor(NOW.isoformat(), "1", "garbage"),
    "a NUL": cursor(NOW.isoformat(), "1\0", KEY),
    "a long text": "A" * 50_000,
}


@pytest.mark.parametrize("name", CURSORS)
def test_a_cursor_that_no_page_gave_is_refused(owner: User, account: BankAccount, name: str) -> None:
    build.transaction(account)
    answer = ask(owner, TRANSACTIONS, after=CURSORS[name])

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "invalid", "field": "after"}


@pytest.mark.parametrize("name", CURSORS)
def test_nor_is_one_followed_below_a_row(owner: User, account: BankAccount, name: str) -> None:
    build.transaction(account)
    query = (
        "query ($after: String) { transactions { edges { node { allocations(after: $after) { edges { cursor } } } } } }"
    )
    answer = ask(owner, query, after=CURSORS[name])

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "invalid", "field": "after"}


def test_the_cursor_of_another_list_is_refused(owner: User, account: BankAccount) -> None:
    found = data(owner, "{ bankAccounts { pageInfo { endCursor } edges { cursor } } }")["bankAccounts"]

    assert ask(owner, TRANSACTIONS, after=found["pageInfo"]["endCursor"])["data"] is None
