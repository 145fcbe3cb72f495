"""How a funding run carries out what the rules decide: one commit per event."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backend.ledger import errors, posting, prepared
from backend.ledger.models import BankAccount, Budget, FundingEvent, User
from backend.ledger.rules import funding as rules
from backend.ledger.selectors import accounts as account_selectors
from backend.ledger.selectors import funding_state, users

from .funding_dates import reschedule
from .funding_record import record

ZERO = Decimal(0)
FARTHEST = timedelta(days=3660)


def events(account_id: UUID, *, now: datetime, as_of: date | None) -> Iterator[rules.Intent]:
    """Carry out what is due up to `as_of` (today by default); each event is committed when it is given out.

    Raises NotFound, InvalidValue (`as_of` is more than ten years away).
    """
    if as_of is not None and abs(as_of - now.date()) > FARTHEST:
        way = "ahead" if as_of > now.date() else "back"
        raise errors.InvalidValue(f"The date lies more than ten years {way}.", field="as_of")
    run = _Run(account_id, now=now, as_of=as_of)
    while (intent := run.step()) is not None:
        yield intent


class _Refused(Exception):
    """The ledger refused to carry out an event."""

    def __init__(self, intent: rules.Intent, error: errors.LedgerError) -> None:
        super().__init__(error.message)
        self.intent = intent


class _Run:
    """A run of one account. It goes on with its plan from commit to commit, as long as nobody else wrote."""

    def __init__(self, account_id: UUID, *, now: datetime, as_of: date | None) -> None:
        self.account_id, self.now, self.as_of = account_id, now, as_of
        self._plan: Iterator[rules.Intent] = iter(())
        self._mark: object = None
        self._ran_on: date | None = None
        self._actor: User | None = None

    def step(self) -> rules.Intent | None:
        """Settle the first event that is due, or note that there is none."""
        refused: _Refused | None = None
        for _ in range(2):
            try:
                with transaction.atomic():
                    return self._settle_first(refused)
            except _Refused as error:
                refused = error
                self._mark = self._actor = None  # rolled back with the event
        raise AssertionError("an event that is recorded as failed moves nothing")

    def _settle_first(self, refused: _Refused | None) -> rules.Intent | None:
        self._actor = self._actor or system_user()
        account = posting.lock(self.account_id, actor=self._actor)
        if self._mark is None or self._mark != _mark(account):
            self._plan = self._planned(account)
        intent = next(self._plan, None)
        if intent is None:
            reschedule(account, now=self.now, ran_on=self._ran_on)
            return None
        if refused is not None and refused.intent.key == intent.key:
            intent = _failed(intent, reason=str(refused))
        self._carry_out(account, intent)
        self._mark = None if refused is not None else _mark(account)
        return intent

    def _planned(self, account: BankAccount) -> Iterator[rules.Intent]:
        zone = account_selectors.zone(account.pk)
        today = account_selectors.date_in(zone, now=self.now)
        through = self.as_of or today
        self._ran_on = today if through >= today else None
        return rules.plan(funding_state.state(account, today=today, zone=zone, through=through), through=through)

    def _carry_out(self, account: BankAccount, intent: rules.Intent) -> None:
        event = record(account, intent, now=self.now)
        if intent.amount:
            self._move(account, intent, event)
        else:
            # An event that moves nothing is a write too, which other runs must notice.
            posting.journal.write(account, at=posting.tick(account, now=self.now))
            account.save(update_fields=["modified_at"])
        changes: dict[str, object] = {}
        if intent.goes_on is not None:
            changes["fund_from" if intent.key.kind == rules.FUND else "recur_from"] = intent.goes_on
        if changes:
            Budget.objects.filter(pk=intent.key.budget_id).update(**changes)
        if intent.complete is not None:
            self._judge(account, intent.key.budget_id, complete=intent.complete)

    def _judge(self, account: BankAccount, budget_id: UUID, *, complete: bool) -> None:
        if Budget.objects.filter(pk=budget_id, complete=not complete).update(complete=complete):
            posting.journal.differs(account, Budget(pk=budget_id), "complete", old=not complete, new=complete)
            posting.journal.write(account, at=self.now)

    def _move(self, account: BankAccount, intent: rules.Intent, event: FundingEvent) -> None:
        assert intent.source_id is not None
        assert intent.target_id is not None
        assert self._actor is not None
        try:
            posting.move(
                account,
                source_id=intent.source_id,
                target_id=intent.target_id,
                amount=intent.amount,
                actor=self._actor,
                effective_at=datetime.combine(intent.key.on, time.min, tzinfo=UTC),
                now=self.now,
                event=event,
            )
        except errors.LedgerError as error:
            raise _Refused(intent, error) from error


def _mark(account: BankAccount) -> object:
    """What differs as soon as somebody wrote to the locked account, or to a plan of one of its budgets; one query."""
    budgets = Budget.objects.filter(funding_state.LIVE, bank_account=account).order_by("pk")
    return (
        account.modified_at,
        account.last_seq,
        account.last_posted_through,
        account.import_gate,
        account.auto_funding,
        list(budgets.values_list("pk", "modified_at")),
    )


def _failed(intent: rules.Intent, *, reason: str) -> rules.Intent:
    return replace(
        intent,
        status=rules.FAILED,
        moved=intent.moved - intent.amount,
        amount=ZERO,
        complete=None,
        revocable=False,
        note=reason,
    )


def system_user() -> User:
    """Who acts in the engine's transfers; nobody can sign in as them."""
    for user in prepared.find(_system_user):
        return user
    user = User(username=users.SYSTEM_USER, name="Scheduled funding", is_active=False)
    user.set_unusable_password()
    return User.objects.get_or_create(
        username=user.username, defaults={"name": user.name, "is_active": False, "password": user.password}
    )[0]


def _system_user(hole: prepared.Opening) -> QuerySet[User]:
    return User.objects.filter(username=users.SYSTEM_USER)
