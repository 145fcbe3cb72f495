import io
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from backend.ledger.models import BankAccount, Transaction, User
from tests import build

pytestmark = pytest.mark.django_db

FILES = Path(__file__).parent.parent / "statements" / "files"
UNCLOSED, CARD, THREE = FILES / "unclosed.ofx", FILES / "card.qfx", FILES / "three_accounts.ofx"


@pytest.fixture
def checking(owner: User) -> BankAccount:
    """The account of `unclosed.ofx`."""
    return build.account(owner=owner, account_number="0001-2345-4417", balance="3000.00")


def import_(*arguments: object, user: str = "owner") -> list[str]:
    printed = io.StringIO()
    call_command("import_statement", *map(str, arguments), "--user", user, stdout=printed)
    return printed.getvalue().splitlines()


def refusal(*arguments: object, user: str = "owner") -> str:
    with pytest.raises(CommandError) as caught:
        import_(*arguments, user=user)
    assert caught.value.returncode == 1
    return str(caught.value)


def test_the_account_is_found_by_the_number_in_the_file(checking: BankAccount):
    assert import_(UNCLOSED) == [f"{UNCLOSED}: 2 new, 0 duplicate, 0 settled"]
    checking.refresh_from_db()
    assert checking.available_balance == Decimal("5027.66")


def test_the_same_file_again_adds_nothing(checking: BankAccount):
    assert import_(UNCLOSED, UNCLOSED)[1] == f"{UNCLOSED}: 0 new, 2 duplicate, 0 settled"


def test_the_user_is_found_in_any_case(checking: BankAccount):
    assert import_(UNCLOSED, user="OWNER")


def test_the_account_may_be_named(owner: User, account: BankAccount):
    import_(UNCLOSED, "--account", account.pk)
    assert Transaction.objects.filter(bank_account=account).count() == 2


def test_an_account_may_be_opened_for_the_file(owner: User):
    bank = build.bank()
    printed = import_(UNCLOSED, UNCLOSED, "--create-account", "--bank", bank.pk, "--name", "Main")
    assert [line.partition(": ")[2] for line in printed] == [
        "2 new, 0 duplicate, 0 settled",
        "0 new, 2 duplicate, 0 settled",
    ]
    [account] = BankAccount.objects.all()
    assert (account.name, account.account_number, account.account_type) == ("Main", "000123454417", "C")
    assert (account.opening_posted, account.posted_balance) == (Decimal("3000.00"), Decimal("5027.66"))
    assert list(account.owners.all()) == [owner]


def test_the_statements_of_a_file_go_to_their_accounts(owner: User):
    bank = build.bank()
    savings = build.account(owner=owner, at_bank=bank, account_number="8820")
    printed = import_(THREE, "--create-account", "--bank", bank.pk, "--name", "Home")
    assert len(printed) == 3
    assert Transaction.objects.get(bank_account=savings).description == "SECOND"
    assert set(BankAccount.objects.values_list("name", "account_type")) == {
        ("Checking", "C"),
        ("Home 4417", "C"),
        ("Home 3056", "X"),
    }


def test_a_dry_run_keeps_nothing(checking: BankAccount):
    assert import_(UNCLOSED, "--dry-run")[0] == f"{UNCLOSED}: 2 new, 0 duplicate, 0 settled (dry run)"
    assert not Transaction.objects.exists()


def test_an_unknown_user_is_refused():
    assert refusal(UNCLOSED, user="nobody") == "There is no user named nobody."


def test_an_account_that_is_not_there_is_refused(owner: User):
    assert "owner has no account with the number 000123454417" in refusal(UNCLOSED)


def test_an_account_of_somebody_else_is_not_there(checking: BankAccount, stranger: User):
    assert "stranger has no account" in refusal(UNCLOSED, user="stranger")
    assert "There is no such bank account" in refusal(UNCLOSED, "--account", checking.pk, user="stranger")


def test_two_accounts_of_one_number_are_not_guessed_between(checking: BankAccount, owner: User):
    build.account(owner=owner, account_number="000123454417")
    assert "Several accounts" in refusal(UNCLOSED)


def test_a_file_that_is_not_there_is_refused(owner: User):
    assert (
        refusal(FILES / "absent.ofx") == f"{FILES / 'absent.ofx'}: The file cannot be read: No such file or directory."
    )


def test_a_damaged_file_is_refused_with_its_row_and_field(checking: BankAccount, tmp_path: Path):
    damaged = tmp_path / "damaged.ofx"
    damaged.write_bytes(UNCLOSED.read_bytes().replace(b"+2040.00", b"+2.040.00"))
    assert "damaged.ofx: Row 2, TRNAMT: " in refusal(damaged)
    assert not Transaction.objects.exists()


def test_a_refused_file_leaves_those_before_it_and_stops_those_after_it(checking: BankAccount, tmp_path: Path):
    other = tmp_path / "other.ofx"
    other.write_bytes(CARD.read_bytes())
    assert str(other) in refusal(UNCLOSED, other, UNCLOSED)
    assert Transaction.objects.count() == 2


def test_a_file_of_which_one_account_is_missing_is_refused_whole(owner: User):
    build.account(owner=owner, account_number="4417")
    assert "number 8820" in refusal(THREE)
    assert not Transaction.objects.exists()


def test_several_statements_cannot_all_go_to_one_named_account(account: BankAccount):
    assert "several statements" in refusal(THREE, "--account", account.pk)


def test_another_currency_is_refused(owner: User):
    build.account(owner=owner, account_number="000123454417", currency="EUR")
    assert "The statement is in USD, the account in EUR." in refusal(UNCLOSED)


def test_a_new_account_needs_a_bank_and_a_name(owner: User):
    for arguments in (["--create-account"], ["--bank", str(uuid4())], ["--create-account", "--name", "Main"]):
        assert "go together" in refusal(UNCLOSED, *arguments)


def test_a_bank_that_is_not_there_is_refused(owner: User):
    assert "no such bank" in refusal(UNCLOSED, "--create-account", "--bank", uuid4(), "--name", "Main")
    assert not BankAccount.objects.exists()
