"""CSV and its kin: tables whose columns are found by their headers, or named by a mapping."""

from .reader import read

__all__ = ["read"]
