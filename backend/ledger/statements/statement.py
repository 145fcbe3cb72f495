"""What every format is read into."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


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
    kind: str
    """The bank's word for the kind of movement, in capitals (TRNTYPE): DEBIT, POS, XFER, …"""
    check_number: str | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a bank says about one account over one span of time."""

    account_number: str
    routing_number: str | None = None
    """The bank's own id; card statements have none."""
    account_type: str
    """`C` checking, `S` savings, `X` credit card: the ledger's letters."""
    currency: str
    """ISO 4217."""
    start: date | None = None
    end: date | None = None
    ledger_balance: Decimal | None = None
    """What the bank held at `ledger_balance_on`, pending rows left out."""
    ledger_balance_on: date | None = None
    available_balance: Decimal | None = None
    rows: tuple[Row, ...] = ()
