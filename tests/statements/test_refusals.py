"""What is refused: every file is read whole or not at all, and nothing but StatementError comes out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.ledger.errors import StatementError
from backend.ledger.statements import ofx

FIELDS = {"TRNTYPE": "DEBIT", "DTPOSTED": "20260114", "TRNAMT": "-12.34", "FITID": "1", "NAME": "CORNER PANTRY"}


def row(**fields: str) -> str:
    return "<STMTTRN>" + "".join(f"<{tag}>{text}" for tag, text in (FIELDS | fields).items()) + "</STMTTRN>"


def document(*rows: str, currency: str = "USD", account: str = "4417", before: str = "") -> bytes:
    return (
        f"{before}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>{currency}<BANKACCTFROM><ACCTID>{account}"
        f"<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>{''.join(rows)}</BANKTRANLIST></STMTRS></STMTTRNRS>"
        "</BANKMSGSRSV1></OFX>"
    ).encode()


def refusal(data: bytes) -> str:
    with pytest.raises(StatementError) as caught:
        ofx.read(data)
    assert caught.value.code == "invalid_statement"
    assert len(caught.value.message) < 400
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1,234.56", "thousands separators"),
        ("1.234,56", "thousands separators"),
        ("1 234,56", "thousands separators"),
        ("1'234.56", "thousands separators"),
        ("1,234,567", "thousands separators"),
        ("1,000", "thousands separator"),
        ("1.000", "thousands separator"),
        ("12.345", "thousands separator"),
        ("12.3401", "more decimals"),
        ("1e9", "not an amount"),
        ("NaN", "not an amount"),
        ("-Infinity", "not an amount"),
        ("\u22125", "not an amount"),
        ("\u0661\u0662", "not an amount"),
        ("--5", "not an amount"),
        ("(5.00)", "not an amount"),
        ("$5", "not an amount"),
        ("5.00-", "not an amount"),
        ("-", "not an amount"),
        (".", "not an amount"),
        ("", "missing"),
        ("1" + "0" * 12, "more than 12 digits"),
        ("1" + "0" * 30, "more than 12 digits"),
    ],
)
def test_an_amount_that_is_not_certain_refuses_the_file(text: str, why: str):
    message = refusal(document(row(), row(TRNAMT=text)))
    assert message.startswith("Row 2, TRNAMT: ")
    assert why in message


@pytest.mark.parametrize("text", ["12.3400", "000012.34", "+12.34", "12,34"])
def test_an_amount_that_is_certain_is_read(text: str):
    [statement] = ofx.read(document(row(TRNAMT=text)))
    assert str(statement.rows[0].amount) == "12.34"


def test_minus_zero_is_zero():
    [statement] = ofx.read(document(row(TRNAMT="-0.00")))
    assert str(statement.rows[0].amount) == "0"


def test_decimals_are_those_of_the_currency():
    assert "more decimals than JPY" in refusal(document(row(TRNAMT="5.5"), currency="JPY"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("00000000", "no day"),
        ("20260230", "no day"),
        ("20261301", "no day"),
        ("99991231", "out of range"),
        ("00010101", "out of range"),
        ("2026-01-14", "not a date"),
        ("14/01/2026", "not a date"),
        ("2026011", "not a date"),
        ("\u0662026011\u0664", "not a date"),
        ("20260114T12", "not a date"),
        ("", "missing"),
    ],
)
def test_a_date_that_is_not_certain_refuses_the_file(text: str, why: str):
    message = refusal(document(row(DTPOSTED=text)))
    assert message.startswith("Row 1, DTPOSTED: ")
    assert why in message


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (document(row(DTUSER="2026")), "Row 1, DTUSER: "),
        (document(row(FITID="x" * 256)), "Row 1, FITID: longer than 255"),
        (document(row(CORRECTFITID="7")), "Row 1, CORRECTFITID: "),
        (document(row(CURRENCY="<CURRATE>1.1<CURSYM>EUR</CURRENCY>")), "Row 1, CURRENCY: the amount is in EUR"),
        (document(row(MEMO="<TRNAMT>5")), "Row 1, TRNAMT: given twice"),
        (document(account=""), "Statement, ACCTID: missing"),
        (document(account="4" * 33), "Statement, ACCTID: longer than 32"),
        (document(currency=""), "Statement, CURDEF: missing"),
        (document(currency="ZZZ"), "Statement, CURDEF: “ZZZ” is not a known currency"),
        (b"<OFX><STMTRS><CURDEF>USD</STMTRS></OFX>", "Statement, BANKACCTFROM: missing"),
        (b"<OFX><STMTTRNRS></STMTTRNRS></OFX>", "no bank or credit card statement"),
        (
            b"<OFX><STMTTRNRS><STATUS><CODE>2000<SEVERITY>ERROR<MESSAGE>Try later</STATUS></STMTTRNRS></OFX>",
            "Try later",
        ),
    ],
)
def test_a_refusal_names_its_row_and_field(data: bytes, why: str):
    assert why in refusal(data)


HOSTILE = {
    "nothing": (b"", "empty"),
    "blank": (b" \r\n", "empty"),
    "another format": (b"Date,Amount\n2026-01-01,5\n", "not an OFX file"),
    "too large": (b"x" * (5 * 1024 * 1024 + 1), "5 MiB"),
    "too many rows": (document(*["<STMTTRN></STMTTRN>"] * 20_001), "20,000 rows"),
    "too many statements": (b"<OFX>" + b"<STMTRS></STMTRS>" * 201 + b"</OFX>", "200 statements"),
    "too many tags": (document("<A>" * 700_000), "tags"),
    "document type": (document(before='<!DOCTYPE OFX SYSTEM "file:///etc/passwd">'), "document type"),
    "entities": (document(before='<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'), "document type"),
    "entity inside": (document("<!ENTITY a 'b'>"), "document type"),
    "NUL": (document(row(NAME="A\x00B")), "NUL"),
    "UTF-16 without a mark": (document(row()).decode().encode("utf-16-le"), "NUL"),
    "random bytes": (bytes(range(255, 0, -1)) * 100, "not an OFX file"),
    "a megabyte of open tags": (b"<OFX>" + b"<STMTTRN><A>" * 87_000, "damaged"),
    "a megabyte of open comments": (document("<!--" * 260_000), "ends inside"),
    "a megabyte of open CDATA": (document("<![CDATA[" * 110_000), "ends inside"),
    "a long tag": (document("<" + "A" * 1_000_000), "damaged"),
    "deep": (document("<A>" * 50_000 + "</A>" * 50_000), "too deep"),
    "cut off": (document(row(), row())[:-120], "ends early"),
    "cut off in a row": (document(row(), row()).partition(b"-12.34")[0], "ends early"),
    "row never closed": (document(row()[: -len("</STMTTRN>")], row()), "near row 1: <STMTTRN> inside of another"),
    "list never closed": (document(row()).replace(b"</BANKTRANLIST>", b""), "near row 1"),
    "crossed tags": (document("<A><B></A></B>"), "damaged"),
    "text between rows": (document(row(), "surprise"), "outside of any field"),
    "attributes": (document('<STMTTRN id="1">'), "is no tag"),
    "an instruction": (document("<?php"), "is no tag"),
    "two roots": (document(row()) * 2, "after </OFX>"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_damaged_file_is_refused(name: str):
    data, why = HOSTILE[name]
    assert why in refusal(data)


def test_references_to_characters_that_are_no_text_become_blanks():
    [statement] = ofx.read(document(row(NAME="A&#0;&#xD800;&#1114112;&#27;B&unknown;")))
    assert statement.rows[0].description == "A B&unknown;"


def test_a_long_description_is_cut_to_what_the_ledger_holds():
    [statement] = ofx.read(document(row(MEMO="x" * 5_000)))
    assert len(statement.rows[0].description) == 512


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_file_with_a_piece_replaced_is_read_or_refused(data: st.DataObject):
    good = document(row(), row(FITID="2", MEMO="A &amp; B"))
    at = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(at, min(at + 20, len(good))))
    piece = data.draw(st.binary(max_size=10) | st.sampled_from([b"<", b">", b"</", b"<A>", b"</STMTTRN>", b"&", b"<!"]))
    try:
        found = ofx.read(good[:at] + piece + good[end:])
    except StatementError:
        return
    assert found[0].account_type in {"C", "S", "X"}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused(data: bytes):
    refusal(data)
