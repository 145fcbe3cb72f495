"""What can be read of accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import QuerySet

from backend.ledger import prepared
from backend.ledger.models import BankAccount, Budget, User

FIRST_OWNER_ZONE = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What an account has beside its row: its Unallocated, and its owners by name, in order."""

    unallocated_id: UUID
    owners: list[str]


def beside(accounts: Iterable[UUID]) -> dict[UUID, Beside]:
    """What each of those accounts has beside its row; one query for all."""
    wanted = prepared.spread(accounts)

    def make(hole: prepared.Opening) -> QuerySet[Any, Any]:
        rows = Budget.objects.filter(bank_account__pk__in=[hole(BankAccount) for _ in wanted], is_unallocated=True)
        owner = "bank_account__owners__username"
        return rows.order_by(owner).values_list("bank_account_id", "pk", owner)

    found: dict[UUID, Beside] = {}
    for account_id, unallocated_id, owner in prepared.find(make, *wanted, name=(beside, len(wanted))):
        found.setdefault(account_id, Beside(unallocated_id=unallocated_id, owners=[])).owners.append(owner)
    return found


def zone_named(name: str | None) -> ZoneInfo:
    """That time zone; UTC where there is none, or where the system does not know it any more."""
    try:
        return ZoneInfo(name or FIRST_OWNER_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(FIRST_OWNER_ZONE)


def date_in(zone: ZoneInfo, *, now: datetime) -> date:
    """The date in a zone at that instant: an event is due once its day is not after it."""
    return now.astimezone(zone).date()


def zones(accounts: Iterable[UUID]) -> dict[UUID, ZoneInfo]:
    """The time zone of each account's first owner, who decides what today is there; one query for all."""
    wanted = prepared.spread(accounts)

    def make(hole: prepared.Opening) -> QuerySet[Any, Any]:
        owned = BankAccount.owners.through.objects.filter(bankaccount__pk__in=[hole(BankAccount) for _ in wanted])
        return owned.order_by("-pk").values_list("bankaccount_id", "user__timezone")

    rows = prepared.find(make, *wanted, name=(zones, len(wanted)))
    return {account_id: zone_named(zone) for account_id, zone in rows}


def zone(account_id: UUID) -> ZoneInfo:
    """The time zone of the account's first owner."""
    return zones([account_id]).get(account_id, zone_named(None))


def today(account: BankAccount, *, now: datetime) -> date:
    """The date at `now` where the account's first owner lives."""
    return date_in(zone(account.pk), now=now)


def today_of(user: User, *, now: datetime) -> date:
    """The date at `now` where the user lives."""
    return date_in(zone_named(user.timezone), now=now)
