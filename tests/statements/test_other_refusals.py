"""camt, QIF, and files of no format: what is refused says where and why."""

import pytest

from backend.ledger import statements
from backend.ledger.errors import StatementError
from tests.statements.hostile import ENTRY, camt


def refusal(data: str, *, name: str = "") -> str:
    with pytest.raises(StatementError) as caught:
        statements.read(data.encode(), currency="EUR", name=name)
    return caught.value.message


def qif(*fields: str) -> str:
    return "\n".join(["!Type:Bank", "D2026-01-14", "T-1.00", "^", *fields, "^", ""])


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("<CdtDbtInd>DBIT</CdtDbtInd>", "", "Row 2, CdtDbtInd: missing"),
        ("DBIT", "OUT", "Row 2, CdtDbtInd: neither CRDT nor DBIT"),
        (' Ccy="EUR"', "", "Row 2, Amt: missing, or without its currency"),
        ("85.00", "", "Row 2, Amt: missing"),
        ("85.00", "85,000", "Row 2, Amt: “85,000” may have a thousands separator"),
        ("85.00", "85.001", "Row 2, Amt: "),
        ("BOOK<", "GONE<", "Row 2, Sts: “GONE” is not known"),
        ("<BookgDt><Dt>2026-01-14</Dt></BookgDt>", "", "Row 2, ValDt: missing"),
        ("2026-01-14", "14.01.2026", "Row 2, BookgDt: “14.01.2026” is not a date like 2026-03-14"),
        ("2026-01-14", "0000-01-14", "Row 2, BookgDt: "),
        ("2026-01-14", "9999-01-14", "Row 2, BookgDt: the year 9999 is out of range"),
    ],
)
def test_an_entry_that_is_not_certain_refuses_the_file(old: str, new: str, why: str):
    assert why in refusal(camt(ENTRY + ENTRY.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("<Acct>", "<Account>", "damaged near line 1"),
        ("<Id><IBAN>DE00</IBAN></Id>", "", "Statement, Id/Othr/Id: missing"),
        ("<Ccy>EUR</Ccy>", "<Ccy>ZZZ</Ccy>", "Statement, Ccy: “ZZZ” is not a known currency"),
        ("<IBAN>DE00", f"<IBAN>{'9' * 35}", "Statement, Id/IBAN: longer than 34"),
        ("<IBAN>DE00", f"<IBAN>{'9' * 33}", "Statement, Id: longer than 32"),
        ("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "take the file in the format camt.053"),
        ("BkToCstmrStmt", "BkToCstmrOther", "it has no statement"),
    ],
)
def test_a_statement_that_is_not_certain_refuses_the_file(old: str, new: str, why: str):
    assert why in refusal(camt().replace(old, new))


def test_a_currency_that_the_account_does_not_name_is_that_of_its_amounts():
    [statement] = statements.read(camt().replace("<Ccy>EUR</Ccy>", "").encode())
    assert statement.currency == "EUR"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (qif("T-5.00"), "Row 2, date (D): missing"),
        (qif("D2026-02-30", "T-5.00"), "Row 2, date (D): “2026-02-30” is not a date"),
        (qif("D2026-01-15"), "Row 2, amount (T): missing"),
        (qif("D2026-01-15", "T1e9"), "Row 2, amount (T): “1e9” is not an amount"),
        (qif("D2026-01-15", "D2026-01-16", "T1"), "a row has two date (D)"),
        (qif("D2026-01-15", "T1,000.00", "^", "D2026-01-15", "T1,50"), "the same decimal mark"),
        (qif("D2026-01-15", "T5").rstrip("^\n"), "a row has no ^ at its end"),
        ("!Type:Cat\nNFood\n^\n", "no rows of a bank, cash or card account"),
        ("!Type:Bank\nD01/02/2026\nT1\n^\n", "date (D): nothing tells whether “01/02/2026”"),
        ("!Type:Bank\nD2026-01-02\nT1,234\n^\n", "amount (T): nothing tells whether “1,234”"),
    ],
)
def test_a_row_of_qif_that_is_not_certain_refuses_the_file(data: str, why: str):
    assert why in refusal(data)


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        ("<x/>", "a.xml", "not a camt.053 file"),
        ("<x/>", "a.ofx", "not an OFX file"),
        ("whatever", "a.QFX", "not an OFX file"),
        ("whatever", "a.qif", "not a QIF file"),
        ("whatever", "a.txt", "No header tells"),
        ("whatever", "", "No header tells"),
    ],
)
def test_the_name_of_a_file_tells_what_its_bytes_do_not(data: str, name: str, why: str):
    assert why in refusal(data, name=name)
