"""`manage.py createtoken`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from backend.ledger.models import ApiToken, BankAccount, User

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    output = StringIO()
    call_command("createtoken", *arguments, stdout=output)
    return output.getvalue()


def test_it_prints_a_token_that_counts(owner: User, account: BankAccount) -> None:
    secret = create("Owner", "--name=x", "--scope=read", "--scope=import", f"--account={account.pk}", "--days=7")
    client = Client(headers={"Authorization": f"Bearer {secret.strip()}"})
    row = ApiToken.objects.get()

    assert [each["id"] for each in client.get("/api/v1/bank-accounts/").json()["results"]] == [str(account.pk)]
    assert (row.user, row.scopes, row.all_accounts) == (owner, ["read", "import"], False)
    assert row.expires_at is not None
    assert (row.expires_at - row.created_at).days == 7


def test_zero_days_are_for_ever(owner: User) -> None:
    create("owner", "--name=x", "--scope=read", "--days=0")

    assert ApiToken.objects.get().expires_at is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody", "--name=x", "--scope=read"], "no user nobody"),
        (["owner", "--name=x", "--scope=everything"], "invalid choice"),
        (
            ["owner", "--name=x", "--scope=read", "--account=00000000-0000-4000-8000-000000000000"],
            "no such bank account",
        ),
        (["owner", "--name=x", "--scope=read", "--days=-1"], "over already"),
        (["owner", "--name=x", "--scope=read", "--days=99999999"], "beyond the calendar"),
        (["owner", "--name=", "--scope=read"], "1 to 64"),
    ],
)
def test_what_cannot_be_is_said(owner: User, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        create(*arguments)
    assert not ApiToken.objects.exists()
