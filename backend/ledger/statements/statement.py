"""What every format is read into."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MAX_DESCRIPTION = 512
MAX_ROWS = 20_000
MAX_STATEMENTS = 200
"""A file has no more of either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One movement as the bank lists it."""

    bank_id: str | None
    """The bank's own name for the row (FITID), where it gives one."""
    posted_on: date
    """The day as written; for a pending row the day of the purchase."""
    initiated_on: date | None = None
    """The day the customer acted, where the bank says."""
    amount: Decimal
    """In the statement's currency; negative is money out. May be zero: some banks list notices."""
    description: str
    """One line, never blank, at most 512 characters."""
    party: str | None = None
    """The other side's name where the bank gives it apart from the description; at most 512 characters."""
    memo: str | None = None
    """What the file tells beyond the bank's words: how a program split the row. At most 512 characters."""
    kind: str
    """The bank's word for the kind of movement, in capitals (TRNTYPE): DEBIT, POS, XFER, …"""
    check_number: str | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a bank says about one account over one span of time."""

    source: str = "ofx"
    """The format, by which the bank's ids are known: `ofx`, `camt`, `qif` or `csv`."""
    account_number: str | None
    """As the file has it; formats without one leave the choice of the account to whoever imports."""
    account_name: str | None = None
    """What the file calls the account, where it does."""
    routing_number: str | None = None
    """The bank's own id; card statements have none."""
    account_type: str
    """`C` checking, `S` savings, `X` credit card: the ledger's letters."""
    currency: str
    """ISO 4217."""
    start: date | None = None
    end: date | None = None
    opening_balance: Decimal | None = None
    """What the bank held before the first of the rows."""
    ledger_balance: Decimal | None = None
    """What the bank held at `ledger_balance_on`, pending rows left out."""
    ledger_balance_on: date | None = None
    available_balance: Decimal | None = None
    rows: tuple[Row, ...] = ()
