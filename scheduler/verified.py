"""What the last nightly verification found, in a file of its own."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """When it ended, and how many breaches there were."""

    at: datetime
    breaches: int


def path() -> Path:
    return Path(settings.DATA) / "scheduler.verified"


def note(*, at: datetime, breaches: int) -> None:
    draft = path().with_name(f"{path().name}.draft")
    draft.write_text(json.dumps({"at": at.isoformat(), "breaches": breaches}))
    draft.replace(path())


def last() -> Verified | None:
    """None if there was none yet, or its file cannot be read."""
    try:
        found = json.loads(path().read_text())
        return Verified(at=datetime.fromisoformat(found["at"]), breaches=int(found["breaches"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
