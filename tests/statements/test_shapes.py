"""Real shapes of statement files, each a literal file in `files/`."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from backend.ledger.statements import Row, Statement, ofx

FILES = Path(__file__).parent / "files"


def statements(name: str) -> list[Statement]:
    return ofx.read((FILES / name).read_bytes())


def only(name: str) -> Statement:
    [statement] = statements(name)
    return statement


def descriptions(name: str) -> list[str]:
    return [row.description for row in only(name).rows]


def amounts(name: str) -> list[str]:
    return [str(row.amount) for row in only(name).rows]


def test_sgml_without_closing_tags_is_read_whole():
    assert only("unclosed.ofx") == Statement(
        account_number="000123454417",
        routing_number="123456780",
        account_type="C",
        currency="USD",
        start=date(2026, 1, 1),
        end=date(2026, 1, 31),
        ledger_balance=Decimal("5027.66"),
        ledger_balance_on=date(2026, 1, 31),
        available_balance=Decimal("5000.00"),
        rows=(
            Row(
                bank_id="202601140001",
                posted_on=date(2026, 1, 14),
                initiated_on=date(2026, 1, 13),
                amount=Decimal("-12.34"),
                description="CAFÉ DU COIN 01/13",
                kind="POS",
            ),
            Row(
                bank_id="202601150001",
                posted_on=date(2026, 1, 15),
                amount=Decimal("2040.00"),
                description="NORTHFIELD DESIGN PAYROLL",
                kind="DIRECTDEP",
            ),
        ),
    )


def test_sgml_with_closing_tags():
    statement = only("closed.ofx")
    assert (statement.currency, statement.account_type, statement.ledger_balance) == ("GBP", "C", Decimal("-7.5"))
    assert statement.rows == (
        Row(
            bank_id="a-1",
            posted_on=date(2026, 1, 5),
            amount=Decimal("-7.5"),
            description="Corner Pantry",
            kind="DEBIT",
        ),
    )


def test_header_and_body_on_one_line():
    assert amounts("one_line.ofx") == ["0.42"]


def test_version_2_is_xml():
    statement = only("version_2.ofx")
    assert (statement.currency, statement.account_type) == ("EUR", "S")
    assert statement.account_number == "DE00100100100006820101"
    assert [(row.posted_on, row.description) for row in statement.rows] == [
        (date(2026, 1, 7), "Müller & Söhne Miete Januar")
    ]


def test_a_quicken_file_of_a_card():
    statement = only("card.qfx")
    assert (statement.account_type, statement.account_number, statement.routing_number) == (
        "X",
        "5500000000003056",
        None,
    )
    assert descriptions("card.qfx") == ["SQ *BLUE HERON COFFEE", "PAYMENT THANK YOU CHECKING ENDING IN 4417"]
    assert (statement.ledger_balance, statement.available_balance) == (Decimal(0), Decimal("5000.00"))


def test_several_accounts_in_one_file_stay_apart():
    found = [
        (s.account_number, s.account_type, [r.description for r in s.rows]) for s in statements("three_accounts.ofx")
    ]
    assert found == [("4417", "C", ["FIRST"]), ("8820", "S", ["SECOND"]), ("3056", "X", ["THIRD"])]


def test_a_statement_needs_neither_dates_nor_balances():
    card = statements("three_accounts.ofx")[2]
    assert (card.start, card.end, card.ledger_balance, card.available_balance) == (None, None, None, None)


def test_decimal_commas():
    assert amounts("comma_decimals.ofx") == ["-12.34", "1500.00"]
    assert only("comma_decimals.ofx").ledger_balance == Decimal("1487.66")


def test_a_currency_without_minor_unit_may_be_written_with_zeros():
    assert [Decimal(text) for text in amounts("yen.ofx")] == [Decimal(-30000), Decimal(-580)]


def test_a_currency_with_three_decimals():
    assert amounts("dinar.ofx") == ["-1.250"]


def test_days_are_taken_as_written_whatever_the_zone():
    assert {row.posted_on for row in only("late_evening.ofx").rows} == {date(2026, 1, 31)}
    assert {row.initiated_on for row in only("late_evening.ofx").rows} == {None}


@pytest.mark.parametrize("name", ["utf8_called_1252.ofx", "headless_1252.ofx"])
def test_a_wrong_or_absent_charset_header_is_seen_through(name: str):
    assert descriptions(name) == ["CAFÉ MÜLLER €"]


def test_another_code_page_is_honoured():
    assert descriptions("polish.ofx") == ["ŻABIANKA ŁÓDŹ"]


def test_a_byte_order_mark_tells_utf_16():
    assert descriptions("utf16.ofx") == ["喫茶店"]


def test_unknown_words_and_vendor_tags_do_not_reject_a_file():
    rows = only("unknown_words.ofx").rows
    assert [(row.kind, row.description) for row in rows] == [("CASHBACK", "BONUS"), ("OTHER", "OTHER")]


def test_empty_fields_without_closing_tags_are_absent():
    first, second = only("empty_fields.ofx").rows
    assert (first.bank_id, first.check_number, first.description) == (None, None, "DEBIT")
    assert (second.bank_id, second.amount, second.description) == (None, Decimal("-6.00"), "ZERO IS NO NAME")


def test_a_statement_may_have_no_rows():
    statement = only("no_rows.ofx")
    assert (statement.rows, statement.account_type, statement.end) == ((), "X", date(2026, 1, 31))


def test_pending_rows_come_last_and_are_marked():
    rows = only("pending.ofx").rows
    assert [(row.description, row.pending, row.bank_id, row.posted_on.day) for row in rows] == [
        ("CORNER PANTRY", False, "p0", 29),
        ("NORTHWAY FUEL 0042", True, None, 30),
        ("THE COPPER SPOON", True, "p1", 31),
    ]


def test_tags_in_lower_case():
    assert [(row.kind, row.description) for row in only("lower_case.ofx").rows] == [("DEBIT", "mixed case")]


def test_descriptions_join_what_the_bank_says_without_repeating_it():
    assert descriptions("descriptions.ofx") == [
        "CHECK 1043",
        "CHECK 1044",
        "POS PURCHASE 01/02 GREENLEAF MARKET #112",
        "GREENLEAF MARKET #112",
        "VALLEY POWER JANUARY BILL",
        "A B LTD C",
        "M&S été <3 AT&T",
        "FISH & <CHIPS>",
        "3 < 4 > 2",
    ]


def test_a_converted_amount_is_in_the_currency_of_the_account():
    assert amounts("foreign.ofx") == ["-11.07", "-2.00"]


def test_self_closing_tags():
    assert [(row.bank_id, row.description) for row in only("self_closing.ofx").rows] == [(None, "X")]
