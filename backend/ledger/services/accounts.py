"""What a user can do with a bank account."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from backend.ledger import access, currencies, errors, posting
from backend.ledger.models import (
    ApiToken,
    AutoSpendRun,
    BankAccount,
    Budget,
    Change,
    Entry,
    FundingEvent,
    Invitation,
    StatementImport,
    Transaction,
    Transfer,
    User,
    Webhook,
    WebhookDelivery,
)
from backend.ledger.rules import amounts
from backend.ledger.selectors import accounts as selectors

from . import funding, immutable, links, locks, versions

UNALLOCATED = "Unallocated"
BELOW: tuple[type[Model], ...] = (
    WebhookDelivery,
    Webhook,
    AutoSpendRun,
    Invitation,
    Change,
    Entry,
    Transfer,
    FundingEvent,
    Transaction,
    StatementImport,
    Budget,
)
"""The tables whose rows lie in an account, each before those that it refers to."""

NAMING: tuple[type[Model], ...] = (BankAccount.owners.through, ApiToken.accounts.through)
"""Those that tell who may reach one."""
ZERO = Decimal(0)
MOST_ALIASES, LONGEST_ALIAS = 20, 200
IMMUTABLE = {
    "bank": "Cannot change the bank after account creation.",
    "account_type": "Cannot change the account type after account creation.",
    "currency": "Cannot change the currency after account creation.",
    "posted_balance": "Cannot change the posted balance after account creation.",
    "available_balance": "Cannot change the available balance after account creation.",
}


class Changes(TypedDict, total=False):
    """What a caller may send to change an account; all but name, number and aliases must be as they are."""

    name: str
    account_number: str | None
    bank: UUID
    account_type: str
    currency: str
    posted_balance: Decimal
    available_balance: Decimal
    link_aliases: list[str]


@transaction.atomic
def create(
    *,
    actor: User,
    name: str,
    bank_id: UUID,
    now: datetime,
    account_type: str = BankAccount.Type.CHECKING,
    account_number: str | None = None,
    currency: str | None = None,
    posted_balance: Decimal | None = None,
    available_balance: Decimal | None = None,
) -> BankAccount:
    """Open an account, owned by `actor`, with its Unallocated budget, which holds the available balance.

    The currency defaults to the bank's, a balance that is left out to the other one. Raises NotFound (bank),
    InvalidCurrency, InvalidAmount.
    """
    bank = access.one(access.banks(), bank_id, field="bank")
    code = (currency or str(bank.default_currency)).upper()
    if code not in currencies.CODES:
        raise errors.InvalidCurrency(f"“{code}” is not a supported currency.", field="currency")
    for field, balance in (("posted_balance", posted_balance), ("available_balance", available_balance)):
        if balance is not None:
            amounts.exact(balance, currency=code, field=field)
    posted = _opening(posted_balance, available_balance)
    available = _opening(available_balance, posted_balance)
    account = BankAccount.objects.create(
        name=name,
        bank=bank,
        account_type=account_type,
        account_number=account_number or None,
        currency=code,
        opening_posted=posted,
        opening_available=available,
        posted_balance=posted,
        available_balance=available,
        created_at=now,
        modified_at=now,
    )
    account.owners.add(actor)
    posting.journal.begin(account, actor=actor)
    today = selectors.today(account, now=now)
    unallocated = Budget.objects.create(
        bank_account=account,
        name=UNALLOCATED,
        is_unallocated=True,
        opening=available,
        balance=available,
        anchor=today,
        fund_from=today,
        recur_from=today,
        created_at=now,
        modified_at=now,
    )
    posting.journal.created(account, [account, unallocated])
    posting.journal.write(account, at=now)
    return account


def _opening(own: Decimal | None, other: Decimal | None) -> Decimal:
    if own is not None:
        return own
    return ZERO if other is None else other


@transaction.atomic
def update(
    *, actor: User, account_id: UUID, changes: Changes, now: datetime, expected_version: int | None = None
) -> BankAccount:
    """Change the name, the number or the aliases of an account; where all are as they were, nothing is written.

    Raises NotFound, Immutable, InvalidValue, Conflict (the account is not at the expected version).
    """
    account = locks.account(actor=actor, account_id=account_id)
    versions.check(account, expected_version)
    present = {
        "bank": account.bank_id,
        "account_type": account.account_type,
        "currency": str(account.currency),
        "posted_balance": account.posted_balance,
        "available_balance": account.available_balance,
    }
    if "currency" in changes:
        changes = {**changes, "currency": changes["currency"].upper()}
    immutable.check(changes, present, refusals=IMMUTABLE)
    account.name = changes.get("name", account.name)
    if "account_number" in changes:
        account.account_number = changes["account_number"] or None
    if "link_aliases" in changes:
        account.link_aliases = _aliases(changes["link_aliases"])
    if posting.journal.changed(account, account):
        posting.journal.write(account, at=now)
        account.stamp(now)
        account.save(update_fields=["name", "account_number", "link_aliases", "version", "modified_at"])
    return account


def _aliases(names: list[str]) -> list[str]:
    """Names without blanks around them, each once."""
    found = list(dict.fromkeys(filter(None, (name.strip() for name in names))))
    if len(found) > MOST_ALIASES or any(len(name) > LONGEST_ALIAS or "\0" in name for name in found):
        message = f"An account has at most {MOST_ALIASES} aliases of at most {LONGEST_ALIAS} characters."
        raise errors.InvalidValue(message, field="link_aliases")
    return found


@transaction.atomic
def delete(*, actor: User, account_id: UUID, now: datetime) -> None:
    """Remove an account and everything below it. Raises NotFound, Conflict."""
    access.one(access.accounts(actor), account_id)
    linked = Transaction.objects.filter(linked_transaction__bank_account=account_id)
    others = linked.values_list("bank_account_id", flat=True).distinct()
    locked = posting.lock_all([account_id, *others], actor=actor)
    account = access.one(access.accounts(actor), account_id)
    if linked.exclude(bank_account__in=locked).exists():
        raise errors.Conflict("A transaction was just linked to another account's.")
    rows = Transaction.objects.filter(bank_account=account)
    _discard_uploads(rows)
    links.cut(linked, accounts=locked, now=now)
    Budget.objects.filter(bank_account=account).update(fillup_goal=None)
    User.objects.filter(default_bank_account=account).update(default_bank_account=None)
    # Nothing refers to these rows but what is here, so each table goes with one statement.
    for model in BELOW:
        _remove(model._default_manager.filter(bank_account=account))
    for model in NAMING:
        _remove(model._default_manager.filter(bankaccount=account))
    _remove(BankAccount.objects.filter(pk=account.pk))


def _remove(rows: QuerySet[Any]) -> None:
    rows._raw_delete(rows.db)


def _discard_uploads(rows: QuerySet[Transaction]) -> None:
    named = rows.exclude(image__in=("",), document__in=("",)).only("image", "document")
    for row in named:
        for upload in (row.image, row.document):
            if upload and upload.name:
                transaction.on_commit(_deletion(upload.storage.delete, upload.name))


def _deletion(delete_file: Callable[[str], None], name: str) -> Callable[[], None]:
    return lambda: delete_file(name)


def mark_imported(*, actor: User, account_id: UUID, last_posted_through: date, now: datetime) -> BankAccount:
    """Note that the bank's rows up to that day are in, then fund what waited for them.

    The day never goes back; one after tomorrow is an InvalidValue. Raises NotFound.
    """
    with transaction.atomic():
        account = locks.account(actor=actor, account_id=account_id)
        if last_posted_through > selectors.today(account, now=now) + timedelta(days=1):
            raise errors.InvalidValue("The date lies after tomorrow.", field="last_posted_through")
        note_import(account, through=last_posted_through, now=now)
        posting.outbox.imported(account, source="client", at=now)
    funding.run_after(account_id=account_id, now=now)
    return access.pick(actor, access.accounts, account_id)


def note_import(account: BankAccount, *, through: date | None, now: datetime) -> None:
    """Store, on a locked account, that an import ended now and reached `through`."""
    account.last_imported_at = now
    if through is not None:
        account.last_posted_through = max(through, account.last_posted_through or through)
    account.stamp(now)
    posting.journal.changed(account, account)
    posting.journal.write(account, at=now)
    account.save(update_fields=["last_imported_at", "last_posted_through", "modified_at"])
    funding.reschedule(account, now=now)
