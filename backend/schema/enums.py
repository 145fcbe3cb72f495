"""The words that stand for stored codes."""

from enum import Enum

import strawberry

from backend.ledger import models

Account = models.BankAccount.Type
Budget = models.Budget.Type
Funding = models.Budget.Funding
Transaction = models.Transaction.Type


def word(stored: Enum, description: str) -> strawberry.types.enum.EnumValueDefinition:
    return strawberry.enum_value(stored.value, description=description)


@strawberry.enum(description="The kind of a bank account.")
class AccountType(Enum):
    CHECKING = word(Account.CHECKING, "For daily use.")
    SAVINGS = word(Account.SAVINGS, "For keeping.")
    CREDIT_CARD = word(Account.CREDIT_CARD, "A credit card; its balance is below zero when money is owed.")


@strawberry.enum(description="How a budget saves.")
class BudgetType(Enum):
    GOAL = word(Budget.GOAL, "Once, up to a target.")
    RECURRING = word(Budget.RECURRING, "For a bill or an allowance that starts anew each cycle.")
    FILLUP = word(Budget.FILLUP, "For the next cycle of the recurring budget that it was made with.")
    CAPPED = word(Budget.CAPPED, "Topped up to a ceiling, for ever.")


@strawberry.enum(description="How much a funding event moves.")
class FundingType(Enum):
    TARGET_DATE = word(Funding.TARGET_DATE, "What is missing, in even parts until the target date.")
    FIXED = word(Funding.FIXED, "The same amount each time, as long as something is missing.")


@strawberry.enum(description="The kind of a bank transaction.")
class TransactionType(Enum):
    SIGNATURE_PURCHASE = word(Transaction.SIGNATURE_PURCHASE, "Card purchase by signature.")
    ACH = word(Transaction.ACH, "Electronic transfer between banks.")
    ROUND_UP_TRANSFER = word(Transaction.ROUND_UP_TRANSFER, "What rounding purchases up put aside.")
    PROTECTED_GOAL = word(Transaction.PROTECTED_GOAL, "Transfer of a protected goal account.")
    FEE = word(Transaction.FEE, "Fee of the bank.")
    PIN_PURCHASE = word(Transaction.PIN_PURCHASE, "Card purchase by PIN.")
    SIGNATURE_CREDIT = word(Transaction.SIGNATURE_CREDIT, "Money back on a card.")
    INTEREST_CREDIT = word(Transaction.INTEREST_CREDIT, "Interest.")
    SHARED_TRANSFER = word(Transaction.SHARED_TRANSFER, "Transfer of a shared account.")
    COURTESY_CREDIT = word(Transaction.COURTESY_CREDIT, "Goodwill of the bank.")
    ATM_WITHDRAWAL = word(Transaction.ATM_WITHDRAWAL, "Cash from a machine.")
    BILL_PAYMENT = word(Transaction.BILL_PAYMENT, "Payment of a bill.")
    BANK_CREDIT = word(Transaction.BANK_CREDIT, "Credit that the bank made.")
    WIRE_TRANSFER = word(Transaction.WIRE_TRANSFER, "Wire transfer.")
    CHECK_DEPOSIT = word(Transaction.CHECK_DEPOSIT, "Check paid in.")
    CHECK = word(Transaction.CHECK, "Check drawn.")
    C2C = word(Transaction.C2C, "Transfer between customers of the bank.")
    MIGRATION = word(Transaction.MIGRATION, "Transfer when accounts moved to another bank.")
    BALANCE_SWEEP = word(Transaction.BALANCE_SWEEP, "What was over, moved elsewhere.")
    ACH_REVERSAL = word(Transaction.ACH_REVERSAL, "Electronic transfer taken back.")
    ADJUSTMENT = word(Transaction.ADJUSTMENT, "Correction.")
    SIGNATURE_RETURN = word(Transaction.SIGNATURE_RETURN, "Card purchase taken back.")
    FX_ORDER = word(Transaction.FX_ORDER, "Exchange of currencies.")
