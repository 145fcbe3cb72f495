"""Whom the names in a document stand for in this instance."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError

from backend.ledger import errors
from backend.ledger.models import User
from backend.ledger.selectors import users as selectors
from backend.ledger.services import funding_run, users

KEYS = {"username", "name", "timezone"}


class People:
    """Makes who is missing, without a password; who is here already takes part only if the caller says so."""

    def __init__(self, user: User, *, known: Collection[str]) -> None:
        self.user = user
        self.known = {name.strip().casefold() for name in known}
        self.found: dict[str, User] = {}
        self.made: list[User] = []

    def begin(self, about: Any) -> None:
        """The document's own user is the one it is restored for."""
        text_of(about, "username")
        self.found |= {about["username"]: self.user, selectors.SYSTEM_USER: funding_run.system_user()}

    def meet(self, given: Any) -> None:
        """Somebody whom the rows name. Raises InvalidExport."""
        name = text_of(given, "username")
        if set(given) != KEYS:
            raise errors.InvalidExport(f"expected {', '.join(sorted(KEYS))}")
        if name in self.found or name.casefold() == self.user.username.casefold():
            raise errors.InvalidExport(f"{name[:40]} is somebody else already")
        present = User.objects.filter(username__iexact=name).first()
        if present is None:
            self.found[name] = self._made(name, given)
        elif present.username == selectors.SYSTEM_USER or name.casefold() not in self.known:
            raise errors.InvalidExport(f"there is a user {present.username} already; is it the same person?")
        else:
            self.found[name] = present

    def _made(self, name: str, given: dict[str, Any]) -> User:
        row = User(username=name, name=text_of(given, "name"))
        row.set_unusable_password()
        try:
            row.timezone = users.known_zone(text_of(given, "timezone") if given["timezone"] else "UTC")
            row.clean_fields(exclude=["password"])
        except errors.InvalidValue as error:
            raise errors.InvalidExport(error.message.rstrip(".")) from error
        except ValidationError as error:
            raise errors.InvalidExport(" ".join(error.messages).rstrip(".")) from error
        row.save()
        self.made.append(row)
        return row


def text_of(given: Any, key: str) -> str:
    """The text that an object has under that key. Raises InvalidExport."""
    if not isinstance(given, dict) or not isinstance(given.get(key), str) or "\0" in given[key]:
        raise errors.InvalidExport(f"{key}: expected a text")
    text: str = given[key]
    return text
