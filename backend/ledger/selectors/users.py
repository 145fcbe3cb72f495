"""What can be read of users."""

from django.db.models import QuerySet

from backend.ledger import access, errors
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


def profile(user: User) -> User:
    """The user as they see themselves; by an API token without a default account that it does not reach."""
    key = user.default_bank_account_id
    if user.grant is not None and key is not None and not access.accounts(user).filter(pk=key).exists():
        user.default_bank_account = None
    return user
