"""Settings that would be unsafe are refused with a sentence that says what to do; the README's table has them all."""

import os
import re
import secrets
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend import safety
from backend.operations import scrapers
from backend.operations.backups import saving

ROOT = Path(__file__).resolve().parents[1]
KEYS = [(name, secrets.token_urlsafe(48)) for name in ("MIBUDGE_SECRET_KEY", "MIBUDGE_JWT_KEY")]
SAFE: dict[str, Any] = {
    "hosts": ["money.example"],
    "debug": False,
    "https": True,
    "insecure": False,
    "proxies": 1,
    "bind": "0.0.0.0",  # noqa: S104  what is refused, or tried
    "networks": [ip_network("10.0.0.0/24")],
    "keys": KEYS,
}
READ = re.compile(r"""(?:env\.\w+|os\.environ\.(?:get|setdefault)|_secret|_whole|_flag)\(\s*"([A-Z_]+)\"""", re.ASCII)
INTERNAL = {"MIBUDGE_SERVING", "DJANGO_SETTINGS_MODULE"}
"""Set by the service's own scripts."""


def test_what_is_safe_is_taken() -> None:
    safety.check(**SAFE)
    safety.check(**SAFE | {"https": False, "insecure": True, "proxies": 0})
    safety.check(**SAFE | {"hosts": ["money.example", "192.168.1.5", "[fd00::5]"]})
    for bind in ("127.0.0.1", "localhost", "::1", "[::1]"):
        alone = {"hosts": list(safety.LOOPBACK), "bind": bind, "https": False, "proxies": 0}
        safety.check(**SAFE | alone | {"debug": True, "keys": []})


@pytest.mark.parametrize(
    ("change", "told", "todo"),
    [
        ({"hosts": []}, "MIBUDGE_HOSTS is empty", "leave the variable out"),
        ({"hosts": ["*"]}, "any site could pass itself off", "name each host"),
        ({"hosts": [".example.org"]}, "any site could pass itself off", "name each host"),
        ({"hosts": ["https://money.example"]}, "no request is for", "the name alone"),
        ({"hosts": ["money.example:443"]}, "no request is for", "the name alone"),
        ({"debug": True}, "shows source code", "set MIBUDGE_DEBUG=0"),
        ({"debug": True, "hosts": ["localhost"]}, "other machines can ask", "MIBUDGE_BIND=127.0.0.1"),
        ({"proxies": 0}, "would count as one", "set MIBUDGE_PROXIES=1"),
        ({"https": False}, "passwords in the clear", "set MIBUDGE_HTTPS=1"),
        ({"networks": [ip_network("0.0.0.0/0")]}, "metrics to everybody", "name the networks"),
        ({"networks": [ip_network("::/0")]}, "metrics to everybody", "name the networks"),
        ({"keys": [("MIBUDGE_JWT_KEY", "short")]}, "can be guessed", "makes one"),
        ({"keys": [("MIBUDGE_DATA_KEY", ",")]}, "can be guessed", "makes one"),
        ({"keys": [("MIBUDGE_JWT_KEY", "a" * 50)]}, "others can guess", "makes one"),
        ({"keys": [("MIBUDGE_DATA_KEY", "changeme" + KEYS[0][1])]}, "others can guess", "makes one"),
        (
            {"keys": [KEYS[0], ("MIBUDGE_JWT_KEY", KEYS[0][1])]},
            "KEY holds a key that is in use",
            "makes one",
        ),
    ],
)
def test_what_is_unsafe_is_refused_with_what_to_do(change: dict[str, Any], told: str, todo: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        safety.check(**SAFE | change)
    assert told in str(refused.value)
    assert todo in str(refused.value)


@pytest.mark.parametrize("text", ["x", "", "-1", "11", "1.5", "0x1"])
def test_numbers_are_whole_and_within_reason(text: str) -> None:
    assert safety.whole("MIBUDGE_PROXIES", "10", least=0, most=10) == 10
    with pytest.raises(ImproperlyConfigured, match="whole number from 0 to 10"):
        safety.whole("MIBUDGE_PROXIES", text, least=0, most=10)


def test_words_and_networks_must_be_known() -> None:
    assert [safety.flag("MIBUDGE_ADMIN", text) for text in ("1", "Yes", " on ", "0", "no", "")] == [True] * 3 + [
        False
    ] * 3
    with pytest.raises(ImproperlyConfigured, match="MIBUDGE_ADMIN must be 1 or 0"):
        safety.flag("MIBUDGE_ADMIN", "maybe")
    assert safety.parts(["a.example", " b.example ", " "]) == ["a.example", "b.example"]
    assert safety.choice("MIBUDGE_LOG", "json", ("text", "json")) == "json"
    with pytest.raises(ImproperlyConfigured, match="MIBUDGE_LOG must be text or json"):
        safety.choice("MIBUDGE_LOG", "xml", ("text", "json"))
    with pytest.raises(ImproperlyConfigured, match="MIBUDGE_METRICS_NETWORKS must name networks"):
        scrapers.networks(["10.0.0.1/24"])
    assert [scrapers.place(text) for text in ("", "9464", "0.0.0.0:9464")] == [
        None,
        ("127.0.0.1", 9464),
        ("0.0.0.0", 9464),  # noqa: S104  what is refused, or tried
    ]
    for text in ("x", "0", "65536", "127.0.0.1", "127.0.0.1:", "-1", "1:x"):
        with pytest.raises(ImproperlyConfigured, match="MIBUDGE_SCHEDULER_METRICS must be a port"):
            scrapers.place(text)


def test_a_start_that_is_refused_ends_with_the_sentence_alone(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "backend.serve"],
        env={"PATH": os.environ["PATH"], "MIBUDGE_DATA": str(tmp_path), "MIBUDGE_HOSTS": "money.example", "PORT": "0"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith("mibudge does not start: Others reach money.example of MIBUDGE_HOSTS")
    assert len(refused.stderr.splitlines()) == 1


def test_the_readme_has_every_variable_that_is_read_and_no_other() -> None:
    sources = [ROOT / "manage.py", *ROOT.glob("backend/**/*.py"), *ROOT.glob("scheduler/**/*.py")]
    found = {name for path in sources for name in READ.findall(path.read_text())} | {"PROMETHEUS_MULTIPROC_DIR"}
    readme = (ROOT / "README.md").read_text()
    table = readme[readme.index("| variable |") : readme.index("## Production")]
    rows = [row for row in table.splitlines() if row]
    documented = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row.split("|")[1])}
    assert len(found) > 20
    assert documented == found - INTERNAL


def test_a_backup_knows_every_secret_and_the_variable_in_its_place() -> None:
    named = re.findall(r'_secret\("([A-Z_]+)", "(\w+)"\)', (ROOT / "backend/settings.py").read_text())
    assert len(named) >= 4
    assert {file: variable for variable, file in named} == saving.SECRETS
