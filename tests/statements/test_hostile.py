"""Hostile files in the process that reads them: each is refused or read within its limits, and nothing else happens."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from backend.ledger.errors import StatementError
from backend.ledger.models import Transaction, User
from backend.ledger.statements import contained
from tests.commands.test_import_statement import refusal
from tests.statements import hostile

FILES = hostile.files()
PREPARED = "from backend.ledger.statements import child; child.limit(memory=300 * 2**20, processor=5); child.shut(); "

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_or_read(name: str):
    # A child that its limits end, or that touches a file or the network, answers nothing: the refusal would be CANNOT.
    make, expected = FILES[name]
    if expected is hostile.READ:
        found = contained.read(make(), currency="USD")
        assert not [row for each in found for row in each.rows if "root:" in row.description]
        return
    with pytest.raises(StatementError) as caught:
        contained.read(make(), currency="USD")
    assert expected in caught.value.message
    assert caught.value.message != contained.CANNOT
    assert len(caught.value.message) < 600
    assert "root:" not in caught.value.message


def test_there_are_enough_of_them():
    assert len(FILES) >= 50


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PREPARED + program], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_kernel_keeps_the_limits_of_a_child():
    kinds = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_CORE")
    numbers = [getattr(resource, kind) for kind in kinds]
    done = run(f"import json, resource; print(json.dumps([resource.getrlimit(kind) for kind in {numbers}]))")
    limits = json.loads(done.stdout)
    assert limits == [[most, most] for most in (300 * 2**20, 5, 0, 0, 0, 0)]


def test_the_limits_are_those_that_are_promised():
    assert contained.Limits(memory=300 * 2**20, processor=5, wall=30.0) == contained.LIMITS


@pytest.mark.parametrize(
    "program",
    [
        "open('/etc/hostname')",
        "open('/tmp/made-by-a-child', 'w')",
        "import os; os.listdir('/')",
        "import os; os.system('true')",
        "import socket; socket.create_connection(('127.0.0.1', 8179))",
        "import subprocess; subprocess.run(['true'])",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8179/')",
        "import os; os.fork()",
        "import _socket; _socket.socket()",
        "import sqlite3",
        "import ctypes",
    ],
)
def test_a_child_that_touches_anything_ends(program: str):
    done = run(f"{program}; print('done')")
    assert (done.returncode, done.stdout) == (77, "")


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        ("child.answer = lambda *_: bytearray(400 * 2**20)", contained.LIMITS),
        ("child.answer = lambda *_: [iter(int, 1).__next__() for _ in iter(int, 1)]", contained.Limits(processor=1)),
        ("child.answer = lambda *_: 1 / 0", contained.LIMITS),
        ("child.answer = lambda *_: open('/etc/hostname').read()", contained.LIMITS),
        ("child.answer = lambda *_: {'statements': 5}", contained.LIMITS),
        ("child.answer = lambda *_: {'statements': [{'rows': [[1]]}]}", contained.LIMITS),
        ("child.answer = lambda *_: []", contained.LIMITS),
        ("child.main = lambda: print('[')", contained.LIMITS),
        ("child.main = lambda: __import__('os').kill(__import__('os').getpid(), 11)", contained.LIMITS),
        ("import time; child.main = lambda: time.sleep(60)", contained.Limits(wall=0.5)),
    ],
)
def test_a_reader_that_fails_is_a_file_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, body: str, limits: contained.Limits
):
    program = f"import sys; sys.path.insert(0, sys.argv[1]); from backend.ledger.statements import child; {body}; "
    monkeypatch.setattr(contained, "_PROGRAM", f"{program}child.main()")
    with pytest.raises(StatementError) as caught:
        contained.read(b"Date,Amount\n2026-01-14,SECRET\n", limits=limits)
    assert caught.value.message == contained.CANNOT
    assert "A statement file of 30 bytes could not be read" in caplog.text
    assert "SECRET" not in caplog.text


def test_a_child_knows_nothing_of_the_service(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MIBUDGE_SECRET_KEY", "a secret")
    answer = "{'refused': str(dict(os.environ)) + str(sys.flags.isolated), 'field': None}"
    program = "import os, sys; sys.path.insert(0, sys.argv[1]); from backend.ledger.statements import child; "
    monkeypatch.setattr(contained, "_PROGRAM", f"{program}child.answer = lambda *_: {answer}; child.main()")
    with pytest.raises(StatementError) as caught:
        contained.read(b"x")
    assert "a secret" not in caught.value.message
    assert caught.value.message.endswith("1")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ofx: a file", "camt: 20,001 entries", "csv: 1e9"])
def test_nothing_of_a_refused_file_is_imported(owner: User, tmp_path: Path, name: str):
    file = tmp_path / "file"
    file.write_bytes(FILES[name][0]())
    assert refusal(file, "--currency", "USD")
    assert not Transaction.objects.exists()
