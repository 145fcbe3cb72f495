"""A household to ask for, at the time of the builders."""

from collections.abc import Iterator

import pytest
import time_machine

from backend.ledger.models import User
from tests import build, worlds
from tests.conftest import PASSWORD
from tests.rest import house as houses
from tests.rest.house import House


@pytest.fixture
def house(db: None) -> Iterator[House]:
    """The owner's household; the clock goes on from the builders' NOW."""
    with time_machine.travel(build.NOW, tick=True):
        yield worlds.once(furnished)


def furnished() -> House:
    return houses.house(build.user("owner", password=PASSWORD))


@pytest.fixture(autouse=True)
def house_first(request: pytest.FixtureRequest) -> None:
    """It is put into an empty database: whoever else a test asks for comes later."""
    if "house" in request.fixturenames:
        request.getfixturevalue("house")


@pytest.fixture
def owner(request: pytest.FixtureRequest, db: None) -> User:
    """The house's, where there is one."""
    if "house" in request.fixturenames:
        found: House = request.getfixturevalue("house")
        return found.owner
    return build.user("owner", password=PASSWORD)
