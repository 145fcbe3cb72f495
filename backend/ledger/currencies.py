"""The currencies an account can have: the national currencies in use by ISO 4217.

Withdrawn currencies, metals, fund codes and units of account are left out.
Names, numbers and minor units are those of py-moneyed, completed where it lags behind the standard.
"""

from functools import cache
from typing import TypedDict

import moneyed

CODES: tuple[str, ...] = tuple(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
    UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)

MOST_DECIMALS = 3
"""Digits of the longest minor unit among them."""

_LATER_THAN_MONEYED = {
    "XCG": ("532", "Caribbean Guilder", ["CURAÇAO", "SINT MAARTEN"]),
    "ZWG": ("924", "Zimbabwe Gold", ["ZIMBABWE"]),
}
_NUMERIC = {"MRU": "929", "STN": "930", "VES": "928"}


class CurrencyInfo(TypedDict):
    code: str
    name: str
    numeric: str


@cache
def decimals(code: str) -> int:
    """Digits of the minor unit: JPY 0, USD 2, KWD 3. Raises CurrencyDoesNotExist."""
    return len(str(moneyed.get_currency(code).sub_unit)) - 1


def info() -> list[CurrencyInfo]:
    """Code, English name and three-digit number of each currency, by code."""
    found = (moneyed.get_currency(code) for code in CODES)
    return [CurrencyInfo(code=c.code, name=c.name, numeric=c.numeric or _NUMERIC[c.code]) for c in found]


def _complete_moneyed() -> None:
    for code, (numeric, name, countries) in _LATER_THAN_MONEYED.items():
        if code not in moneyed.CURRENCIES:
            moneyed.add_currency(code, numeric, sub_unit=100, name=name, countries=countries)


_complete_moneyed()
