"""Text that lies encrypted in the database: a copy of the tables alone does not tell it."""

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

MARK = "sealed:"
"""Before what is encrypted; text without it was stored by a version that did not encrypt."""


class SealedField(models.TextField):
    """Text in Python, in the database encrypted and authenticated (Fernet) with the first of `settings.DATA_KEYS`.

    Any of the keys opens it. Each value is encrypted with randomness of its own, so that equal texts do not look equal:
    no row can be looked up by such a column, and no constraint be laid on it, but for whether it is null.
    """

    description = "Encrypted text"

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else unseal(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return seal(value) if isinstance(value, str) else value


def seal(text: str) -> str:
    """The text as it is stored; of no text that there is none may be seen."""
    return text and MARK + _box(tuple(settings.DATA_KEYS)).encrypt(text.encode()).decode()


def unseal(stored: str) -> str:
    """The text that was stored. Raises ImproperlyConfigured if none of the data keys opens it."""
    if not stored.startswith(MARK):
        return stored
    try:
        return _box(tuple(settings.DATA_KEYS)).decrypt(stored.removeprefix(MARK)).decode()
    except InvalidToken:
        raise ImproperlyConfigured(
            "The data key does not open what is stored: MIBUDGE_DATA_KEY, or the file secrets/data in the data folder, "
            "must hold the key that this database was written with."
        ) from None


def is_current(stored: str) -> bool:
    """Whether the first of the data keys opens it."""
    try:
        _box(tuple(settings.DATA_KEYS[:1])).decrypt(stored.removeprefix(MARK))
    except InvalidToken:
        return not stored
    return stored.startswith(MARK)


@lru_cache(maxsize=8)
def _box(keys: Sequence[str]) -> MultiFernet:
    digests = (hashlib.sha256(f"sealed columns of mibudge {key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
