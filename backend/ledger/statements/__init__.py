"""Bank statements as files: plain bytes in, frozen `Statement`s out. No database, no clock."""

from .statement import Row, Statement

__all__ = ["Row", "Statement"]
