"""What somebody edits may have been edited by somebody else since they looked."""

from backend.ledger import errors
from backend.ledger.models import Versioned


def check(row: Versioned, expected: int | None) -> None:
    """Raise Conflict if the row, read under the lock, is not at the version that the caller saw; None saw none."""
    if expected is not None and row.version != expected:
        name = row._meta.verbose_name
        raise errors.Conflict(
            f"The {name} was changed meanwhile: it is at version {row.version}, not {expected}.",
            field="expected_version",
        )
