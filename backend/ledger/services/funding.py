"""Scheduled funding of an account: decided by the rules, carried out event by event."""

import itertools
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

from django.db import transaction

from backend.ledger import access, posting
from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.rules import budgets as budget_rules
from backend.ledger.rules import funding as rules
from backend.ledger.selectors import funding_state

from . import afterwards, funding_run, locks, versions
from .funding_dates import before_change, drop_skips, reschedule, settle_past
from .funding_run import system_user

__all__ = [
    "Result",
    "before_change",
    "configure",
    "drop_skips",
    "prioritise",
    "reschedule",
    "run",
    "run_after",
    "system_user",
]

log = logging.getLogger(__name__)

MOST_EVENTS = 400
"""Events that one run settles; the next one goes on."""

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run did, in order. A run that found nothing to do did nothing, which is a success."""

    events: tuple[rules.Intent, ...] = ()

    @property
    def counts(self) -> Counter[str]:
        """Events per status; one that was topped up counts once per step."""
        return Counter(event.status for event in self.events)

    @property
    def moved(self) -> Decimal:
        return sum((event.amount for event in self.events), ZERO)


def configure(
    *,
    actor: User,
    account_id: UUID,
    now: datetime,
    import_gate: bool | None = None,
    auto_funding: bool | None = None,
    expected_version: int | None = None,
) -> BankAccount:
    """Free an account of the import gate, or switch its funding off and on; None leaves a setting as it is.

    While funding is off, its events are skipped and never made up. What is due by the new setting is done at once.
    Raises NotFound, Conflict (the account is not at `expected_version`).
    """
    with transaction.atomic():
        account = locks.account(actor=actor, account_id=account_id)
        versions.check(account, expected_version)
        if auto_funding is not None and auto_funding != account.auto_funding:
            budgets = list(Budget.objects.filter(funding_state.LIVE, bank_account=account, is_unallocated=False))
            settle_past(account, budgets, now=now)
            Budget.objects.bulk_update(budgets, ["fund_from", "recur_from"])
            account.auto_funding = auto_funding
        if import_gate is not None:
            account.import_gate = import_gate
        if posting.journal.changed(account, account):
            posting.journal.write(account, at=now)
            account.stamp(now)
            account.save(update_fields=["import_gate", "auto_funding", "version", "modified_at"])
            reschedule(account, now=now)
    run_after(account_id=account_id, now=now)
    return access.one(access.accounts(actor), account_id)


@transaction.atomic
def prioritise(
    *, actor: User, budget_id: UUID, priority: int, now: datetime, expected_version: int | None = None
) -> Budget:
    """Have a budget come before or after others among the events of one day: higher first, 0 is usual.

    Raises NotFound, Archived, InvalidValue (beyond -1,000 to 1,000), Conflict (not at `expected_version`).
    """
    found = access.one(access.budgets(actor), budget_id)
    account = posting.lock(found.bank_account_id, actor=actor)
    budget = posting.journal.watch(access.one(access.budgets(actor), budget_id))
    versions.check(budget, expected_version)
    budget_rules.check_priority(budget, priority)
    budget.priority = priority
    if posting.journal.changed(account, budget):
        posting.journal.write(account, at=now)
        budget.stamp(now)
        budget.save(update_fields=["priority", "version", "modified_at"])
    return budget


def run(*, account_id: UUID, now: datetime, as_of: date | None = None) -> Result:
    """Do what is due in the account up to `as_of` (today by default, where the first owner lives; it may lie ahead).

    Each event is one commit, so that a run which is interrupted is simply gone on with. Raises NotFound, InvalidValue
    (`as_of` is more than ten years away).
    """
    events = funding_run.events(account_id, now=now, as_of=as_of)
    return Result(events=tuple(itertools.islice(events, MOST_EVENTS)))


def run_after(*, account_id: UUID, now: datetime) -> None:
    """Fund an account after a write was committed; whatever fails is left to the next tick."""
    afterwards.do(partial(_run_after, account_id=account_id, now=now))


def _run_after(*, account_id: UUID, now: datetime) -> None:
    try:
        run(account_id=account_id, now=now)
    except Exception:
        log.exception("Funding after a write failed; the next tick goes on. Account %s", account_id)
