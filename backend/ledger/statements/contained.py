"""A stranger's file is read in a process of its own, which can neither open anything nor use up the machine.

The child (`child.py`) limits itself before it sees a byte of the file, and answers with plain data. One that dies, or
is stopped by its limits, is a file that cannot be read. Starting a program is safe from any thread.
"""

import json
import logging
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backend.ledger.errors import StatementError

from . import plain
from .mapping import Mapping
from .statement import Statement
from .text import MAX_BYTES, TOO_LARGE

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
CANNOT = "The file cannot be read: it takes too much time or memory, or is damaged in a way that nobody foresaw."

_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from backend.ledger.statements import child; child.main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost."""

    memory: int = 300 * 1024 * 1024
    """Bytes of address space, the interpreter's own included."""
    processor: int = 5
    """Seconds of computing."""
    wall: float = 30.0
    """Seconds until the child is ended whatever it does; more than computing takes on a busy machine."""


LIMITS = Limits()


def read(
    data: bytes,
    *,
    name: str = "",
    source: str | None = None,
    mapping: Mapping | None = None,
    currency: str | None = None,
    limits: Limits = LIMITS,
) -> list[Statement]:
    """As `statements.read`, in a process of its own. Raises StatementError."""
    if len(data) > MAX_BYTES:
        raise StatementError(TOO_LARGE)
    asked = {
        "name": name,
        "source": source,
        "mapping": asdict(mapping) if mapping else None,
        "currency": currency,
        "memory": limits.memory,
        "processor": limits.processor,
    }
    answer = _answer(json.dumps(asked).encode() + b"\n" + data, wall=limits.wall)
    if "refused" in answer:
        raise StatementError(str(answer["refused"]), field=answer.get("field"))
    try:
        return plain.statements(answer["statements"])
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        failed = answer.get("failed") or f"the answer makes no sense, {type(error).__name__}"
        log.warning("A statement file of %d bytes could not be read: %s", len(data), failed)
        raise StatementError(CANNOT) from None


def _answer(asked: bytes, *, wall: float) -> dict[str, Any]:
    """What the child says; it gets nothing of this environment, and no descriptors but its three."""
    try:
        done = subprocess.run(  # noqa: S603 (this interpreter, this program)
            [sys.executable, "-I", "-c", _PROGRAM, str(ROOT)],
            input=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"HOME": "/"},  # else the interpreter asks the system for one as it starts
            cwd="/",
            timeout=wall,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"not done within {wall} seconds"}
    if done.returncode:  # a signal that a limit sent, or the end that the child makes itself
        return {"failed": f"the reader ended with {done.returncode}"}
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
