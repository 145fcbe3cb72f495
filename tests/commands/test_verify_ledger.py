"""The command that recomputes the ledger: what it prints, and how it ends."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from backend.ledger.models import BankAccount
from tests import build


def test_the_command_counts_the_accounts_of_a_healthy_ledger(account, foreign_account):
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert out.getvalue() == "0 breaches in 2 accounts\n"


def test_the_command_names_each_breach_and_fails(account):
    build.transaction(account)
    BankAccount.objects.filter(pk=account.pk).update(posted_balance=0, last_seq=0)
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_ledger", account=account.pk, stdout=out)
    assert exit_.value.code == 1
    first, second, last = out.getvalue().splitlines()
    assert first.startswith(f"I3 posted: bank account {account.pk} in account {account.pk}: ")
    assert second.startswith("I5 numbering: ")
    assert last == "2 breaches in 1 accounts"


def test_the_command_refuses_an_account_that_is_not_there(db):
    with pytest.raises(CommandError, match="no bank account"):
        call_command("verify_ledger", account=uuid4())
