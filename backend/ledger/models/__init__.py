"""The tables: columns, constraints, `__str__`; no behaviour."""

from .account import Bank, BankAccount
from .budget import Budget
from .entry import Entry
from .fields import LIMIT, UNIT, AmountField
from .funding_event import FundingEvent
from .session import FailedSignIn, Session, SpentToken
from .transaction import Transaction
from .transfer import Transfer
from .user import User

__all__ = [
    "LIMIT",
    "UNIT",
    "AmountField",
    "Bank",
    "BankAccount",
    "Budget",
    "Entry",
    "FailedSignIn",
    "FundingEvent",
    "Session",
    "SpentToken",
    "Transaction",
    "Transfer",
    "User",
]
