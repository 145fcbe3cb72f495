"""The home of two people with a folder of attachments of its own, and its export."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from tests import build, worlds
from tests.exports import home as homes
from tests.exports.home import Document, Home


@pytest.fixture
def media(tmp_path: Path) -> Iterator[Path]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


_files: dict[str, bytes] = {}
"""What the home keeps in its folder, by name."""


@pytest.fixture
def home(db: None, media: Path) -> Home:
    found = worlds.once(homes.furnished)
    if not _files:
        _files.update({file.name: file.read_bytes() for file in media.iterdir()})
    for name, content in _files.items():
        (media / name).write_bytes(content)
    return found


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
