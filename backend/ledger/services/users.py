"""What a user can do with a profile: their own, or as staff another's."""

from functools import cache
from typing import TypedDict
from uuid import UUID
from zoneinfo import available_timezones

from backend.ledger import access, errors
from backend.ledger.models import User


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
    user.name = changes.get("name", user.name)
    if "timezone" in changes:
        user.timezone = known_zone(changes["timezone"])
    if "default_bank_account" in changes:
        account_id = changes["default_bank_account"]
        user.default_bank_account = (
            None if account_id is None else access.one(access.accounts(user), account_id, field="default_bank_account")
        )
    user.save(update_fields=["name", "timezone", "default_bank_account"])
    return user


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime"}


def known_zone(name: str) -> str:
    """`name`, if it is an IANA time zone; else InvalidValue."""
    if name not in _zones():
        raise errors.InvalidValue(f"“{name[:100]}” is not a known time zone.", field="timezone")
    return name
