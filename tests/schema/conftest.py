from collections.abc import Iterator

import pytest
import time_machine

from tests.build import NOW


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The time at which the builders write is the time of the request."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
