"""Scheduled funding of an account: decided by the rules, carried out event by event."""

import logging
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from backend.ledger import access, errors, posting
from backend.ledger.models import BankAccount, Budget, FundingEvent, User
from backend.ledger.rules import funding as rules
from backend.ledger.selectors import accounts as account_selectors
from backend.ledger.selectors import funding_state
from backend.ledger.selectors import users as user_selectors

from .funding_dates import before_change, reschedule, settle_past

__all__ = ["Result", "before_change", "configure", "reschedule", "run", "run_after", "system_user"]

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
) -> BankAccount:
    """Free an account of the import gate, or switch its funding off and on; None leaves a setting as it is.

    While funding is off, its events are skipped and never made up. What is due by the new setting is done at once.
    Raises NotFound.
    """
    with transaction.atomic():
        access.one(access.accounts(actor), account_id)
        account = posting.lock(account_id)
        if auto_funding is not None and auto_funding != account.auto_funding:
            budgets = list(Budget.objects.filter(funding_state.LIVE, bank_account=account, is_unallocated=False))
            settle_past(account, budgets, now=now)
            Budget.objects.bulk_update(budgets, ["fund_from", "recur_from"])
            account.auto_funding = auto_funding
        if import_gate is not None:
            account.import_gate = import_gate
        account.stamp(now)
        account.save(update_fields=["import_gate", "auto_funding", "modified_at"])
        reschedule(account, now=now)
    run_after(account_id=account_id, now=now)
    return access.one(access.accounts(actor), account_id)


class _Refused(Exception):
    """The ledger refused to carry out an event."""

    def __init__(self, intent: rules.Intent, error: errors.LedgerError) -> None:
        super().__init__(error.message)
        self.intent = intent


def run(*, account_id: UUID, now: datetime, as_of: date | None = None) -> Result:
    """Do what is due in the account up to `as_of` (today by default, where the first owner lives; it may lie ahead).

    Each event is one commit, so that a run which is interrupted is simply gone on with. Raises NotFound.
    """
    done: list[rules.Intent] = []
    while len(done) < MOST_EVENTS:
        intent = _step(account_id, now=now, as_of=as_of)
        if intent is None:
            break
        done.append(intent)
    return Result(events=tuple(done))


def run_after(*, account_id: UUID, now: datetime) -> None:
    """Fund an account after a write was committed; whatever fails is left to the next tick."""
    try:
        run(account_id=account_id, now=now)
    except Exception:
        log.exception("Funding after a write failed; the next tick goes on. Account %s", account_id)


def _step(account_id: UUID, *, now: datetime, as_of: date | None) -> rules.Intent | None:
    """Settle the first event that is due, or note that there is none."""
    refused: _Refused | None = None
    for _ in range(2):
        try:
            with transaction.atomic():
                return _settle_first(account_id, now=now, as_of=as_of, refused=refused)
        except _Refused as error:
            refused = error
    raise AssertionError("an event that is recorded as failed moves nothing")


def _settle_first(
    account_id: UUID, *, now: datetime, as_of: date | None, refused: _Refused | None
) -> rules.Intent | None:
    account = posting.lock(account_id)
    zone = account_selectors.zone(account_id)
    today = now.astimezone(zone).date()
    through = as_of or today
    state = funding_state.state(account, today=today, zone=zone, through=through)
    intent = next(rules.plan(state, through=through), None)
    if intent is None:
        reschedule(account, now=now, money_helps=False)
        return None
    if refused is not None and refused.intent.key == intent.key:
        intent = _failed(intent, reason=str(refused))
    _carry_out(account, intent, now=now)
    return intent


def _failed(intent: rules.Intent, *, reason: str) -> rules.Intent:
    return replace(
        intent,
        status=rules.FAILED,
        moved=intent.moved - intent.amount,
        amount=ZERO,
        complete=None,
        reason=reason,
    )


def _carry_out(account: BankAccount, intent: rules.Intent, *, now: datetime) -> None:
    event = _record(account, intent, now=now)
    if intent.amount:
        assert intent.source_id is not None
        assert intent.target_id is not None
        try:
            posting.move(
                account,
                source_id=intent.source_id,
                target_id=intent.target_id,
                amount=intent.amount,
                actor=system_user(),
                effective_at=datetime.combine(intent.key.on, time.min, tzinfo=UTC),
                now=now,
                event=event,
            )
        except errors.LedgerError as error:
            raise _Refused(intent, error) from error
    changes: dict[str, object] = {}
    if intent.goes_on is not None:
        changes["fund_from" if intent.key.kind == rules.FUND else "recur_from"] = intent.goes_on
    if intent.complete is not None:
        changes["complete"] = intent.complete
    if changes:
        Budget.objects.filter(pk=intent.key.budget_id).update(**changes)


def _record(account: BankAccount, intent: rules.Intent, *, now: datetime) -> FundingEvent:
    """The row of the event; inserting it is what claims the event."""
    fields = {
        "status": intent.status,
        "intended": intent.intended,
        "moved": intent.moved,
        "reason": intent.reason[:512],
        "modified_at": now,
    }
    key = {"budget_id": intent.key.budget_id, "kind": intent.key.kind, "on": intent.key.on}
    if not intent.known:
        return FundingEvent.objects.create(bank_account=account, **key, **fields, inputs=intent.inputs, created_at=now)
    event = FundingEvent.objects.get(**key)
    for name, value in fields.items():
        setattr(event, name, value)
    event.inputs = event.inputs | intent.inputs
    event.save(update_fields=[*fields, "inputs"])
    return event


def system_user() -> User:
    """Who acts in the engine's transfers; nobody can sign in as them."""
    name = user_selectors.SYSTEM_USER
    user = User.objects.filter(username=name).first()
    if user is not None:
        return user
    user = User(username=name, name="Scheduled funding", is_active=False)
    user.set_unusable_password()
    return User.objects.get_or_create(
        username=name, defaults={"name": user.name, "is_active": False, "password": user.password}
    )[0]
