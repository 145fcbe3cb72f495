"""Lists of statement imports, and the words for what is decided over a row of a statement."""

from enum import Enum
from typing import Any

import strawberry
from django.db.models import QuerySet

from backend.ledger import models
from backend.ledger.models import User
from backend.ledger.statements import decisions, steps

from . import pages
from .enums import word

LATEST_FIRST = ("-created_at",)
Status, Verdict, Reason, Action = models.StatementImport.Status, decisions.Verdict, decisions.Reason, steps.Action


@strawberry.enum(description="How far an import is.")
class StatementImportStatus(Enum):
    PREVIEWED = word(Status.PREVIEWED, "It shows what would become of each row, and can be committed.")
    COMMITTED = word(Status.COMMITTED, "It was done.")
    REVERTED = word(Status.REVERTED, "It was done and taken back.")
    EXPIRED = word(Status.EXPIRED, "A preview that nobody committed within seven days.")


@strawberry.enum(description="The format of a statement file.")
class StatementFormat(Enum):
    OFX = strawberry.enum_value("ofx", description="OFX 1 and 2, QFX.")
    CAMT = strawberry.enum_value("camt", description="camt.053 and camt.052.")
    QIF = strawberry.enum_value("qif", description="QIF.")
    CSV = strawberry.enum_value("csv", description="CSV.")


@strawberry.enum(description="What a row of a statement is to the account.")
class StatementRowVerdict(Enum):
    NEW = word(Verdict.NEW, "It is entered.")
    DUPLICATE = word(Verdict.DUPLICATE, "The account has it: it is left out.")
    SETTLES = word(Verdict.SETTLES, "By it something that was pending has posted.")
    SUSPICIOUS = word(Verdict.SUSPICIOUS, "It is entered, but something speaks against it.")
    ZERO = word(Verdict.ZERO, "It moves no money: it is left out.")


@strawberry.enum(description="Why it is that.")
class StatementRowReason(Enum):
    NOTHING_LIKE_IT = word(Reason.NOTHING_LIKE_IT, "Nothing like it is known.")
    NO_MONEY = word(Reason.NO_MONEY, "It moves no money.")
    SAME_ROW = word(Reason.SAME_ROW, "It was imported before.")
    SAME_ID_NEARBY = word(Reason.SAME_ID_NEARBY, "It was, under the same id of the bank and another day.")
    TWICE_IN_FILE = word(Reason.TWICE_IN_FILE, "The file has it twice.")
    STILL_PENDING = word(Reason.STILL_PENDING, "It was imported as pending, and has not posted.")
    HAS_POSTED = word(Reason.HAS_POSTED, "It is the pending row of what has posted.")
    SAME_ID = word(Reason.SAME_ID, "The pending row of the same id of the bank has posted.")
    LOOKS = word(Reason.LOOKS, "The pending row that looks like it has posted.")
    ID_REUSED = word(Reason.ID_REUSED, "The bank gave its id to another row.")
    ELSEWHERE = word(Reason.ELSEWHERE, "A row like it was typed in, or came from another kind of file.")
    LEFT_OUT = word(Reason.LEFT_OUT, "An owner left it out of an import before.")


@strawberry.enum(description="What is done with a row of a statement.")
class StatementRowAction(Enum):
    ENTER = word(Action.ENTER, "It becomes a transaction.")
    SETTLE = word(Action.SETTLE, "It is the posted row of a transaction that is pending.")
    LEAVE_OUT = word(Action.LEAVE_OUT, "Nothing.")


@strawberry.enum(description="What is to be done with a row of a statement.")
class StatementRowChoice(Enum):
    ENTER = word(Action.ENTER, "Enter it, even if the account seems to have it.")
    SETTLE = word(Action.SETTLE, "It is the posted row of the pending transaction that is named.")
    LEAVE_OUT = word(Action.LEAVE_OUT, "Leave it out, of later imports too.")
    DEFAULT = strawberry.enum_value("default", description="What was decided first.")


STATUS = pages.argument("status", StatementImportStatus | None, "Only those that are so far.")


def narrow(rows: QuerySet[Any], *, user: User, status: StatementImportStatus | None) -> QuerySet[Any]:
    return rows if status is None else rows.filter(status=status.value)


def listed(description: str) -> Any:
    """A list of statement imports, the latest first."""
    return pages.page(LATEST_FIRST, description, arguments=[STATUS], narrow=narrow)
