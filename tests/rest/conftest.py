"""A household to ask for, at the time of the builders."""

from collections.abc import Iterator

import pytest
import time_machine

from backend.ledger.models import User
from tests import build
from tests.rest import house as houses
from tests.rest.house import House


@pytest.fixture
def house(owner: User) -> Iterator[House]:
    """The owner's household; the clock goes on from the builders' NOW."""
    with time_machine.travel(build.NOW, tick=True):
        yield houses.house(owner)
