"""Instants that the scheduler notes in files, each written whole or not at all."""

from datetime import datetime
from pathlib import Path


def write(path: Path, instant: datetime) -> None:
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(instant.isoformat())
    draft.replace(path)


def read(path: Path) -> datetime | None:
    """None if there is none, or none that can be read."""
    try:
        found = datetime.fromisoformat(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return found if found.tzinfo is not None else None
