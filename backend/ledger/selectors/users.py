"""What can be read of users."""

from django.db.models import QuerySet

from backend.ledger import errors
from backend.ledger.models import User

SYSTEM_USER = "funding-system"
"""The name of who acts for the funding engine."""


def people() -> QuerySet[User]:
    """Everybody who may sign in or once might; the system user is nobody."""
    return User.objects.exclude(username=SYSTEM_USER)


def person(username: str) -> User:
    """The one of that name, in any case. Raises NotFound."""
    found = None if "\0" in username else people().filter(username__iexact=username).first()
    if found is None:
        raise errors.NotFound("There is no such user.")
    return found
