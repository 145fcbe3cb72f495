"""No file of code is so long that it is of more than one subject."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 300
FOLDERS = ("backend", "bench", "scheduler", "tests")


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_is_longer_than_three_hundred_lines(folder: str) -> None:
    """Migrations stay as Django wrote them."""
    files = [each for each in (ROOT / folder).rglob("*.py") if "migrations" not in each.parts]
    lines = {str(each.relative_to(ROOT)): len(each.read_text().splitlines()) for each in files}

    assert lines
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}
