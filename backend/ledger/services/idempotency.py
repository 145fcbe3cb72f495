"""Writes that a client named: sent again, they have happened once and are answered as the first time.

The key is stored in the database transaction of the write, so the two are there together or not at all. What was
refused is not stored: the client may mend it and send it again under the same key.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction

from backend.ledger import errors
from backend.ledger.models import IdempotencyKey, User

from . import afterwards

KEPT = timedelta(days=7)
LONGEST = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a write answered: a status of HTTP and a text of JSON. `replayed`: it is the first answer once more."""

    status: int
    body: str
    replayed: bool = False


def check(key: str, *, field: str) -> str:
    """`key`, if it can be one: 1 to 255 visible ASCII characters. Else InvalidValue naming `field`."""
    if not 1 <= len(key) <= LONGEST or not all("!" <= character <= "~" for character in key):
        raise errors.InvalidValue(f"A key has 1 to {LONGEST} visible ASCII characters.", field=field)
    return key


def fingerprint(*parts: object) -> str:
    """A hash of what was asked, whatever the order of the keys in it."""
    text = json.dumps(parts, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def once(*, user: User, key: str, asked: str, now: datetime, act: Callable[[], Answer]) -> Answer:
    """Do what `act` does and answer what it answers, unless this user's key was used: then give its answer.

    `asked` is the fingerprint. What `act` raises is raised, and then nothing happened. Raises KeyReused (the key stood
    for something else), StillRunning.
    """
    if user.grant is not None:
        asked = fingerprint(asked, user.grant.token_id)  # another bearer of the user may not see what this one did
    with afterwards.held(), transaction.atomic():
        row = _claimed(user, key, asked=asked, now=now)
        if row.status:
            if row.fingerprint != asked:
                raise errors.KeyReused("This key was used for another request.")
            return Answer(status=row.status, body=row.answer, replayed=True)
        answer = act()
        row.status, row.answer = answer.status, answer.body
        row.save(update_fields=["status", "answer"])
        return answer


def _claimed(user: User, key: str, *, asked: str, now: datetime) -> IdempotencyKey:
    """The row of the key: a new one, or that of the write that used it.

    A write of the same key that is under way is waited for, as long as the database lets anybody wait.
    """
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=user, key=key, fingerprint=asked, created_at=now)
    except IntegrityError:
        used = IdempotencyKey.objects.select_for_update().get(user=user, key=key)
    except OperationalError as error:
        raise errors.StillRunning("A request with this key is still running.") from error
    if used.created_at < now - KEPT:
        used.status, used.fingerprint, used.created_at = 0, asked, now
        used.save()
    return used


def forget(*, now: datetime) -> int:
    """Remove the keys that are older than seven days; how many."""
    count, _ = IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()
    return count
