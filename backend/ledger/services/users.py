"""What a user can do with a profile: their own, or as staff another's."""

from functools import cache
from typing import TypedDict
from uuid import UUID
from zoneinfo import available_timezones

from backend.ledger import access, errors
from backend.ledger.models import User

COLUMNS = {"default_bank_account": "default_bank_account_id"}
"""Fields that the table names otherwise."""


class Changes(TypedDict, total=False):
    name: str
    timezone: str
    default_bank_account: UUID | None


def update_me(*, actor: User, changes: Changes) -> User:
    """Change one's own profile. Raises NotFound (an account that is not one's own), InvalidValue (time zone)."""
    return _update(actor, changes=changes)


def update(*, actor: User, username: str, changes: Changes) -> User:
    """Change somebody's profile, as staff. Raises Forbidden, NotFound, InvalidValue."""
    if not actor.is_staff:
        raise errors.Forbidden("Only staff may change other users.")
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        raise errors.NotFound("There is no such user.")
    return _update(user, changes=changes)


def _update(user: User, *, changes: Changes) -> User:
    """Store what differs, so that two changes at once of different fields both hold."""
    if "timezone" in changes:
        known_zone(changes["timezone"])
    account_id = changes.get("default_bank_account")
    if account_id is not None:
        access.one(access.accounts(user), account_id, field="default_bank_account")
    given = {COLUMNS.get(field, field): value for field, value in changes.items()}
    differing = [column for column, value in given.items() if getattr(user, column) != value]
    for column in differing:
        setattr(user, column, given[column])
    if differing:
        user.save(update_fields=differing)
    return user


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime"}


def known_zone(name: str) -> str:
    """`name`, if it is an IANA time zone; else InvalidValue."""
    if name not in _zones():
        raise errors.InvalidValue(f"“{name[:100]}” is not a known time zone.", field="timezone")
    return name
