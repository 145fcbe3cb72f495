"""Bank statements as files: plain bytes in, frozen `Statement`s out. No database, no clock.

`contained.read` is for files of strangers; `read` is the same in this process.
"""

from .decisions import Decision
from .reading import SOURCES, read
from .statement import Row, Statement

__all__ = ["SOURCES", "Decision", "Row", "Statement", "read"]
