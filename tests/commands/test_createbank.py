import io

import pytest
from django.core.management import CommandError, call_command

from backend.ledger.models import Bank

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    printed = io.StringIO()
    call_command("createbank", *arguments, stdout=printed)
    return printed.getvalue().strip()


def test_the_bank_is_kept_and_its_id_printed() -> None:
    printed = create("First Bank", "--routing-number", "021000021", "--currency", "eur")

    bank = Bank.objects.get()
    assert printed == str(bank.pk)
    assert (bank.name, bank.routing_number, bank.default_currency) == ("First Bank", "021000021", "EUR")


def test_routing_number_and_currency_may_be_left_out() -> None:
    create("First Bank")

    assert Bank.objects.values_list("routing_number", "default_currency").get() == (None, "USD")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["First Bank", "--currency", "DEM"], "DEM is not the code of a currency in use"),
        (["First Bank", "--currency", "XAU"], "XAU is not the code of a currency in use"),
        ([" "], "name: This field cannot be blank"),
        (["n" * 201], "name: Ensure this value has at most 200"),
        (["First Bank", "--routing-number", "0" * 33], "routing_number: Ensure this value has at most 32"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError) as refusal:
        create(*arguments)

    assert reason in str(refusal.value)
    assert not Bank.objects.exists()
