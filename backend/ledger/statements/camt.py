"""camt.053 statements (ISO 20022), and camt.052 reports, which have the same form; versions 02 to 13."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from backend.ledger.errors import StatementError

from . import camt_entries as entries
from . import camt_tree as tree
from . import text
from .camt_fields import Fields
from .statement import Statement

STATEMENTS = ("BkToCstmrStmt/Stmt", "BkToCstmrAcctRpt/Rpt")
NOTIFICATION = "BkToCstmrDbtCdtNtfctn"
ACCOUNT_TYPES = {"CACC": "C", "TRAN": "C", "CARD": "X", "SVGS": "S", "MOMA": "S", "CCRD": "X"}


def read(data: bytes) -> list[Statement]:
    """Every statement of a file, in its order; never an empty list.

    An entry is a row; one of several payments (a batch) is a row for each, if their amounts add up to it. The file is
    read whole or not at all: raises StatementError, which names the row (an entry, counted from 1 through the file)
    and the field, for anything that cannot be read for certain, and for more than 5 MiB or 20,000 rows.
    """
    root = tree.parse(text.decode(data))
    found = [node for path in STATEMENTS for node in root.iterfind(path)]
    if not found:
        raise StatementError(_why_nothing(root))
    numbers = entries.Numbers()
    return [_statement(node, numbers) for node in found]


def _why_nothing(root: Element) -> str:
    if root.find(NOTIFICATION) is not None:
        return "This is a notification (camt.054), not a statement: take the file in the format camt.053."
    return "This is not a camt.053 file: it has no statement."


def _statement(node: Element, numbers: entries.Numbers) -> Statement:
    head = Fields(node, where="Statement")
    account = head.needed_inside("Acct")
    number = account.text("Id/IBAN", most=34) or account.needed("Id/Othr/Id", most=34)
    if len(number.replace(" ", "")) > 32:
        raise account.refused("Id", "longer than 32 characters")
    currency = _currency(account, head)
    balances = dict(_balances(head, currency))
    opening = balances.get("OPBD") or balances.get("PRCD")
    closing, available = balances.get("CLBD"), balances.get("CLAV")
    rows = [row for entry in node.iterfind("Ntry") for row in entries.rows(entry, currency=currency, numbers=numbers)]
    return Statement(
        source="camt",
        account_number=number.replace(" ", ""),
        routing_number=account.text("Svcr/FinInstnId/BICFI", most=32) or account.text("Svcr/FinInstnId/BIC", most=32),
        account_type=ACCOUNT_TYPES.get((account.text("Tp/Cd") or "").upper(), "C"),
        currency=currency,
        start=head.optional_day("FrToDt/FrDtTm"),
        end=head.last_day("FrToDt/ToDtTm"),
        opening_balance=opening.signed(currency) if opening else None,
        ledger_balance=closing.signed(currency) if closing else None,
        ledger_balance_on=closing.day("Dt") if closing else None,
        available_balance=available.signed(currency) if available else None,
        rows=tuple(sorted(rows, key=lambda row: row.pending)),
    )


def _balances(head: Fields, currency: str) -> Iterator[tuple[str, Fields]]:
    """The balances by their kind; of several of a kind the last. Those of other currencies are passed over."""
    for balance in head.each("Bal"):
        if balance.currency_of("Amt") == currency:
            yield balance.text("Tp/CdOrPrtry/Cd") or "", balance


def _currency(account: Fields, head: Fields) -> str:
    """That of the account, or else the one in which its balances or entries are."""
    if account.text("Ccy"):
        return account.currency("Ccy")
    for path in ("Bal", "Ntry"):
        for each in head.each(path):
            return each.currency_of("Amt")
    raise account.refused("Ccy", "missing")
