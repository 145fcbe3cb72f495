import moneyed
import pytest
from django.conf import settings

from backend.ledger import currencies


@pytest.mark.parametrize("code", ["USD", "EUR", "JPY", "KWD", "XAF", "XCD", "XCG", "ZWG", "SLE"])
def test_national_currencies_in_use_are_offered(code: str) -> None:
    assert code in currencies.CODES


@pytest.mark.parametrize(
    "code", ["DEM", "HRK", "BGN", "ANG", "SLL", "ZWL", "CUC", "XXX", "XTS", "XAU", "XDR", "CHE", "CLF", "USN"]
)
def test_dead_currencies_metals_and_funds_are_not(code: str) -> None:
    assert code not in currencies.CODES


@pytest.mark.parametrize(("code", "digits"), [("JPY", 0), ("CLP", 0), ("USD", 2), ("XCG", 2), ("KWD", 3), ("TND", 3)])
def test_minor_units_have_the_digits_of_the_standard(code: str, digits: int) -> None:
    assert currencies.decimals(code) == digits


def test_an_unknown_code_has_no_minor_unit() -> None:
    with pytest.raises(moneyed.CurrencyDoesNotExist):
        currencies.decimals("ZZZ")


def test_each_currency_is_told_by_code_with_name_and_number() -> None:
    told = currencies.info()

    assert [each["code"] for each in told] == sorted(set(currencies.CODES))
    assert all(len(each["numeric"]) == 3 and each["numeric"].isdigit() for each in told)
    assert len({each["numeric"] for each in told}) == len(told)
    assert {"code": "EUR", "name": "Euro", "numeric": "978"} in told
    assert {"code": "MRU", "name": "Mauritanian Ouguiya", "numeric": "929"} in told


def test_money_columns_know_the_same_currencies() -> None:
    assert settings.CURRENCIES == currencies.CODES
