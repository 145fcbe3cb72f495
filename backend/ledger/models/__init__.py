"""The tables: columns, constraints, `__str__`; no behaviour."""

from .account import Bank, BankAccount
from .api_token import ApiToken
from .auto_spend_run import AutoSpendRun
from .budget import Budget
from .change import Change
from .entry import Entry
from .fields import DECIMALS, LIMIT, UNIT, AmountField, Stamped, Versioned
from .funding_event import FundingEvent
from .idempotency import IdempotencyKey
from .invitation import Invitation
from .session import FailedSignIn, Session, SpentToken
from .statement_import import StatementImport
from .transaction import Transaction
from .transfer import Transfer
from .user import User
from .webhook import Webhook, WebhookDelivery

__all__ = [
    "DECIMALS",
    "LIMIT",
    "UNIT",
    "AmountField",
    "ApiToken",
    "AutoSpendRun",
    "Bank",
    "BankAccount",
    "Budget",
    "Change",
    "Entry",
    "FailedSignIn",
    "FundingEvent",
    "IdempotencyKey",
    "Invitation",
    "Session",
    "SpentToken",
    "Stamped",
    "StatementImport",
    "Transaction",
    "Transfer",
    "User",
    "Versioned",
    "Webhook",
    "WebhookDelivery",
]
