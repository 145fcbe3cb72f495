"""Documents that were damaged or made up: each is refused, with the place, and nothing of it stays."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.ledger import errors
from backend.ledger.models import Transaction, User
from backend.ledger.services.restoring import reading
from tests import build
from tests.exports import home as homes
from tests.exports.home import Home
from tests.ledger import states

pytestmark = pytest.mark.django_db

Document = dict[str, Any]
FOREIGN = "00000000-0000-4000-8000-000000000001"


_texts: list[bytes] = []
"""The owner's export; made once, since a home takes a second to furnish."""


@pytest.fixture
def document(request: pytest.FixtureRequest, db: None, media: Path) -> Document:
    """The owner's export, in an instance where only ana is."""
    if not _texts:
        home: Home = request.getfixturevalue("home")
        _texts.append(homes.taken(home.owner))
        homes.wipe(media)
    build.user("ana")
    found: Document = json.loads(_texts[0])
    return found


def refused(text: str | bytes, place: str | None, media: Path, *words: str) -> None:
    with states.refused(errors.InvalidExport, field=place) as refusal:
        homes.restore(text, user=User.objects.get(username="ana"))
    for word in (place or "", *words):
        assert word in refusal.value.message
    assert list(media.iterdir()) == []


def set_to(section: str, field: str, value: object, number: int = 0) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document[section][number][field] = value

    change.__name__ = f"{section}.{field}={str(value)[:30]!r}"
    return change


def drop(section: str, field: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        del document[section][0][field]

    change.__name__ = f"{section} without {field}"
    return change


WRONG_VALUES = [
    *[
        set_to("transactions", "amount", value)
        for value in (None, 1, 1.5, True, "", "x", "1e3", "NaN", "0.0001", "0.00", "9" * 13, "1,00", [], {}, "\u22125")
    ],
    *[set_to("transactions", "id", value) for value in (None, 7, "", "x", FOREIGN.upper() + "x", "{" + FOREIGN + "}")],
    *[set_to("transactions", "bank_account", value) for value in (None, 7, FOREIGN, "x", [])],
    *[
        set_to("transactions", "posted_date", value)
        for value in (
            None,
            1,
            "",
            "2026-06-15",
            "2026-06-15T00:00:00",
            "2026-13-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
        )
    ],
    *[set_to("transactions", "pending", value) for value in (None, 0, "false")],
    *[set_to("transactions", "version", value) for value in (None, -1, 1.5, "1", True, 10**19)],
    *[set_to("transactions", "seq", value) for value in (-1, 2**63, "1")],
    *[set_to("transactions", "raw_description", value) for value in (None, 5, "x" * 513, "a\0b", "\ud800")],
    *[set_to("transactions", "image", value) for value in ("../../etc/passwd", "a.png", 7, "x" * 300)],
    *[set_to("transactions", "refused_links", value) for value in ("x", [7], None)],
    set_to("transactions", "transaction_type", "made_up"),
    set_to("transactions", "no_such_field", 1),
    set_to("accounts", "currency", "XYZ"),
    set_to("accounts", "bank", FOREIGN),
    *[set_to("accounts", "owners", value) for value in (None, [], ["nobody"], [7], ["coowner"], ["owner", "owner"])],
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
    set_to("history", "values", {"a": [1]}),
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


def one_way_link(document: Document) -> None:
    linked = next(row for row in document["transactions"] if row["linked_transaction"])
    linked["linked_transaction"] = None


def nobody_elses(field: str, section: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document[section][0][field] = FOREIGN

    return change


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
    "budget left out": lambda document: document["budgets"].pop(),
    "another account's budget": in_another_account,
    "one-way link": one_way_link,
    "dangling fill-up": nobody_elses("fillup_goal", "budgets"),
    "dangling transaction": nobody_elses("linked_transaction", "transactions"),
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
    first, second = (row for row in document["transactions"][:2])
    second["seq"], second["bank_account"] = first["seq"], first["bank_account"]
    refused(json.dumps(document), "transactions[1]", media, "the database refuses it")


BEGINNING = '{"format": "mibudge", "version": 1, "exported_at": "", "user": '
WRONG_TEXTS = {
    "nothing": ("", "ends too early"),
    "blanks": (" \n ", "ends too early"),
    "a list": ("[]", "expected “{”"),
    "no JSON": ("{x}", "not JSON"),
    "an empty object": ("{}", "ends without “format”"),
    "another format": ('{"format": "ledger"}', "no export of mibudge"),
    "a later version": ('{"format": "mibudge", "version": 2}', "not version 1"),
    "no number": ('{"format": NaN}', "no number"),
    "a long number": ('{"format": ' + "9" * 5000 + "}", "too long"),
    "a name twice": ('{"format": {"a": 1, "a": 2}}', "twice"),
    "nested": ('{"format": ' + "[" * 100_000 + "}", "nested too deep"),
    "a member twice": ('{"format": "mibudge", "format": "mibudge"}', "Expected “version”"),
    "no list": (
        '{"format": "mibudge", "version": 1, "exported_at": "", "user": {"username": "a"}, "people": {}}',
        "a list",
    ),
    "no user": ('{"format": "mibudge", "version": 1, "exported_at": "", "user": 7}', "username"),
    "something behind it": ("{}{}", "follows the end"),
}


@pytest.mark.parametrize(("text", "words"), WRONG_TEXTS.values(), ids=WRONG_TEXTS)
def test_a_text_that_is_no_export_is_refused(text: str, words: str, owner: User) -> None:
    with pytest.raises(errors.InvalidExport) as refusal:
        homes.restore(text, user=owner)
    assert words in refusal.value.message


def test_a_document_that_was_cut_off_anywhere_is_refused(document: Document, media: Path) -> None:
    text = homes.written(document)
    ana = User.objects.get(username="ana")
    before = states.fingerprint()
    for end in range(0, len(text) - 1, len(text) // 40):
        with pytest.raises(errors.InvalidExport):
            homes.restore(text[:end], user=ana)
    assert states.fingerprint() == before


def test_the_layout_of_the_text_says_nothing(document: Document, media: Path) -> None:
    homes.restore(json.dumps(document, indent=3), user=User.objects.get(username="ana"))
    assert Transaction.objects.count() == len(document["transactions"])
    states.sound()


def test_a_document_is_read_in_parts(monkeypatch: pytest.MonkeyPatch, document: Document, media: Path) -> None:
    """However small those are, and wherever they end."""
    monkeypatch.setattr(reading, "CHUNK", 7)
    homes.restore(homes.written(document), user=User.objects.get(username="ana"))
    states.sound()


def test_an_item_that_never_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, owner: User) -> None:
    monkeypatch.setattr(reading, "MOST", 1000)
    monkeypatch.setattr(reading, "CHUNK", 100)
    with pytest.raises(errors.InvalidExport, match="longer than"):
        homes.restore('{"format": "' + "x" * 10_000 + '"}', user=owner)


def test_sections_come_in_their_order(document: Document, media: Path) -> None:
    refused(json.dumps(dict(sorted(document.items()))), None, media, "Expected “format”")
    without = {name: rows for name, rows in document.items() if name != "entries"}
    refused(json.dumps(without), None, media, "Expected “entries”")


def test_what_fails_at_the_end_leaves_no_attachment(document: Document, media: Path) -> None:
    document["files"].append({"name": "f" * 32 + ".png", "content": ""})
    refused(json.dumps(document), f"files[{len(document['files']) - 1}]", media, "no transaction has that attachment")
    assert Transaction.objects.count() == 0
