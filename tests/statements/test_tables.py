"""Tables: how columns are found, what a mapping changes, and what is refused with its row and column."""

from decimal import Decimal
from typing import Any

import pytest

from backend.ledger.errors import StatementError
from backend.ledger.statements import Statement, mapping, table


def read(text: str, *, currency: str | None = "USD", **given: Any) -> list[Statement]:
    return table.read(text.encode(), mapping=mapping.parse(given), currency=currency)


def rows(text: str, **given: Any) -> list[tuple[str, str, str]]:
    [statement] = read(text, **given)
    return [(str(row.posted_on), str(row.amount), row.description) for row in statement.rows]


def refusal(text: str, **given: Any) -> StatementError:
    with pytest.raises(StatementError) as caught:
        read(text, **given)
    return caught.value


ONE = [("2026-01-14", "-1.50", "X")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str):
    assert rows("Date,Description,Amount\n2026-01-14,X,-1.50\n".replace(",", delimiter)) == ONE


@pytest.mark.parametrize(
    "header",
    [
        "Booking date;Details;Amount", "Buchungstag;Verwendungszweck;Betrag", "Date comptable;Libellé;Montant",
        "Fecha contable;Concepto;Importe", "Data mov.;Descrição;Valor", "Boekdatum;Omschrijving;Bedrag",
        "Data contabile;Causale;Importo", "Data księgowania;Tytuł;Kwota", "DATE;PAYEE;AMOUNT ($)",
        '"date";"memo";"amount"', "Buchungsdatum;Zahlungsempfänger*in;Betrag in USD", "\ufeffDate;Name;Net Amount",
    ],
)  # fmt: skip
def test_columns_are_found_in_eight_languages(header: str):
    assert rows(f"{header}\n2026-01-14;X;-1.50\n") == ONE


@pytest.mark.parametrize(
    "header",
    [
        "Date;Details;Debit;Credit", "Datum;Text;Soll;Haben", "Date;Libellé;Débit;Crédit", "Fecha;Concepto;Cargo;Abono",
        "Data;Descrição;Débito;Crédito", "Datum;Omschrijving;Af;Bij", "Data;Descrizione;Dare;Avere",
        "Data;Opis;Obciążenia;Uznania", "Date;Details;Paid out;Paid in", "Date;Details;Withdrawals;Deposits",
    ],
)  # fmt: skip
def test_debit_and_credit_are_found_in_eight_languages(header: str):
    expected = [("2026-01-14", "-1.50", "X"), ("2026-01-15", "2.00", "Y")]
    assert rows(f"{header}\n2026-01-14;X;1.50;\n2026-01-15;Y;;2.00\n") == expected
    assert rows(f"{header}\n2026-01-14;X;-1.50;0.00\n2026-01-15;Y;0.00;2.00\n") == expected


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("a;b;c\n2026-01-14;X;-1.50\n", {"columns": {"date": "a", "description": "b", "amount": "c"}}),
        ("a;b;c\n2026-01-14;X;-1.50\n", {"columns": {"date": 1, "description": [2], "amount": 3}}),
        ("2026-01-14;X;-1.50\n", {"header": 0, "columns": {"date": 1, "description": 2, "amount": 3}}),
        (
            "Date;Text;Amount\n\nDate;Note;Amount\n2026-01-14;X;-1.50\n",
            {"header": 3, "columns": {"description": "Note"}},
        ),
        ("Date;Text;Amount\n2026-01-14;X;1.50\n", {"positive": "out"}),
        ("Date;Text;Amount\n2026-01-14;X;-1,50\n", {"decimal": ","}),
        ("Date;Text;Amount\n01/14/2026;X;-1.50\n", {"date_format": "MDY"}),
        ("Date,Text,Amount\n2026-01-14,X,-1.50\n", {"delimiter": ","}),
        ("Date;Text;Amount;Amount\n2026-01-14;X;9;-1.50\n", {"columns": {"amount": 4}}),
        ("Date;Text;Amount;Fee\n2026-01-14;X;-1.00;0.50\n", {"columns": {"amount": 3, "fee": None}, "positive": "in"}),
        ("Date;Text;Amount;Balance\n2026-01-14;X;-1.50;1\n", {"columns": {"balance": []}}),
    ],
)
def test_a_mapping_says_what_is_not_clear(text: str, given: dict[str, Any]):
    expected = [("2026-01-14", "-1.00", "X")] if "Fee" in text else ONE
    assert rows(text, **given) == expected


def test_words_of_a_status_may_be_given():
    [statement] = read(
        "Date;Text;Amount;Status\n2026-01-14;X;-1.00;odd\n2026-01-15;Y;-2.00;lost\n2026-01-16;Z;-3.00;fine\n",
        pending=["ODD"],
        declined=["lost"],
    )
    assert [(row.description, str(row.amount), row.pending) for row in statement.rows] == [
        ("Y", "0", False),
        ("Z", "-3.00", False),
        ("X", "-1.00", True),
    ]


def test_what_stands_around_the_rows_is_passed_over():
    text = "My bank;;\n\nDate;Text;Amount\n2026-01-14;X;-1.50\n;;\nDate;Text;Amount\n;a notice;\nTotal;;-1.50\n"
    assert rows(text) == ONE


def test_empty_cells_at_the_end_may_be_left_out():
    assert rows("Date;Amount;Text;Balance\n2026-01-14;-1.50;X\n") == ONE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Date;Text;Amount\n2026-01-14;X;-1\n2026-01-99;Y;-2\n", "Row 2 (line 3), Date: “2026-01-99” is not a date"),
        ("Date;Text;Amount\n2026-01-14;X;abc\n", "Row 1 (line 2), Amount: “abc” is not an amount"),
        ("Date;Text;Amount\n2026-01-14;X;\n", "Row 1 (line 2), Amount: missing"),
        ("Date;Text;Amount\n;X;-1\n", "Row 1 (line 2), Date: missing"),
        ("Date;Text;Debit;Credit\n2026-01-14;X;1;2\n", "Row 1 (line 2), Debit: both a debit and a credit"),
        ("Date;Text;Debit;Credit\n2026-01-14;X;1;\n2026-01-14;X;-1;\n", "Row 2 (line 3), Debit: some debits are"),
        ("Date;Text;Debit;Credit\n2026-01-14;X;;-1\n2026-01-14;X;;1\n", "Row 2 (line 3), Credit: some credits are"),
        ("Date;Text;Amount;Currency\n2026-01-14;X;-1;ZZZ\n", "Row 1 (line 2), Currency: “ZZZ” is not a known"),
        ("Date;Text;Amount;Status\n2026-01-14;X;-1;Posted\n2026-01-14;X;-1;Odd\n", "Row 2 (line 3), Status: “odd”"),
        ("Date;Text;Amount;Debit/Credit\n2026-01-14;X;1;maybe\n", "neither debit nor credit"),
        ("Date;Text;Amount;Debit/Credit\n2026-01-14;X;-1;Credit\n", "Row 1 (line 2), Amount: negative, and yet"),
        (f"Date;Text;Amount;Transaction ID\n2026-01-14;X;-1;{'9' * 256}\n", "Transaction ID: longer than 255"),
        ("Date;Text;Amount\n2026-01-14;X;EUR 1.00\n", "Row 1 (line 2), Amount: the amount is in EUR"),
        ("Text;Note\nX;Y\n", "No header tells"),
        ("just words\n", "No header tells"),
        ("Date;Text;Amount;Fee\n2026-01-14;X;-1.00;0.50\n", "whether the fees come on top"),
        ("Date;Text;Amount\nnothing;of;use\n", "Row 1 (line 2), Date: “nothing” is not a date"),
    ],
)
def test_a_refusal_names_the_row_its_line_and_the_column(text: str, why: str):
    assert why in refusal(text).message


@pytest.mark.parametrize(
    ("text", "given", "why"),
    [
        ("Date;Text;Amount\n2026-01-14;X;-1\n", {"columns": {"amount": "Sum"}}, "no column “Sum” for amount"),
        ("Date;A;A;Amount\n2026-01-14;X;Y;-1\n", {"columns": {"party": "A"}}, "several columns “A” for party"),
        ("Date;Text;Amount\n01/02/2026;X;-1\n", {}, "Date: nothing tells whether “01/02/2026”"),
        ("Date;Text;Amount\n2026-01-14;X;1,234\n", {}, "Amount: nothing tells whether “1,234” has decimals"),
    ],
)
def test_a_refusal_says_what_a_mapping_is_asked(text: str, given: dict[str, Any], why: str):
    found = refusal(text, **given)
    assert found.field == "mapping"
    assert why in found.message


def test_a_currency_that_nobody_knows_is_refused():
    assert refusal("Date;Amount\n2026-01-14;1\n", currency="ZZZ").field == "currency"


def test_an_amount_may_not_be_lost_in_a_description():
    assert "quotes of line 2" in refusal('Date;Text;Amount\n2026-01-14;"X;-1\n2026-01-15;"Y;-2\n').message


def test_balances_that_do_not_follow_tell_nothing():
    [statement] = read("Date;Text;Amount;Balance\n2026-01-14;X;-1;10\n2026-01-15;Y;-2;10\n")
    assert (statement.opening_balance, statement.ledger_balance) == (None, None)


@pytest.mark.parametrize("first", [0, 1, 2])
def test_which_currency_comes_first_does_not_matter(first: int):
    lines = ["2026-01-14;Yen;-1200;JPY", "2026-01-14;Dinar;-10.005;KWD", "2026-01-14;Dollar;-42.10;USD"]
    turned = "\n".join([*lines[first:], *lines[:first]])
    found = read(f"Date;Text;Amount;Currency\n{turned}\n", currency=None)
    assert {each.currency: each.rows[0].amount for each in found} == {
        "JPY": Decimal(-1200),
        "KWD": Decimal("-10.005"),
        "USD": Decimal("-42.10"),
    }
