"""What the ledger refuses, as classes. The doors map a class to a status; nobody matches on a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


class LedgerError(Exception):
    """The ledger refused the request and changed nothing; the caller can act on `code`.

    `field` names the input that was at fault, where one was.
    """

    code = "ledger_error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(LedgerError):
    """No such thing, or not yours: the two are told apart nowhere."""

    code = "not_found"


class Forbidden(LedgerError):
    """The thing is visible, but this may not be done to it, or not by whoever asks."""

    code = "forbidden"


class InsufficientScope(Forbidden):
    """The API token that was shown is not for this."""

    code = "insufficient_scope"


class Immutable(LedgerError):
    """The field cannot take another value after creation."""

    code = "immutable"


class InvalidValue(LedgerError):
    """A value of the right shape that cannot be."""

    code = "invalid"


class InvalidAmount(InvalidValue):
    code = "invalid_amount"


class OutOfRange(InvalidAmount):
    """A balance would pass twelve integer digits."""

    code = "out_of_range"


class InvalidCurrency(InvalidValue):
    code = "invalid_currency"


class InvalidSchedule(InvalidValue):
    code = "invalid_schedule"


class InvalidSplit(InvalidValue):
    code = "invalid_split"


class InvalidRule(InvalidValue):
    """An `auto_spend` rule that says nothing the ledger understands."""

    code = "invalid_rule"


class InvalidFile(InvalidValue):
    """An upload that is too large, empty, or not what its field takes."""

    code = "invalid_file"


class StatementError(InvalidValue):
    """A bank statement that cannot be read; the message names the row and the field."""

    code = "invalid_statement"


class InvalidExport(InvalidValue):
    """A document that cannot be restored; the message names the place in it."""

    code = "invalid_export"


class SameBudget(LedgerError):
    code = "same_budget"


class OtherAccount(LedgerError):
    """Two things that must share an account do not."""

    code = "other_account"


class Archived(LedgerError):
    """An archived budget takes no new money."""

    code = "archived"


class HasAllocations(LedgerError):
    """A budget that bank transactions touched cannot be deleted."""

    code = "has_allocations"


class Settled(LedgerError):
    """What became of a funding event stands."""

    code = "settled"


class CannotRetry(LedgerError):
    """A funding event that no more money can go to; the message says why."""

    code = "cannot_retry"


class WebhookOff(LedgerError):
    """A webhook that is switched off is sent nothing."""

    code = "webhook_off"


class CannotUndo(LedgerError):
    """What was done has been built upon; the message says what stands in the way."""

    code = "cannot_undo"


class SessionOver(LedgerError):
    """The sign-in was ended or has run out."""

    code = "token_not_valid"


class AlreadySpent(LedgerError):
    """The refresh token was used a moment ago, perhaps by another tab; its sign-in goes on."""

    code = "token_not_valid"


class WrongCredentials(LedgerError):
    """No active user has that name and password."""

    code = "no_active_account"


class WrongPassword(InvalidValue):
    """Not the password of whoever is signed in."""


class TooManyAttempts(LedgerError):
    """Too many wrong passwords; `wait` seconds from now the next one is looked at."""

    code = "throttled"

    def __init__(self, message: str, *, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class Conflict(LedgerError):
    """Somebody else was there first; look again."""

    code = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """A row that stands in the way of a write, and why.

    `place` is its place among the rows of a statement, from 0 on; `row_id` that of a row of the ledger.
    """

    reason: str
    message: str
    place: int | None = None
    row_id: UUID | None = None


class PlanChanged(Conflict):
    """The ledger has changed since an import was shown: it would do something else now."""

    code = "plan_changed"

    def __init__(self, message: str, *, rows: Sequence[Hindrance]) -> None:
        super().__init__(message)
        self.rows = tuple(rows)


class CannotRevert(Conflict):
    """An import that cannot be taken back, since rows of it were worked on."""

    code = "cannot_revert"

    def __init__(self, message: str, *, rows: Sequence[Hindrance]) -> None:
        super().__init__(message)
        self.rows = tuple(rows)


class ImportOver(Conflict):
    """What is done with a preview cannot be done any more, or not yet with what is none."""

    code = "import_over"


class OtherStatement(InvalidValue):
    """A statement of another account than the one that it was to go to."""

    code = "other_statement"


class NotDone(LedgerError):
    """Nothing is wrong with this part; it was left out with another that was refused."""

    code = "not_done"


class StillRunning(Conflict):
    """A write with the same idempotency key is under way."""

    code = "still_running"


class KeyReused(LedgerError):
    """The idempotency key stood for another request before."""

    code = "idempotency_key_reused"
