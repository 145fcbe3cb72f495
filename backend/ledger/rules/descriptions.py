"""What a bank's raw description tells."""

from datetime import date


def transaction_day(raw: str, *, posted: date) -> date | None:
    return None


def party(raw: str) -> str | None:
    return raw.strip() or None
