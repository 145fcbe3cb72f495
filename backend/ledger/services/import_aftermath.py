"""What follows an import once it is committed: funding, and links to the other sides of transfers."""

import logging
from datetime import datetime
from functools import partial
from uuid import UUID

from . import afterwards, funding, linking

log = logging.getLogger(__name__)


def follow(account_id: UUID, *, now: datetime) -> None:
    """Fund the account once, and link what came in; whatever fails is left to the next run and sweep."""
    funding.run_after(account_id=account_id, now=now)
    afterwards.do(partial(_link, account_id, now=now))


def _link(account_id: UUID, *, now: datetime) -> None:
    try:
        linking.link_account(account_id=account_id, now=now)
    except Exception:
        log.exception("Linking after an import failed; the next sweep goes on. Account %s", account_id)
