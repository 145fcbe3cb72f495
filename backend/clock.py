"""The only place that reads the wall clock; everything below the doors is handed `now` or `today`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """The present date in an IANA time zone. Raises ZoneInfoNotFoundError for an unknown one."""
    return now().astimezone(ZoneInfo(zone)).date()
