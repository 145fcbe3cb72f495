"""Who is paid by whom, how often and how much. Every name is invented."""

from dataclasses import dataclass
from decimal import Decimal

CHECKING, SAVINGS, CARD = "checking", "savings", "card"
TOWN = "MILLBROOK OR"
WEEKDAYS, EVERY_DAY = (0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """Something bought again and again: on each of `days` (Monday is 0) with a chance of so many percent."""

    account: str
    texts: tuple[str, ...]
    """As banks print them; `{day}` is the day of the purchase as MM/DD."""
    days: tuple[int, ...]
    chance: int
    least: str
    most: str
    kind: str = "DEBIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Something paid on a day of the month, or of the year where `month` says so; positive amounts come in."""

    account: str
    text: str
    day: int
    amount: str
    spread: str = "0"
    """The amount varies by up to this, in either direction."""
    winter: str = "0"
    """That much more in December, January and February."""
    month: int | None = None
    kind: str = "DIRECTDEBIT"


HABITS = (
    Habit(
        account=CHECKING,
        texts=(
            f"POS PURCHASE {{day}} GREENLEAF MARKET #112 {TOWN}",
            f"POS PURCHASE {{day}} HARVEST LANE GROCERS {TOWN}",
            f"POS PURCHASE {{day}} CORNER PANTRY 0087 {TOWN}",
        ),
        days=(0, 2, 3, 5),
        chance=58,
        least="31.00",
        most="118.00",
        kind="POS",
    ),
    Habit(
        account=CHECKING,
        texts=(f"POS PURCHASE {{day}} RISE & CRUMB BAKERY {TOWN}",),
        days=(6,),
        chance=60,
        least="6.40",
        most="17.90",
        kind="POS",
    ),
    Habit(
        account=CHECKING,
        texts=(f"POS PURCHASE {{day}} CIVIC PARKING METER {TOWN}", f"POS PURCHASE {{day}} RIVER TRANSIT {TOWN}"),
        days=WEEKDAYS,
        chance=20,
        least="2.50",
        most="12.00",
        kind="POS",
    ),
    Habit(
        account=CHECKING,
        texts=(f"POS PURCHASE {{day}} TILL & TIMBER HARDWARE {TOWN}",),
        days=(5, 6),
        chance=14,
        least="12.00",
        most="94.00",
        kind="POS",
    ),
    Habit(
        account=CARD,
        texts=(f"SQ *BLUE HERON COFFEE {TOWN}", f"SQ *SECOND CUP OF JO {TOWN}"),
        days=WEEKDAYS,
        chance=50,
        least="3.80",
        most="8.20",
    ),
    Habit(
        account=CARD,
        texts=(f"TST* NOODLE ARCADE {TOWN}", f"LA PALOMA TAQUERIA {TOWN}", f"SQ *GREENHOUSE SALADS {TOWN}"),
        days=(1, 3),
        chance=60,
        least="9.20",
        most="18.40",
    ),
    Habit(
        account=CARD,
        texts=(f"TST* THE COPPER SPOON {TOWN}", f"OSTERIA LUNA {TOWN}", f"TST* LANTERN HOUSE {TOWN}"),
        days=(4, 5),
        chance=50,
        least="31.00",
        most="96.00",
    ),
    Habit(
        account=CARD,
        texts=(f"NORTHWAY FUEL 0042 {TOWN}", "NORTHWAY FUEL 0117 CEDAR FALLS OR"),
        days=EVERY_DAY,
        chance=13,
        least="29.00",
        most="54.00",
    ),
    Habit(
        account=CARD,
        texts=(f"WELLSPRING PHARMACY #0381 {TOWN}",),
        days=EVERY_DAY,
        chance=5,
        least="5.90",
        most="38.00",
    ),
    Habit(
        account=CARD,
        texts=("PARCELHOUSE MKTP*7K2Q1 800-555-0142 WA", "THREAD & BUTTON CO 888-555-0117"),
        days=EVERY_DAY,
        chance=12,
        least="11.00",
        most="86.00",
    ),
    Habit(
        account=CARD,
        texts=(f"PAWS & WHISKERS PET SUPPLY {TOWN}",),
        days=EVERY_DAY,
        chance=4,
        least="18.00",
        most="61.00",
    ),
)

BILLS = (
    Bill(account=CHECKING, text="ACH DEBIT HARBORVIEW PROPERTIES RENT", day=1, amount="-1850.00"),
    Bill(account=CHECKING, text="VALLEY POWER & LIGHT WEB PMT", day=8, amount="-96.00", spread="18.00", winter="31.00"),
    Bill(account=CHECKING, text="CASCADE NATURAL GAS BILLPAY", day=10, amount="-48.00", spread="9.00", winter="52.00"),
    Bill(account=CHECKING, text="CLEARBROOK WATER DISTRICT", day=12, amount="-42.50", spread="4.00"),
    Bill(account=CHECKING, text="FIBERWAVE INTERNET AUTOPAY", day=14, amount="-64.99"),
    Bill(account=CHECKING, text="CELLARIA MOBILE 888-555-0190", day=18, amount="-88.10", spread="1.50"),
    Bill(account=CARD, text="LUMEN STREAM LUMEN.EXAMPLE CA", day=3, amount="-15.99", kind="REPEATPMT"),
    Bill(account=CARD, text="TUNEBOX MUSIC FAMILY PLAN", day=6, amount="-16.99", kind="REPEATPMT"),
    Bill(account=CARD, text="SKYLOCKER STORAGE 200GB", day=11, amount="-2.99", kind="REPEATPMT"),
    Bill(account=CARD, text="IRON OAK FITNESS MEMBERSHIP", day=5, amount="-49.00", kind="REPEATPMT"),
    Bill(account=CARD, text="THE MILLBROOK COURIER DIGITAL", day=20, amount="-9.50", kind="REPEATPMT"),
    Bill(account=CHECKING, text="EVERGUARD INSURANCE AUTO ANNUAL", day=3, amount="-1180.00", month=3),
    Bill(account=CHECKING, text="EVERGUARD INSURANCE RENTERS", day=17, amount="-214.00", month=10),
    Bill(account=CHECKING, text="STATE OF OREGON TAX REFUND", day=21, amount="642.00", month=4, kind="DIRECTDEP"),
    Bill(account=CHECKING, text="NORTHFIELD DESIGN BONUS", day=19, amount="900.00", month=12, kind="DIRECTDEP"),
    Bill(account=CARD, text="PARCELHOUSE MKTP RETURN", day=23, amount="34.20", month=1, kind="CREDIT"),
    Bill(account=CARD, text="THREAD & BUTTON CO REFUND", day=16, amount="58.00", month=6, kind="CREDIT"),
    Bill(account=CARD, text="PARCELHOUSE MKTP RETURN", day=7, amount="21.15", month=11, kind="CREDIT"),
    Bill(account=CHECKING, text="PAPER & RIBBON GIFTS", day=11, amount="-45.00", spread="12.00", month=2, kind="POS"),
    Bill(account=CHECKING, text="PAPER & RIBBON GIFTS", day=6, amount="-62.00", spread="12.00", month=5, kind="POS"),
    Bill(account=CHECKING, text="TOYBOX LANE", day=13, amount="-58.00", spread="12.00", month=8, kind="POS"),
    Bill(account=CHECKING, text="PAPER & RIBBON GIFTS", day=12, amount="-128.00", spread="20.00", month=12, kind="POS"),
    Bill(account=CHECKING, text="TOYBOX LANE", day=16, amount="-143.00", spread="20.00", month=12, kind="POS"),
)

TRIP = (
    Bill(account=CHECKING, text="ALBATROSS AIR TICKET 0412207", day=9, amount="-684.40", month=5, kind="DEBIT"),
    Bill(account=CHECKING, text="SEABREEZE INN PORT LARK CA", day=18, amount="-1120.00", month=7, kind="DEBIT"),
    Bill(account=CARD, text="PORT LARK BOAT TOURS CA", day=14, amount="-118.00", month=7, kind="DEBIT"),
    Bill(account=CARD, text="TST* PELICAN PIER PORT LARK CA", day=15, amount="-87.30", month=7, kind="DEBIT"),
    Bill(account=CARD, text="SUNHOP CAR RENTAL PORT LARK CA", day=17, amount="-231.75", month=7, kind="DEBIT"),
)
"""The summers for which the household has saved."""

LAPTOP = Bill(account=CHECKING, text="CIRCUIT ALLEY COMPUTERS", day=22, amount="-1149.00", kind="POS")
LAPTOP_AFTER = 15
"""Months of saving before it is bought."""

PAYROLL = {"first": ("NORTHFIELD DESIGN PAYROLL", "1930.40"), "second": ("CITY SCHOOL DIST PAYROLL", "1486.75")}
CASH = ("ATM WITHDRAWAL {day} MAIN ST BRANCH", (60, 80, 100))
SAVED_EACH_MONTH = Decimal("600.00")
YEARLY_INTEREST = Decimal("0.034")
