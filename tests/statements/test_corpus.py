"""Files as banks and programs really write them: all are read, each as the table beside it says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from backend.ledger import statements
from backend.ledger.errors import StatementError
from backend.ledger.statements import contained, plain
from tests.statements import shapes

SHAPES = shapes.names()
OF_EACH_FORMAT = ("unclosed.ofx", "camt_batch.xml", "splits.qif", "de_sparkasse.csv", "pl_mbank.csv")


def test_the_corpus_has_every_format():
    kinds = [Path(name).suffix for name in SHAPES]
    assert {kind: kinds.count(kind) >= 7 for kind in (".ofx", ".xml", ".qif", ".csv")} == dict.fromkeys(
        (".ofx", ".xml", ".qif", ".csv"), True
    )


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_is_read_as_the_table_beside_it_says(name: str):
    shape = shapes.shape(name)
    assert shapes.shown(statements.read(shape.file.read_bytes(), **shape.options)) == shape.expected


@pytest.mark.parametrize("name", SHAPES)
def test_what_was_read_survives_the_way_between_processes(name: str):
    shape = shapes.shape(name)
    found = statements.read(shape.file.read_bytes(), **shape.options)
    assert plain.statements(json.loads(json.dumps(plain.data(found)))) == found


@pytest.mark.parametrize("name", OF_EACH_FORMAT)
def test_a_file_is_read_alike_in_a_process_of_its_own(name: str):
    shape = shapes.shape(name)
    assert shapes.shown(contained.read(shape.file.read_bytes(), **shape.options)) == shape.expected


def test_no_file_of_the_corpus_needs_anything_that_a_child_may_not_do():
    files = [
        {"data": (shape := shapes.shape(name)).file.read_bytes().hex(), "name": name, "given": shape.given}
        for name in SHAPES
    ]
    program = (
        "import json, sys; from backend.ledger.statements import child\n"
        "files = json.load(sys.stdin)\n"
        "child.limit(memory=300 * 2**20, processor=60)\n"
        "child.shut(*child.reading.SOURCES)\n"
        "for each in files:\n"
        "    asked = {'name': each['name'], 'source': None, 'mapping': None, 'currency': None} | each['given']\n"
        "    print('statements' in child.answer(bytes.fromhex(each['data']), asked))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(files), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True"] * len(SHAPES)


@pytest.mark.parametrize(
    ("name", "field", "why"),
    [
        ("ambiguous_days.qif", "mapping", "the day or the month first; say the `date_format`, in a mapping"),
        ("us_no_header.csv", "mapping", "No header tells which columns are the date and the amount"),
        ("at_no_header_words.csv", "mapping", "No header tells"),
        ("us_bank.qif", "currency", "does not say its currency"),
        ("us_card.csv", "currency", "does not say its currency"),
    ],
)
def test_what_a_file_does_not_say_is_asked_for(name: str, field: str, why: str):
    given = {} if field == "currency" else {"currency": "GBP"}
    with pytest.raises(StatementError) as caught:
        statements.read((shapes.FILES / name).read_bytes(), name=name, **given)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert why in caught.value.message
