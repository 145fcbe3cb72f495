"""What can be read of accounts."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.ledger.models import BankAccount, User

FIRST_OWNER_ZONE = "UTC"


def zones(accounts: Iterable[UUID]) -> dict[UUID, ZoneInfo]:
    """The time zone of each account's first owner, who decides what today is there; one query for all."""
    owned = (
        BankAccount.owners.through.objects.filter(bankaccount_id__in=list(accounts))
        .order_by("-pk")
        .values_list("bankaccount_id", "user__timezone")
    )
    return {account_id: ZoneInfo(zone) for account_id, zone in owned}


def zone(account_id: UUID) -> ZoneInfo:
    """The time zone of the account's first owner."""
    return zones([account_id]).get(account_id, ZoneInfo(FIRST_OWNER_ZONE))


def today(account: BankAccount, *, now: datetime) -> date:
    """The date at `now` where the account's first owner lives."""
    return now.astimezone(zone(account.pk)).date()


def today_of(user: User, *, now: datetime) -> date:
    """The date at `now` where the user lives."""
    return now.astimezone(ZoneInfo(user.timezone)).date()
