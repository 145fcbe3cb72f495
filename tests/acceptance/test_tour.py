"""The README's tour, pasted into a shell as it stands there: with curl, against the demo household."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import prepared

from .service import ROOT, Service

HERE, PASSWORD_FILE = "http://127.0.0.1:8000", "data/demo/password"


@pytest.fixture
def service(folder: Path) -> Iterator[Service]:
    service = Service(folder)
    prepared.moved_in(service.data)
    service.start()
    yield service
    service.kill()


def tour() -> str:
    text = (ROOT / "README.md").read_text()
    part = text[text.index("## A tour") : text.index("## Your own data")]
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", part, re.DOTALL | re.MULTILINE))


def answers(text: str) -> Iterator[Any]:
    """The JSON texts that follow one another."""
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        value, end = decoder.raw_decode(text)
        yield value
        text = text[end:]


def test_the_tour_works_as_it_is_written(service: Service, folder: Path) -> None:
    shell = shutil.which("bash")
    assert shell
    assert shutil.which("curl")
    script = tour()
    assert script.count(HERE) == script.count(PASSWORD_FILE) == 1
    script = script.replace(HERE, f"http://127.0.0.1:{service.port}")
    script = script.replace(PASSWORD_FILE, f"{service.environment['MIBUDGE_DATA']}/demo/password")

    taken = subprocess.run(
        [shell, "-e", "-u", "-o", "pipefail"], input=script, cwd=folder, capture_output=True, text=True, check=False
    )

    assert (taken.returncode, taken.stderr) == (0, "")
    accounts, budgets, groceries, summary, purchase, parts, moved, picture, renewed = answers(taken.stdout)
    assert [each["name"] for each in accounts["results"]] == ["Joint Checking", "Rainy Day Savings", "Rewards Card"]
    assert {each["budget_type"] for each in budgets["results"]} == {"G", "R", "A", "C"}
    assert len(groceries["results"]) == 3
    assert summary["schedules"]
    assert (purchase["amount"], purchase["party"]) == ("-42.10", "Corner Market")
    assert [each["amount"] for each in parts["results"]] == ["-30.00", "-12.10"]
    cash, dearer = (each["budget_balance"] for each in reversed(parts["results"]))
    assert round(float(cash) - float(moved["src_budget_balance"]), 2) == 5
    assert round(float(moved["dst_budget_balance"]) - float(dearer), 2) == 5
    assert "errors" not in picture
    assert len(picture["data"]["bankAccounts"]["edges"]) == 3
    assert len(picture["data"]["transactions"]["edges"]) == 5
    assert set(renewed) == {"access"}
    assert service.verify().startswith("0 breaches in 3 accounts")
