"""Fields that keep the value they were created with."""

from collections.abc import Mapping

from backend.ledger import errors


def check(changes: Mapping[str, object], present: Mapping[str, object], *, refusals: Mapping[str, str]) -> None:
    """Accept an immutable field that is sent with its present value; refuse another one by name.

    `refusals` maps each immutable field to what to say; `present` holds the present values.
    """
    for field, message in refusals.items():
        if field in changes and changes[field] != present[field]:
            raise errors.Immutable(message, field=field)
