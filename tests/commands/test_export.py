"""`manage.py export` and `manage.py load_export`: what comes out, where to, and that no half a file is ever there."""

import io
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from backend.ledger.management.commands import export
from backend.ledger.models import BankAccount, User
from tests import build
from tests.exports import home as homes
from tests.ledger import states

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("format", "beginning"), [("json", '{\n"format": "mibudge"'), ("beancount", "option "), ("csv", "Date,")]
)
def test_each_format_goes_to_standard_output(account: BankAccount, format: str, beginning: str) -> None:  # noqa: A002  the API's word
    build.transaction(account, raw_description="Café 食費")
    text = run("export", "--user", "OWNER", "--format", format)
    assert text.startswith(beginning)
    assert "Café 食費" in text


def test_json_is_what_comes_unless_told_otherwise(account: BankAccount) -> None:
    assert json.loads(run("export", "--user", "owner"))["user"]["username"] == "owner"


def test_a_file_is_for_its_owner_alone(account: BankAccount, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("an older one")
    assert run("export", "--user", "owner", "--output", str(file)) == ""
    assert json.loads(file.read_text())["format"] == "mibudge"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_what_fails_half_way_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    def pieces():
        yield b"half"
        raise RuntimeError

    file = tmp_path / "mine.json"
    file.write_text("an older one")
    with pytest.raises(RuntimeError):
        export.write(pieces(), file)
    assert file.read_text() == "an older one"
    assert list(tmp_path.iterdir()) == [file]


KILLED = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from backend.ledger.management.commands.export import write
def pieces():
    yield b"half" * 100_000
    os.kill(os.getpid(), signal.SIGKILL)
    yield b"never"
write(pieces(), Path(sys.argv[1]))
"""


def test_a_process_that_is_killed_in_the_middle_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("an older one")
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    ended = subprocess.run([sys.executable, "-c", KILLED, str(file)], env=settings, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert file.read_text() == "an older one"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--user", "nobody"], "no user named nobody"),
        (["--user", "funding-system"], "no user named"),
        (["--user", "owner", "--output", "/no/such/folder/file"], "No such file"),
        (["--user", "owner", "--account", str(uuid4()), "--format", "csv"], "no such bank account"),
        (["--user", "owner", "--account", str(uuid4())], "Only a CSV file"),
    ],
)
def test_what_cannot_be_is_said(owner: User, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run("export", *arguments)


def test_a_table_can_be_of_one_account(account: BankAccount, shared_account: BankAccount) -> None:
    build.transaction(account, raw_description="HERE")
    build.transaction(shared_account, raw_description="THERE")
    text = run("export", "--user", "owner", "--format", "csv", "--account", str(account.pk))
    assert "HERE" in text
    assert "THERE" not in text


def test_an_export_is_loaded_again(account: BankAccount, shared_account: BankAccount, tmp_path: Path) -> None:
    build.transaction(account, amount="-5.00")
    file = tmp_path / "mine.json"
    run("export", "--user", "owner", "--output", str(file))
    homes.wipe()
    build.user("owner")
    told = run("load_export", str(file), "--user", "owner").splitlines()
    assert [line.split() for line in told[:4]] == [["1", "people"], ["2", "banks"], ["2", "accounts"], ["2", "budgets"]]
    assert told[-1] == "Made user coowner, who can sign in once manage.py changepassword coowner was run."
    assert BankAccount.objects.get(pk=account.pk).available_balance == 995
    states.sound()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "ends without “format”. Nothing was restored."),
        ('{"format": "mibudge', "damaged at format"),
        ("\ufeff[]", "damaged at the beginning"),
    ],
)
def test_what_is_no_export_is_told(owner: User, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "mine.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=words):
        run("load_export", str(file), "--user", "owner")


def test_bytes_that_are_no_text_are_told(owner: User, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(b'{"format": "\xff\xfe"}')
    with pytest.raises(CommandError, match="not UTF-8"):
        run("load_export", str(file), "--user", "owner")


def test_who_is_not_there_gets_nothing(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="make one with createuser"):
        run("load_export", str(tmp_path / "none"), "--user", "owner")
    build.user("owner")
    with pytest.raises(CommandError, match="No such file"):
        run("load_export", str(tmp_path / "none"), "--user", "owner")
