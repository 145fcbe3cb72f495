from typing import ClassVar
from uuid import UUID

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower

from backend.ledger.rules.grants import Grant


class Users(UserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """The user of that name, whatever its capitals and surrounding blanks."""
        return self.alias(lower=Lower("username")).get(lower=Lower(Value((username or "").strip())))


class User(AbstractUser):
    """Somebody who signs in, or the system user that acts for the funding engine."""

    first_name = None  # type: ignore[assignment]  # one name is enough; this is how Django drops a field
    last_name = None  # type: ignore[assignment]  # likewise
    name = models.CharField(max_length=255, blank=True)
    timezone = models.CharField(max_length=100, default="UTC", help_text="IANA name; decides what today is.")
    default_bank_account = models.ForeignKey(
        "ledger.BankAccount", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    grant: Grant | None = None
    """What limits the work that is done in the user's name, if it is an API token that does it; no column."""

    session_id: UUID | None = None
    """The sign-in by which the user is here, if it is one; no column."""

    objects: ClassVar[Users] = Users()
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (models.UniqueConstraint(Lower("username"), name="user_name_is_unique_in_any_case"),)

    def __str__(self) -> str:
        return self.username
