"""Statement files of the household, one per account and month, as its bank would offer them (OFX 1.0.2)."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from backend.ledger.statements import Row, Statement

from .household import Account, Household

NAME_LENGTH = 32
TYPES = {"C": "CHECKING", "S": "SAVINGS"}

HEADER = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:UTF-8
CHARSET:NONE
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

"""


def monthly(household: Household, account: Account) -> Iterator[Statement]:
    """The account's statements, oldest first; the last ends today and has the pending rows."""
    balance = account.opening
    posted = {
        month: list(rows)
        for month, rows in groupby((row for row in account.rows if not row.pending), lambda row: _month(row.posted_on))
    }
    start = household.start
    while start <= household.today:
        following = (start + timedelta(days=31)).replace(day=1)
        end = min(following - timedelta(days=1), household.today)
        rows = posted.get(_month(start), [])
        pending = [row for row in account.rows if row.pending] if following > household.today else []
        balance += sum((row.amount for row in rows), Decimal(0))
        yield Statement(
            account_number=account.number,
            routing_number=None if account.type == "X" else household.routing_number,
            account_type=account.type,
            currency=household.currency,
            start=start,
            end=end,
            ledger_balance=balance,
            ledger_balance_on=end,
            available_balance=balance + sum((row.amount for row in pending), Decimal(0)),
            rows=(*rows, *pending),
        )
        start = following


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def file_name(account: Account, statement: Statement) -> str:
    """Such as `checking-2026-03.ofx`."""
    return f"{account.key}-{statement.start:%Y-%m}.ofx"


def ofx_text(statement: Statement) -> str:
    """The statement as a file; `statements.ofx.read` gives back what went in."""
    is_card = statement.account_type == "X"
    message, response, body = (
        ("CREDITCARDMSGSRSV1", "CCSTMTTRNRS", "CCSTMTRS") if is_card else ("BANKMSGSRSV1", "STMTTRNRS", "STMTRS")
    )
    lines = [
        "<OFX>",
        "<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>",
        f"<DTSERVER>{_day(statement.end)}<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>",
        f"<{message}><{response}><TRNUID>0<STATUS><CODE>0<SEVERITY>INFO</STATUS>",
        f"<{body}><CURDEF>{statement.currency}",
        _account(statement),
        f"<BANKTRANLIST><DTSTART>{_day(statement.start)}<DTEND>{_day(statement.end)}",
        *map(_row, statement.rows),
        "</BANKTRANLIST>",
        f"<LEDGERBAL><BALAMT>{statement.ledger_balance}<DTASOF>{_day(statement.ledger_balance_on)}</LEDGERBAL>",
        f"<AVAILBAL><BALAMT>{statement.available_balance}<DTASOF>{_day(statement.end)}</AVAILBAL>",
        f"</{body}></{response}></{message}>",
        "</OFX>",
        "",
    ]
    return HEADER + "\n".join(lines)


def _account(statement: Statement) -> str:
    if statement.account_type == "X":
        return f"<CCACCTFROM><ACCTID>{statement.account_number}</CCACCTFROM>"
    return (
        f"<BANKACCTFROM><BANKID>{statement.routing_number}<ACCTID>{statement.account_number}"
        f"<ACCTTYPE>{TYPES[statement.account_type]}</BANKACCTFROM>"
    )


def _row(row: Row) -> str:
    """Names are cut to 32 characters, as the format wants it; the whole line is then the memo."""
    fields = [f"<STMTTRN><TRNTYPE>{row.kind}<DTPOSTED>{_day(row.posted_on)}"]
    if row.initiated_on:
        fields.append(f"<DTUSER>{_day(row.initiated_on)}")
    fields.append(f"<TRNAMT>{row.amount}<FITID>{row.bank_id}<NAME>{_text(row.description[:NAME_LENGTH].rstrip())}")
    if len(row.description) > NAME_LENGTH:
        fields.append(f"<MEMO>{_text(row.description)}")
    if row.pending:
        fields.append("<PENDING>Y")
    return "".join([*fields, "</STMTTRN>"])


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
