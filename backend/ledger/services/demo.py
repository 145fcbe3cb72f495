"""The demo household moves in: everything through the services, each at the time at which it would have happened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from django.db import transaction as database

from backend.ledger.demo import household as plans
from backend.ledger.demo import ofx
from backend.ledger.models import Bank, BankAccount, Budget, User
from backend.ledger.statements import Statement

from . import accounts, budgets, imports, transfers

SOURCE = "ofx"
OPENS_AT, KEPT_FROM, IMPORTED_AT, ARCHIVED_AT = time(6), time(6, 30), time(7), time(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happens to the household at a time."""

    at: datetime
    do: Callable[[datetime], object]


def move_in(household: plans.Household, *, password: str, now: datetime) -> Iterator[imports.ImportResult]:
    """Make the household's users, bank, accounts and budgets, then import its statements month by month.

    Yields what each statement brought, as it comes. The database must be empty; nothing happens after `now`.
    """
    home = _Home(household)
    began = _at(household.start, OPENS_AT)
    with database.atomic():
        home.people(password=password)
        home.open_accounts(now=began)
    for step in sorted(home.steps(), key=lambda step: step.at):
        result = step.do(min(step.at, now))
        if isinstance(result, imports.ImportResult):
            yield result


def _at(day: date, when: time) -> datetime:
    return datetime.combine(day, when, tzinfo=UTC)


class _Home:
    """The household as far as it has moved in."""

    def __init__(self, household: plans.Household) -> None:
        self.household = household
        self.users: dict[str, User] = {}
        self.accounts: dict[str, BankAccount] = {}
        self.budgets: dict[str, Budget] = {}

    def people(self, *, password: str) -> None:
        for person in self.household.people:
            self.users[person.username] = User.objects.create_user(
                person.username, password=password, name=person.name, timezone="UTC"
            )

    def open_accounts(self, *, now: datetime) -> None:
        bank = Bank.objects.create(
            name=self.household.bank,
            routing_number=self.household.routing_number,
            default_currency=self.household.currency,
            created_at=now,
            modified_at=now,
        )
        for each in self.household.accounts:
            first, *others = (self.users[name] for name in each.owners)
            account = accounts.create(
                actor=first,
                name=each.name,
                bank_id=bank.pk,
                account_type=each.type,
                account_number=each.number,
                posted_balance=each.opening,
                now=now,
            )
            account.owners.add(*others)
            self.accounts[each.key] = account
        for user in self.users.values():
            user.default_bank_account = self.accounts[self.household.accounts[0].key]
            user.save(update_fields=["default_bank_account"])

    def steps(self) -> Iterator[Step]:
        for plan in self.household.plans:
            yield Step(at=_at(plan.opens, KEPT_FROM), do=self.keeping(plan))
            if plan.archived_on:
                yield Step(at=_at(plan.archived_on, ARCHIVED_AT), do=self.archiving(plan))
        for account in self.household.accounts:
            for statement in ofx.monthly(self.household, account):
                morning_after = cast(date, statement.end) + timedelta(days=1)
                yield Step(at=_at(morning_after, IMPORTED_AT), do=self.importing(account, statement))

    def owner(self, key: str) -> User:
        return self.users[self.household.account(key).owners[0]]

    def keeping(self, plan: plans.Plan) -> Callable[[datetime], None]:
        def keep(now: datetime) -> None:
            account = self.accounts[plan.account]
            actor = self.owner(plan.account)
            fields = cast(budgets.Fields, {**plan.fields})
            budget = budgets.create(actor=actor, account_id=account.pk, fields=fields, now=now)
            self.budgets[budget.name] = budget
            if plan.first:
                transfers.create(
                    actor=actor,
                    account_id=account.pk,
                    source_id=Budget.objects.get(bank_account=account, is_unallocated=True).pk,
                    target_id=budget.pk,
                    amount=plan.first,
                    effective_at=now,
                    now=now,
                )

        return keep

    def archiving(self, plan: plans.Plan) -> Callable[[datetime], None]:
        def archive(now: datetime) -> None:
            budget = self.budgets[plan.fields["name"]]
            budgets.archive(actor=self.owner(plan.account), budget_id=budget.pk, now=now)

        return archive

    def importing(self, each: plans.Account, statement: Statement) -> Callable[[datetime], imports.ImportResult]:
        def enter(now: datetime) -> imports.ImportResult:
            account_id = self.accounts[each.key].pk
            return imports.run(
                actor=self.owner(each.key), account_id=account_id, statement=statement, source=SOURCE, now=now
            )

        return enter
