"""The home of two people with a folder of attachments of its own, and its export."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from backend.ledger.models import User
from tests import build
from tests.exports import home as homes
from tests.exports.home import Document, Home


@pytest.fixture
def media(tmp_path: Path) -> Iterator[Path]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


@pytest.fixture
def home(owner: User, coowner: User, media: Path) -> Home:
    return homes.furnish(owner, coowner)


_texts: list[bytes] = []
"""The owner's export; made once, since a home takes a second to furnish."""


@pytest.fixture
def document(request: pytest.FixtureRequest, db: None, media: Path) -> Document:
    """The owner's export, in an instance where only ana is."""
    if not _texts:
        home: Home = request.getfixturevalue("home")
        _texts.append(homes.taken(home.owner))
        homes.wipe(media)
    build.user("ana")
    found: Document = json.loads(_texts[0])
    return found
