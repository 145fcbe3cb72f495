from datetime import UTC, date, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest
import time_machine

from backend import clock


@time_machine.travel(datetime(2024, 3, 1, 4, 30, tzinfo=UTC), tick=False)
def test_now_is_aware_and_in_utc() -> None:
    assert clock.now() == datetime(2024, 3, 1, 4, 30, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", date(2024, 3, 1)),
        ("America/New_York", date(2024, 2, 29)),
        ("Pacific/Kiritimati", date(2024, 3, 1)),
        ("Pacific/Pago_Pago", date(2024, 2, 29)),
    ],
)
@time_machine.travel(datetime(2024, 3, 1, 4, 30, tzinfo=UTC), tick=False)
def test_today_is_the_date_in_the_zone(zone: str, day: date) -> None:
    assert clock.today(zone) == day


def test_an_unknown_zone_has_no_today() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        clock.today("Europe/Nowhere")
