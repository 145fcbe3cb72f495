"""A JSON export becomes a ledger again: the same rows with the same ids, or nothing."""

from .restore import Restored, run

__all__ = ["Restored", "run"]
