"""The process that reads one file: it limits itself, reads, answers in JSON, and ends."""

import json
import os
import resource
import sys
from typing import Any

from backend.ledger.errors import StatementError
from backend.ledger.statements import mapping as mappings
from backend.ledger.statements import plain, reading
from backend.ledger.statements.text import CODECS

FORBIDDEN = (
    "open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "glob.", "pathlib.", "ctypes.", "mmap.", "fcntl.",
    "urllib.", "http.", "ftplib.", "smtplib.", "imaplib.", "poplib.", "webbrowser.", "pty.", "syslog.", "sqlite3.",
    "import", "marshal.", "pickle.", "signal.", "resource.",
)  # fmt: skip
"""Whatever Python reports under these names is no part of reading a file that is there already."""


def main() -> None:
    """Read a line of JSON and then the file from standard input; write the answer to standard output."""
    asked = json.loads(sys.stdin.buffer.readline())
    limit(memory=asked["memory"], processor=asked["processor"])
    data = sys.stdin.buffer.read()
    try:
        source = asked["source"] or reading.detect(data, name=asked["name"])
    except StatementError as refusal:
        return end({"refused": refusal.message, "field": refusal.field})
    shut(source)
    return end(answer(data, asked | {"source": source}))


def end(answer: object) -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.buffer.flush()
    os._exit(0)  # nothing is left to tidy up


def answer(data: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    """Statements, or why there are none; of what nobody foresaw only the kind, never a part of the file."""
    try:
        given = asked["mapping"]
        found = reading.read(
            data,
            name=asked["name"],
            source=asked["source"],
            mapping=None if given is None else mappings.parse(given),
            currency=asked["currency"],
        )
    except StatementError as refusal:
        return {"refused": refusal.message, "field": refusal.field}
    except Exception as error:  # noqa: BLE001 (the parent says that the file cannot be read)
        return {"failed": type(error).__name__}
    return {"statements": plain.data(found)}


def limit(*, memory: int, processor: int) -> None:
    """Limits that the kernel keeps: address space, seconds of computing, no new processes, no writing to files."""
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):  # other systems than Linux do not have them all
            if sys.platform == "linux":
                raise


def shut(*sources: str) -> None:
    """Load what files of these formats need; from now on this process opens no file, no connection and no program."""
    for source in sources:
        reading.load(source)
    for codec in {*CODECS.values(), *mappings.ENCODINGS.values(), "utf-16-le", "utf-16-be", "unicode_escape"}:
        "".encode(codec)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        os._exit(77)
