"""`import_statement` with files that do not name everything themselves."""

import json
from pathlib import Path

import pytest

from backend.ledger.models import BankAccount, Transaction, User
from tests import build
from tests.commands.test_import_statement import FILES, import_, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def euros(owner: User) -> BankAccount:
    return build.account(owner=owner, account_number="DE00 1001 0010 0006 8201 01", currency="EUR", balance="1000.00")


def counts(*arguments: object) -> str:
    return import_(*arguments)[0].partition(": ")[2]


def test_camt_finds_its_account_by_the_iban(euros: BankAccount):
    assert counts(FILES / "camt_02.xml") == "2 new, 0 duplicate, 0 settled"
    assert counts(FILES / "camt_02.xml") == "0 new, 2 duplicate, 0 settled"
    euros.refresh_from_db()
    assert str(euros.posted_balance) == "2955.0000"
    assert Transaction.objects.get(amount__lt=0).party == "Stadtwerke Müllerstadt"


def test_an_iban_finds_the_account_of_the_number_that_it_ends_with(owner: User):
    account = build.account(owner=owner, account_number="0006820101", currency="EUR")
    build.account(owner=owner, account_number="101", currency="EUR", name="Short")
    import_(FILES / "camt_02.xml")
    assert set(Transaction.objects.values_list("bank_account", flat=True)) == {account.pk}


def test_a_table_that_names_its_account_finds_it(euros: BankAccount):
    assert counts(FILES / "de_sparkasse.csv") == "3 new, 0 duplicate, 0 settled"


def test_a_table_that_names_none_needs_to_be_told(account: BankAccount):
    assert "say which with --account" in refusal(FILES / "us_card.csv", "--currency", "USD")
    assert "(--account ID or --currency CODE)" in refusal(FILES / "us_card.csv")
    assert counts(FILES / "us_card.csv", "--account", account.pk) == "3 new, 0 duplicate, 0 settled"


def test_qif_finds_its_accounts_by_their_names(owner: User):
    for name in ("checking", "Visa"):
        build.account(owner=owner, name=name)
    assert import_(FILES / "two_accounts.qif", "--currency", "USD") == [
        f"{FILES / 'two_accounts.qif'}: 1 new, 0 duplicate, 0 settled",
        f"{FILES / 'two_accounts.qif'}: 1 new, 0 duplicate, 0 settled",
    ]


def test_an_account_may_be_opened_for_a_file_without_currency(owner: User):
    bank = build.bank()
    import_(FILES / "splits.qif", "--create-account", "--bank", bank.pk, "--name", "Main")
    [account] = BankAccount.objects.all()
    assert (account.name, str(account.currency)) == ("Main", "USD")
    assert Transaction.objects.get().memo == "Food:Groceries Weekly shop -45.00; Household -15.00"


def test_a_mapping_says_what_a_table_does_not(account: BankAccount, tmp_path: Path):
    file = FILES / "us_no_header.csv"
    assert "(--mapping FILE)" in refusal(file, "--account", account.pk)
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"header": 0, "columns": {"date": 1, "amount": 2, "description": 5}}))
    assert counts(file, "--account", account.pk, "--mapping", mapping) == "2 new, 0 duplicate, 0 settled"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "must be a JSON object"),
        ('{"colums": {}}', "“colums” is not known"),
        ('{"columns": {"day": 1}}', "“day” is not known"),
        ('{"columns": {"date": 0}}', "a number from 1 on"),
        ('{"columns": {"date": [1, 2]}}', "too many columns"),
        ('{"columns": {"date": true}}', "a number from 1 on"),
        ('{"date_format": "DD/MM"}', "date_format must be one of"),
        ('{"encoding": "rot13"}', "encoding must be one of"),
        ('{"header": -1}', "header needs"),
        ('{"pending": 5}', "a list of words"),
    ],
)
def test_a_mapping_that_says_nothing_sensible_is_refused(account: BankAccount, tmp_path: Path, text: str, why: str):
    mapping = tmp_path / "mapping.json"
    mapping.write_text(text)
    assert why in refusal(FILES / "us_card.csv", "--account", account.pk, "--mapping", mapping)


def test_a_format_may_be_named(account: BankAccount):
    assert "not an OFX file" in refusal(FILES / "us_card.csv", "--account", account.pk, "--format", "ofx")


def test_a_dry_run_says_what_becomes_of_each_row(account: BankAccount, tmp_path: Path):
    file = tmp_path / "rows.csv"
    file.write_text("Date,Description,Amount,Transaction ID\n2026-01-14,CORNER PANTRY,-12.34,7\n")
    import_(file, "--account", account.pk)
    file.write_text(
        "Date,Description,Amount,Transaction ID\n2026-01-14,CORNER PANTRY,-12.34,7\n"
        "2026-01-15,PAYROLL,2040.00,8\n2026-01-16,OTHER,-1.00,7\n2026-01-17,NOTICE,0.00,\n"
    )
    first, *rows = import_(file, "--account", account.pk, "--dry-run")
    assert first.endswith(": 2 new, 1 duplicate, 0 settled, 1 of the new ones suspicious, 1 of zero left out (dry run)")
    assert rows == [
        "  2026-01-14          -12.34  duplicate   CORNER PANTRY  It was imported before (2026-01-14, -12.34).",
        "  2026-01-15         2040.00  new         PAYROLL",
        (
            "  2026-01-16           -1.00  suspicious  OTHER"
            "  The bank gave its id to another row before (2026-01-14, -12.34)."
        ),
        "  2026-01-17            0.00  zero        NOTICE  It moves no money.",
    ]
    assert Transaction.objects.count() == 1
