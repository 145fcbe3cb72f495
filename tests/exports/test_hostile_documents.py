"""Documents that were damaged or made up: each is refused, with the place, and nothing of it stays."""

import json
from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

from backend.ledger.models import User
from backend.ledger.statements import Row
from tests import build
from tests.exports import home as homes
from tests.exports.home import Document, Home, refused

pytestmark = pytest.mark.django_db

FOREIGN = "00000000-0000-4000-8000-000000000001"


def each_of(section: str, field: str, *values: object) -> list[Callable[[Document], None]]:
    return [set_to(section, field, value) for value in values]


def set_to(section: str, field: str, value: object, number: int = 0) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document[section][number][field] = value

    change.__name__ = f"{section}.{field}={str(value)[:30]!r}"
    return change


def in_statement(field: str, value: object) -> Callable[[Document], None]:
    """What a bank's row says, as an import keeps it."""

    def change(document: Document) -> None:
        row = document["statement_imports"][0]["statement"]["rows"][0]
        row[[each.name for each in fields(Row)].index(field)] = value

    change.__name__ = f"statement_imports.rows.{field}={value!r}"
    return change


def drop(section: str, field: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        del document[section][0][field]

    change.__name__ = f"{section} without {field}"
    return change


WRONG_VALUES: list[Callable[[Document], None]] = [
    *each_of(
        "transactions",
        "amount",
        None,
        1,
        1.5,
        True,
        "",
        "x",
        "1e3",
        "NaN",
        "0.0001",
        "0.00",
        "9" * 13,
        "1,00",
        [],
        {},
        "\u22125",
    ),
    *each_of("transactions", "id", None, 7, "", "x", FOREIGN.upper() + "x", "{" + FOREIGN + "}"),
    *each_of("transactions", "bank_account", None, 7, FOREIGN, "x", []),
    *each_of(
        "transactions",
        "posted_date",
        None,
        1,
        "",
        "2026-06-15",
        "2026-06-15T00:00:00",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ),
    *each_of("transactions", "pending", None, 0, "false"),
    *each_of("transactions", "version", None, -1, 1.5, "1", True, 10**19),
    *each_of("transactions", "seq", -1, 2**63, "1"),
    *each_of("transactions", "raw_description", None, 5, "x" * 513, "a\0b", "\ud800"),
    *each_of("transactions", "image", "../../etc/passwd", "a.png", 7, "x" * 300),
    *each_of("transactions", "refused_links", "x", [7], ["x"], None),
    set_to("transactions", "transaction_type", "made_up"),
    set_to("transactions", "no_such_field", 1),
    *each_of("transactions", "refund_of", 7, "x"),
    *each_of("transactions", "refund_undo", [], {}, {"before": [], "after": 7}, {"before": [{}], "after": []}),
    *each_of("auto_spend_runs", "rows", {}, [7], [{}], [{"transaction": 7}]),
    set_to("auto_spend_runs", "actor", "nobody"),
    *each_of("transactions", "statement_import", 7, FOREIGN),
    *each_of("statement_imports", "status", "previewed", "expired", "lost"),
    *each_of("statement_imports", "statement", {}, {"rows": []}, []),
    *each_of("statement_imports", "decisions", [], {}, [7], [["new"]]),
    *each_of("statement_imports", "choices", [], {"x": ["enter"]}, {"99": ["enter"]}, {"0": ["burn"]}, {"0": []}),
    *each_of("statement_imports", "left_out", {}, [7], ["a\0b"]),
    *each_of("statement_imports", "undo", {}, [7], [{}]),
    *each_of("statement_imports", "last_change", -1, "1", None),
    set_to("statement_imports", "source", "pdf"),
    set_to("statement_imports", "committed_by", None),
    *(in_statement(field, value) for field, value in (("description", 7), ("amount", "NaN"), ("posted_on", 1))),
    *(in_statement(field, value) for field, value in (("pending", "no"), ("party", []), ("memo", "a\0b"))),
    set_to("accounts", "account_number", "9" * 33),
    set_to("accounts", "currency", "XYZ"),
    set_to("accounts", "bank", FOREIGN),
    *each_of("accounts", "owners", None, [], ["nobody"], [7], ["coowner"], ["owner", "owner"]),
    set_to("accounts", "owners", ["funding-system"]),
    set_to("banks", "default_currency", "ZZZ"),
    set_to("budgets", "budget_type", "Z"),
    set_to("budgets", "funding_schedule", "RRULE:FREQ=HOURLY"),
    set_to("budgets", "auto_spend", [{"no": "such key"}]),
    set_to("budgets", "anchor", "yesterday"),
    set_to("entries", "category", "Made:Up"),
    set_to("entries", "budget", 7),
    set_to("funding_events", "status", "lost"),
    set_to("funding_events", "inputs", []),
    set_to("transfers", "actor", "nobody"),
    set_to("transfers", "actor", ["owner"]),
    set_to("history", "door", "window"),
    *each_of("history", "values", [], {"a": [1]}, {"linked_transaction_id": [7, None]}, {"refused_links": [7, []]}),
    set_to("history", "values", {"skipped_by_id": [None, "nobody"]}),
    set_to("history", "id", 1),
    set_to("people", "timezone", "Mars/Olympus"),
    set_to("people", "username", ""),
    set_to("people", "username", "a b\n"),
    set_to("people", "name", None),
    set_to("people", "is_superuser", True),
    set_to("files", "name", "0" * 32 + ".png"),
    set_to("files", "content", "no base64!"),
    drop("transactions", "amount"),
    drop("entries", "bank_account"),
    drop("accounts", "id"),
    drop("accounts", "owners"),
]


@pytest.mark.parametrize("change", WRONG_VALUES, ids=lambda change: change.__name__)
def test_a_value_that_cannot_be_is_named(change: Callable[[Document], None], document: Document, media: Path) -> None:
    change(document)
    section = next(iter(change.__name__.split("."))).split(" ")[0]
    refused(json.dumps(document), f"{section}[0]", media)


def other_account(document: Document) -> str:
    """An account that the first transaction is not of."""
    mine = document["transactions"][0]["bank_account"]
    return next(str(row["id"]) for row in document["accounts"] if row["id"] != mine)


def cent_more(document: Document, section: str, field: str) -> None:
    row = document[section][0]
    row[field] = f"{float(row[field]) + 1:.2f}"


def in_another_account(document: Document) -> None:
    key = other_account(document)
    document["entries"][0]["budget"] = next(row["id"] for row in document["budgets"] if row["bank_account"] == key)


def budget_left_out(document: Document) -> None:
    """One with money in it: an empty one is missed by no sum."""
    document["budgets"].remove(next(row for row in document["budgets"] if float(row["balance"])))


def one_way_link(document: Document) -> None:
    linked = next(row for row in document["transactions"] if row["linked_transaction"])
    linked["linked_transaction"] = None


def nobody_elses(field: str, section: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document[section][0][field] = FOREIGN

    return change


def dangling_refund(document: Document) -> None:
    next(row for row in document["transactions"] if float(row["amount"]) > 0)["refund_of"] = FOREIGN


BROKEN_SUMS: dict[str, Callable[[Document], None]] = {
    "amount": lambda document: cent_more(document, "transactions", "amount"),
    "running balance": lambda document: cent_more(document, "transactions", "available_balance"),
    "entry": lambda document: cent_more(document, "entries", "amount"),
    "budget": lambda document: cent_more(document, "budgets", "balance"),
    "account": lambda document: cent_more(document, "accounts", "available_balance"),
    "opening": lambda document: cent_more(document, "accounts", "opening_posted"),
    "moved": lambda document: cent_more(document, "transfers", "amount"),
    "entry left out": lambda document: document["entries"].pop(),
    "transaction left out": lambda document: document["transactions"].pop(),
    "transfer left out": lambda document: document["transfers"].pop(),
    "budget left out": budget_left_out,
    "another account's budget": in_another_account,
    "one-way link": one_way_link,
    "dangling fill-up": nobody_elses("fillup_goal", "budgets"),
    "dangling refund": dangling_refund,
    "dangling transaction": nobody_elses("linked_transaction", "transactions"),
    "more history than there is": lambda document: document["statement_imports"][0].update(last_change=10**9),
    "too low a number": lambda document: document["accounts"][0].update(last_seq=0),
}


@pytest.mark.parametrize("change", BROKEN_SUMS.values(), ids=BROKEN_SUMS)
def test_rows_that_do_not_add_up_are_named(
    change: Callable[[Document], object], document: Document, media: Path
) -> None:
    change(document)
    refused(json.dumps(document), None, media, "does not add up")


def test_nobody_elses_row_is_taken_over(home: Home, media: Path, stranger: User) -> None:
    """Not even by a document that names it."""
    document = homes.document(home.owner)
    homes.wipe(media)
    theirs = build.account(owner=build.user("stranger"), balance="100.00")
    spent = build.transaction(theirs, amount="-5.00")
    budget = build.budget(theirs)
    build.user("ana")
    for section, field, key in (
        ("entries", "budget", budget.pk),
        ("entries", "transaction", spent.pk),
        ("transactions", "linked_transaction", spent.pk),
        ("transfers", "source", budget.pk),
        ("budgets", "fillup_goal", budget.pk),
    ):
        changed = json.loads(json.dumps(document))
        row = next(row for row in changed[section] if section != "entries" or row[field])
        row[field] = str(key)
        refused(json.dumps(changed), None, media)
    for section in ("budgets", "transactions"):
        changed = json.loads(json.dumps(document))
        changed[section][0]["bank_account"] = str(theirs.pk)
        refused(json.dumps(changed), f"{section}[0]", media, "not one of the document's accounts")


def test_a_row_that_comes_twice_is_named(document: Document, media: Path) -> None:
    for section in ("accounts", "budgets", "transactions", "entries", "transfers", "funding_events", "banks", "people"):
        twice = {**document, section: [*document[section], document[section][-1]]}
        refused(json.dumps(twice), f"{section}[{len(document[section])}]", media)


def test_a_rule_of_the_database_is_told_with_the_row(document: Document, media: Path) -> None:
    rows = document["transactions"]
    at = next(at for at, (one, other) in enumerate(pairwise(rows), 1) if one["bank_account"] == other["bank_account"])
    rows[at]["seq"] = rows[at - 1]["seq"]
    refused(json.dumps(document), f"transactions[{at}]", media, "the database refuses it")
