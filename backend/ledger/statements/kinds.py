"""The bank's word for a kind of movement -> the ledger's transaction type."""

from decimal import Decimal

OUT = {
    "DEBIT": "signature_purchase",
    "POS": "pin_purchase",
    "ATM": "atm_withdrawal",
    "CASH": "atm_withdrawal",
    "FEE": "fee",
    "SRVCHG": "fee",
    "INT": "fee",
    "CHECK": "check",
    "XFER": "shared_transfer",
    "PAYMENT": "bill_payment",
    "REPEATPMT": "bill_payment",
    "DIRECTDEBIT": "ach",
    "DIRECTDEP": "ach",
}
IN = {
    "CREDIT": "bank_generated_credit",
    "INT": "interest_credit",
    "DIV": "interest_credit",
    "DEP": "check_deposit",
    "CHECK": "check_deposit",
    "ATM": "check_deposit",
    "POS": "signature_credit",
    "DEBIT": "signature_return",
    "FEE": "courtesy_credit",
    "SRVCHG": "courtesy_credit",
    "XFER": "shared_transfer",
    "PAYMENT": "bank_generated_credit",
    "DIRECTDEP": "ach",
    "DIRECTDEBIT": "ach_reversal",
}


def transaction_type(kind: str, *, amount: Decimal) -> str:
    """One of `Transaction.Type`, or blank where the bank's word says too little."""
    return (OUT if amount < 0 else IN).get(kind, "")
