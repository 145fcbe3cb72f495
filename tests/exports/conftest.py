"""The home of two people, with a folder of attachments of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from backend.ledger.models import User
from tests.exports import home as homes
from tests.exports.home import Home


@pytest.fixture
def media(tmp_path: Path) -> Iterator[Path]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


@pytest.fixture
def home(owner: User, coowner: User, media: Path) -> Home:
    return homes.furnish(owner, coowner)
