"""Entries of an ISO 20022 statement -> rows."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element

from backend.ledger.errors import StatementError

from . import fields, text
from .camt_fields import Fields
from .statement import MAX_DESCRIPTION, MAX_ROWS, Row

STATES = {"BOOK": "posted", "PDNG": "pending", "FUTR": "pending", "INFO": "nothing"}
"""INFO entries are told and never booked."""
SHORTEST_REFERENCE = 8
"""Shorter references of digits only number the entries of one statement, and come again in the next."""
REFERENCES = ("Refs/AcctSvcrRef", "Refs/TxId", "Refs/EndToEndId", "Refs/InstrId", "Refs/PmtInfId")
KINDS: dict[tuple[str, ...], str] = {
    ("PMNT", "CCRD", "CWDL"): "ATM",
    ("PMNT", "CCRD", "POSD"): "POS",
    ("PMNT", "CCRD", "POSC"): "POS",
    ("PMNT", "RDDT"): "DIRECTDEBIT",
    ("PMNT", "RCDT", "SALA"): "DIRECTDEP",
    ("PMNT", "RCHQ"): "CHECK",
    ("PMNT", "ICHQ"): "CHECK",
    ("ACMT", "MDOP", "INTR"): "INT",
    ("ACMT", "MDOP", "CHRG"): "FEE",
}


class Numbers:
    """Counts the entries and the rows of a file."""

    def __init__(self) -> None:
        self.entry = 0
        self.rows = 0

    def next(self) -> int:
        self.entry += 1
        return self.entry

    def add(self, rows: int) -> None:
        self.rows += rows
        if self.rows > MAX_ROWS:
            raise StatementError(f"The file has more than {MAX_ROWS:,} rows.")


def rows(node: Element, *, currency: str, numbers: Numbers) -> list[Row]:
    """The row of an entry, or one for each of its payments where their amounts add up to it."""
    entry = Fields(node, where=f"Row {numbers.next()}")
    amount = entry.signed(currency)
    payments = list(entry.each("NtryDtls/TxDtls"))
    numbers.add(max(1, len(payments)))
    amounts = _amounts(payments, entry=entry, currency=currency) if len(payments) > 1 else []
    if amounts and sum(amounts) == amount:
        references = _references(payments, of=_reference(entry))
        return [
            _row(entry, payment, amount=each, bank_id=reference)
            for payment, each, reference in zip(payments, amounts, references, strict=True)
        ]
    only = payments[0] if len(payments) == 1 else None
    return [_row(entry, only, amount=amount, bank_id=_reference(entry) or (_own_reference(only) if only else None))]


def _amounts(payments: Sequence[Fields], *, entry: Fields, currency: str) -> list[Decimal]:
    """The signed amounts of the payments of a batch; none unless each has one in the account's currency."""
    found = []
    for payment in payments:
        holder = payment if payment.inside("Amt") else payment.inside("AmtDtls/TxAmt")
        if holder is None or holder.currency_of("Amt") != currency:
            return []
        amount = holder.amount("Amt", currency=currency)
        is_out = (payment.text("CdtDbtInd") or entry.text("CdtDbtInd")) == "DBIT"
        found.append(-amount if is_out and amount else amount)
    return found


def _row(entry: Fields, payment: Fields | None, *, amount: Decimal, bank_id: str | None) -> Row:
    state = STATES.get((entry.text("Sts/Cd") or entry.text("Sts") or "BOOK").upper())
    if state is None:
        raise entry.refused("Sts", f"“{(entry.text('Sts/Cd') or entry.text('Sts') or '')[:20]}” is not known")
    party = _party(payment, is_out=(amount < 0) != _is_returned(entry)) if payment else None
    return Row(
        bank_id=bank_id,
        posted_on=entry.day("BookgDt") if entry.inside("BookgDt") else entry.day("ValDt"),
        amount=Decimal(0) if state == "nothing" else amount,
        description=_description(entry, payment, party),
        party=party,
        kind=_kind(payment, entry),
        check_number=payment.text("Refs/ChqNb", most=32) if payment else None,
        pending=state == "pending",
    )


def _is_returned(entry: Fields) -> bool:
    """Whether money comes back; the parties are then still those of the payment that it undoes."""
    return (entry.text("RvslInd") or "").lower() in {"true", "1"}


def _reference(entry: Fields) -> str | None:
    for path in ("AcctSvcrRef", "NtryRef"):
        found = fields.bank_id(entry.text(path, most=255))
        if found and not (found.isdigit() and len(found) < SHORTEST_REFERENCE):
            return found
    return None


def _own_reference(payment: Fields) -> str | None:
    return fields.bank_id(payment.text("Refs/AcctSvcrRef", most=255))


def _references(payments: Sequence[Fields], *, of: str | None) -> list[str | None]:
    """The bank's ids of the payments of a batch: the batch's and the payment's own, or its place."""
    own = [
        next((found for path in REFERENCES if (found := fields.bank_id(payment.text(path, most=150)))), None)
        for payment in payments
    ]
    if of is None:
        return [_own_reference(payment) for payment in payments]
    counts = Counter(own)
    return [
        f"{of[:100]}/{reference if reference and counts[reference] == 1 else place}"
        for place, reference in enumerate(own, start=1)
    ]


def _party(payment: Fields, *, is_out: bool) -> str | None:
    """Who is on the other side; the last recipient or first payer where the bank names one."""
    sides = ("UltmtCdtr", "Cdtr") if is_out else ("UltmtDbtr", "Dbtr")
    for path in (f"RltdPties/{side}{inner}/Nm" for side in sides for inner in ("", "/Pty")):
        if found := fields.bank_id(payment.text(path)):
            return found[:MAX_DESCRIPTION]
    return None


def _description(entry: Fields, payment: Fields | None, party: str | None) -> str:
    told: list[str | None] = [party]
    if payment:
        told.append(" ".join(filter(None, (each.text(".") for each in payment.each("RmtInf/Ustrd")))))
        told += [each.text("CdtrRefInf/Ref") for each in payment.each("RmtInf/Strd")]
        told.append(payment.text("AddtlTxInf"))
    line = text.joined(told)
    if not line or line == party:
        line = text.joined((party, entry.text("AddtlNtryInf")))
    return line or (entry.text("BkTxCd/Prtry/Cd") or "OTHER")[:MAX_DESCRIPTION]


def _kind(payment: Fields | None, entry: Fields) -> str:
    for of in (payment, entry):
        if of:
            parts = [of.text(f"BkTxCd/Domn/{path}") or "" for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
            if kind := KINDS.get(tuple(parts)) or KINDS.get(tuple(parts[:2])):
                return kind
    return "OTHER"
