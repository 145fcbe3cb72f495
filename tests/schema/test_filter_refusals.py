"""Filters by what cannot be, by what is no id, and by what is somebody else's."""

from typing import Any
from uuid import uuid4

import pytest
from strawberry import relay

from backend.ledger.models import Budget, Transaction, User
from tests import build
from tests.schema.lists import found, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize(
    ("field", "filters", "named"),
    [
        ("transactions", {"search": "x" * 101}, "search"),
        ("transactions", {"search": "a b c d e f g h i j k"}, "search"),
        ("transactions", {"search": "a\0"}, "search"),
        ("budgets", {"search": "x" * 101}, "search"),
        ("banks", {"search": "x" * 101}, "search"),
        ("bankAccounts", {"search": "x" * 101}, "search"),
        ("allocations", {"search": "x" * 101}, "search"),
        ("transactions", {"categories": ["Culture"]}, "categories"),
        ("transactions", {"categoryGroups": ["Culture:Movies"]}, "categoryGroups"),
        ("allocations", {"categories": ["garbage"]}, "categories"),
        ("bankAccounts", {"currencies": ["XXX"]}, "currencies"),
        ("transactions", {"since": "0001-01-01T00:00:00+14:00"}, "since"),
        ("transfers", {"before": "9999-12-31T23:59:59-14:00"}, "before"),
        ("transactions", {"accounts": [str(uuid4())] * 101}, "accounts"),
        ("transactions", {"budgets": [str(uuid4())] * 101}, "budgets"),
        ("transactions", {"categories": [""] * 101}, "categories"),
        ("bankAccounts", {"banks": [str(uuid4())] * 101}, "banks"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_by_name(owner: User, field: str, filters: dict[str, Any], named: str) -> None:
    assert refusal(owner, field, filters) == {"code": "invalid", "field": named}


IDS = [
    ("transactions", "account"),
    ("transactions", "accounts"),
    ("transactions", "budget"),
    ("transactions", "budgets"),
    ("allocations", "account"),
    ("allocations", "budget"),
    ("allocations", "transaction"),
    ("transfers", "account"),
    ("transfers", "budget"),
    ("transfers", "budgets"),
    ("transfers", "source"),
    ("transfers", "target"),
    ("budgets", "account"),
    ("budgets", "accounts"),
    ("bankAccounts", "bank"),
    ("bankAccounts", "banks"),
]


@pytest.mark.parametrize("key", ["", "garbage", "QnVkZ2V0OjE=", "\0", str(relay.GlobalID("Me", str(uuid4())))])
def test_what_is_no_id_is_refused_by_name(owner: User, key: str) -> None:
    for field, name in IDS:
        given = [key] if name.endswith("s") else key
        assert refusal(owner, field, {name: given}) == {"code": "not_found", "field": name}


def test_foreign_ids_are_as_absent_ones(
    owner: User, stranger: User, some: dict[str, Transaction], fun: Budget, moved: dict[str, Budget]
) -> None:
    keys = dict.fromkeys(("budget", "source", "target"), fun.pk) | {
        "account": some["mixed"].bank_account_id,
        "transaction": some["mixed"].pk,
        "bank": some["mixed"].bank_account.bank_id,
    }
    build.transfer(some["mixed"].bank_account, source=fun, target=moved["one"], amount="1.00")
    for field, name in IDS:
        key = str(keys[name.removesuffix("s")])
        given: dict[str, Any] = {name: [key] if name.endswith("s") else key}
        absent = {name: [str(uuid4())] if name.endswith("s") else str(uuid4())}
        assert found(owner, field, given) != []
        assert found(owner, field, absent) == []
        assert found(stranger, field, given) == []


@pytest.mark.parametrize(
    ("field", "filters"),
    [
        ("transactions", {"regex": "(a+)+$"}),
        ("transactions", {"description": {"regex": "x"}}),
        ("transactions", {"search": {"regex": "x"}}),
        ("transactions", {"types": ["nothing"]}),
        ("transactions", {"amount": {"min": 5}}),
        ("transactions", {"amount": {"min": "NaN"}}),
        ("transactions", {"postedOn": {"from": "2026-02-30"}}),
        ("transactions", {"postedOn": {"from": 5}}),
        ("budgets", {"archived": "yes"}),
    ],
    ids=str,
)
def test_what_has_no_such_shape_is_refused(owner: User, field: str, filters: dict[str, Any]) -> None:
    assert refusal(owner, field, filters)["code"] == "invalid_document"
