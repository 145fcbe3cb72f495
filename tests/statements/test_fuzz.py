"""Damaged files of every format: each is read or refused, and nothing but StatementError comes out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.ledger import statements
from backend.ledger.errors import StatementError
from tests.statements import shapes

FILES = ("card.qfx", "camt_02.xml", "camt_batch.xml", "us_bank.qif", "de_sparkasse.csv", "us_bank_preamble.csv")
PIECES = st.binary(max_size=10) | st.sampled_from(
    [
        b"<",
        b">",
        b"</",
        b"&",
        b'"',
        b"^\n",
        b"!Type:Bank\n",
        b";",
        b",",
        b"\n",
        b"-",
        b"1e9",
        b"\0",
        b"0000",
        b"<Ntry>",
        b"EUR",
    ]
)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_file_with_a_piece_replaced_is_read_or_refused(name: str, data: st.DataObject):
    shape = shapes.shape(name)
    good = shape.file.read_bytes()
    at = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(at, min(at + 20, len(good))))
    try:
        found = statements.read(good[:at] + data.draw(PIECES) + good[end:], **shape.options)
    except StatementError as refusal:
        assert 0 < len(refusal.message) < 600  # noqa: PT017 (either outcome is good)
        return
    for each in found:
        assert each.source in statements.SOURCES
        assert all(row.description.strip() == row.description != "" for row in each.rows)
        assert all(len(row.description) <= 512 for row in each.rows)


@pytest.mark.parametrize("source", statements.SOURCES)
@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_bytes_of_any_kind_are_refused(source: str, data: bytes):
    with pytest.raises(StatementError):
        statements.read(data, source=source, currency="EUR")
