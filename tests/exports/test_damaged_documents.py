"""Texts that are no export, or not a whole one; and how a whole one is read."""

import json
from pathlib import Path

import pytest

from backend.ledger import errors
from backend.ledger.models import Transaction, User
from backend.ledger.services.restoring import reading
from tests.exports import home as homes
from tests.exports.home import Document, refused
from tests.ledger import states

pytestmark = pytest.mark.django_db

BEGINNING = '{"format": "mibudge", "version": 1, "exported_at": "", "user": '
WRONG_TEXTS = {
    "nothing": ("", "ends too early"),
    "blanks": (" \n ", "ends too early"),
    "a list": ("[]", "expected “{”"),
    "no JSON": ("{x}", "not JSON"),
    "an empty object": ("{}", "ends without “format”"),
    "another format": ('{"format": "ledger"}', "no export of mibudge"),
    "a later version": ('{"format": "mibudge", "version": 3}', "not version 2"),
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
