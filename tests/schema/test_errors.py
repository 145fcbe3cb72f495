"""What clients are told, and what they are not."""

import logging

import pytest

from backend.ledger import errors as refusals
from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.selectors import funding
from backend.schema import errors
from tests import build
from tests.schema.door import ask, data

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
SUMMARY = "{ me { username } bankAccounts { edges { node { fundingSummary { total { amount } } } } } }"


def test_what_was_not_foreseen_is_masked_and_noted(
    owner: User, account: BankAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("secret internal detail")

    monkeypatch.setattr(funding, "summed_up", fail)
    with caplog.at_level(logging.ERROR, logger="backend.schema.errors"):
        answer = ask(owner, SUMMARY)

    assert answer["errors"] == [
        {
            "message": errors.MASKED,
            "locations": [{"line": 1, "column": 49}],
            "path": ["bankAccounts", "edges", 0, "node", "fundingSummary"],
            "extensions": {"code": "internal"},
        }
    ]
    assert "secret" not in str(answer)
    assert "secret internal detail" in caplog.text
    assert "A GraphQL field failed: fundingSummary" in caplog.text


def test_it_is_noted_by_its_own_name_and_not_by_what_a_client_calls_it(
    owner: User, account: BankAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(funding, "summed_up", fail)
    ask(owner, SUMMARY.replace("fundingSummary", "canary: fundingSummary"))

    assert "A GraphQL field failed: fundingSummary" in caplog.text
    assert "canary" not in caplog.text


def test_what_the_ledger_refuses_keeps_its_words_and_code(
    owner: User, account: BankAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise refusals.InvalidSchedule("FREQ is missing.", field="recurrance_schedule")

    monkeypatch.setattr(funding, "summed_up", refuse)
    (error,) = ask(owner, SUMMARY)["errors"]

    assert error["message"] == "FREQ is missing."
    assert error["extensions"] == {"code": "invalid_schedule", "field": "recurrenceSchedule"}
    assert {record.name for record in caplog.records} <= {"backend.requests"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [("src_budget", "source"), ("amount", "amount"), ("funding_amount", "fundingAmount"), (None, None)],
)
def test_fields_have_the_names_that_clients_know(name: str | None, shown: str | None) -> None:
    assert errors.field_name(name) == shown


@pytest.mark.parametrize(
    "amount",
    ["NaN", "Infinity", "1e3", "1_000", "+5", "", ".", "1.2345", "١٢", "1,000.00", "$5", "9" * 13, 5, 5.5, True, ["1"]],
)
def test_an_amount_is_a_plain_decimal_string(
    owner: User, account: BankAccount, groceries: Budget, amount: object
) -> None:
    mutation = "mutation ($input: CreateTransferInput!) { createTransfer(input: $input) { __typename } }"
    given = {"source": str(build.unallocated(account).pk), "target": str(groceries.pk), "amount": amount}
    answer = ask(owner, mutation, input=given)

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "invalid_document"
    groceries.refresh_from_db()
    assert groceries.balance == 0


@pytest.mark.parametrize(
    ("currency", "balance", "amount", "formatted"),
    [
        ("USD", "1234.50", "1234.50", "$1,234.50"),
        ("USD", "-0.10", "-0.10", "-$0.10"),
        ("JPY", "300", "300.00", "¥300"),
        ("KWD", "1.234", "1.234", "KWD1.234"),
        ("EUR", "999999999999.99", "999999999999.99", "€999,999,999,999.99"),
    ],
)
def test_money_is_shown_as_a_decimal_string_and_for_people(
    owner: User, currency: str, balance: str, amount: str, formatted: str
) -> None:
    build.account(owner=owner, currency=currency, balance=balance)
    query = "{ bankAccounts { edges { node { availableBalance { amount currency formatted } } } } }"
    (edge,) = data(owner, query)["bankAccounts"]["edges"]

    assert edge["node"]["availableBalance"] == {"amount": amount, "currency": currency, "formatted": formatted}
