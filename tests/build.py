"""Builders: rows as users make them, through the services, at a fixed time unless told otherwise.

An amount may be given as text or int. Without `actor` the account's first owner acts.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from backend.ledger.models import Bank, BankAccount, Budget, Transaction, Transfer, User
from backend.ledger.services import accounts, budgets, transactions, transfers

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = NOW.date()

Amount = Decimal | int | str


def at(day: date | datetime | str | int) -> datetime:
    """An instant: noon UTC of a date or of its ISO text, or that many days from NOW; an instant as it is."""
    if isinstance(day, int):
        return NOW + timedelta(days=day)
    if isinstance(day, str):
        day = date.fromisoformat(day)
    if isinstance(day, datetime):
        return day
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def user(name: str, *, password: str | None = None, timezone: str = "UTC", is_staff: bool = False) -> User:
    """Somebody with that user name; `is_staff` makes a superuser too. Without a password nobody can sign in."""
    row = User(username=name, email=f"{name}@example.org", timezone=timezone, is_staff=is_staff, is_superuser=is_staff)
    row.set_password(password)
    row.save()
    return row


def bank(*, name: str = "Some Bank", default_currency: str = "USD", routing_number: str | None = None) -> Bank:
    return Bank.objects.create(
        name=name,
        default_currency=default_currency,
        routing_number=routing_number,
        created_at=NOW,
        modified_at=NOW,
    )


def account(
    *,
    owner: User,
    co_owners: Iterable[User] = (),
    at_bank: Bank | None = None,
    name: str = "Checking",
    account_type: str = BankAccount.Type.CHECKING,
    account_number: str | None = None,
    currency: str | None = None,
    balance: Amount = 0,
    posted_balance: Amount | None = None,
    now: datetime = NOW,
) -> BankAccount:
    """An account that opens with `balance` (available; posted too unless `posted_balance` says otherwise)."""
    row = accounts.create(
        actor=owner,
        name=name,
        bank_id=(at_bank or bank()).pk,
        account_type=account_type,
        account_number=account_number,
        currency=currency,
        available_balance=Decimal(balance),
        posted_balance=None if posted_balance is None else Decimal(posted_balance),
        now=now,
    )
    row.owners.add(*co_owners)
    return row


def unallocated(of: BankAccount) -> Budget:
    """The account's Unallocated budget, as it is now."""
    return Budget.objects.get(bank_account=of, is_unallocated=True)


def budget(
    of: BankAccount,
    *,
    name: str = "Groceries",
    budget_type: str = Budget.Type.GOAL,
    target_balance: Amount = 0,
    funding_type: str = Budget.Funding.TARGET_DATE,
    funding_amount: Amount | None = None,
    target_date: date | None = None,
    with_fillup_goal: bool = False,
    paused: bool = False,
    funding_schedule: str = "",
    recurrance_schedule: str | None = None,
    memo: str | None = None,
    auto_spend: object = None,
    balance: Amount = 0,
    actor: User | None = None,
    now: datetime = NOW,
) -> Budget:
    """A budget; one with a `balance` got it by a transfer from Unallocated."""
    row = budgets.create(
        actor=actor or first_owner(of),
        account_id=of.pk,
        fields={
            "name": name,
            "budget_type": budget_type,
            "target_balance": Decimal(target_balance),
            "funding_type": funding_type,
            "funding_amount": None if funding_amount is None else Decimal(funding_amount),
            "target_date": target_date,
            "with_fillup_goal": with_fillup_goal,
            "paused": paused,
            "funding_schedule": funding_schedule,
            "recurrance_schedule": recurrance_schedule,
            "memo": memo,
            "auto_spend": auto_spend,
        },
        now=now,
    )
    if Decimal(balance):
        transfer(of, source=unallocated(of), target=row, amount=balance, actor=actor, now=now)
        row.refresh_from_db()
    return row


def transaction(
    of: BankAccount,
    *,
    amount: Amount = "-10.00",
    posted_date: date | datetime | str | int = NOW,
    raw_description: str = "CORNER SHOP",
    description: str = "",
    transaction_type: str = Transaction.Type.SIGNATURE_PURCHASE,
    transaction_date: datetime | None = None,
    pending: bool = False,
    memo: str | None = None,
    splits: Mapping[Budget, Amount] | None = None,
    actor: User | None = None,
    now: datetime = NOW,
) -> Transaction:
    """A transaction, split over budgets where `splits` says so (positive amounts)."""
    actor = actor or first_owner(of)
    row = transactions.create(
        actor=actor,
        account_id=of.pk,
        amount=Decimal(amount),
        posted_date=at(posted_date),
        raw_description=raw_description,
        description=description,
        transaction_type=transaction_type,
        transaction_date=transaction_date,
        pending=pending,
        memo=memo,
        now=now,
    )
    if splits is not None:
        shares = {each.pk: Decimal(share) for each, share in splits.items()}
        row = transactions.split(actor=actor, transaction_id=row.pk, shares=shares, now=now)
    return row


def transfer(
    of: BankAccount,
    *,
    source: Budget,
    target: Budget,
    amount: Amount = "10.00",
    effective_at: date | datetime | str | int = NOW,
    actor: User | None = None,
    now: datetime = NOW,
) -> Transfer:
    return transfers.create(
        actor=actor or first_owner(of),
        account_id=of.pk,
        source_id=source.pk,
        target_id=target.pk,
        amount=Decimal(amount),
        effective_at=at(effective_at),
        now=now,
    )


def first_owner(of: BankAccount) -> User:
    membership = BankAccount.owners.through.objects.filter(bankaccount=of).order_by("pk").select_related("user")[0]
    return membership.user
