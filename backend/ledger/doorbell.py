"""How the ledger asks for work in the background, without knowing who does it.

A ring is a hint and carries nothing but which account it is about: what is to be done is found in the tables. One that
is lost is made up for by whoever sweeps them.
"""

import functools
import logging
from collections.abc import Callable
from uuid import UUID

from django.db import transaction

log = logging.getLogger(__name__)

LINK = "link"
"""Transactions came in that may have a counterpart in another account."""

TELL = "tell"
"""Messages to the account's webhooks wait."""

Answer = Callable[[UUID], None]

_answers: dict[str, Answer] = {}


def answer(bell: str, by: Answer) -> None:
    """Have `by` called at each ring of that bell, with the account's id; it takes the place of whoever was before."""
    _answers[bell] = by


def ring(bell: str, account_id: UUID) -> None:
    """Ask for work once the present database transaction is committed; at once outside of one. Never raises."""
    transaction.on_commit(functools.partial(_pass_on, bell, account_id))


def _pass_on(bell: str, account_id: UUID) -> None:
    by = _answers.get(bell)
    if by is None:
        return
    try:
        by(account_id)
    except Exception:
        log.exception("Nobody came to the door: %s for account %s; the next sweep does it", bell, account_id)
