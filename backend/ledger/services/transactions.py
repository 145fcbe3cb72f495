"""What a user can do with a bank transaction."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database

from backend.ledger import access, attachments, doorbell, errors, posting
from backend.ledger.models import BankAccount, Entry, Transaction, User
from backend.ledger.rules import amounts
from backend.ledger.rules import splits as rules

from . import drafts, fillups, funding, immutable, links, locks, refunds, versions
from . import shares as shares_

IMMUTABLE = {
    "bank_account": "Cannot change the bank account after creation.",
    "amount": "Cannot change the transaction amount after creation.",
    "posted_date": "Cannot change the posted date after creation.",
    "transaction_date": "Cannot change the transaction date after creation.",
    "raw_description": "Cannot change the raw description after creation.",
}
EDITABLE = ("transaction_type", "memo", "description", "image", "document")


class Changes(TypedDict, total=False):
    """What a caller may send to change a transaction; a field of IMMUTABLE must be as it is."""

    bank_account: UUID
    amount: Decimal
    posted_date: datetime
    transaction_date: datetime | None
    raw_description: str
    transaction_type: str
    pending: bool
    memo: str | None
    description: str
    image: UploadedFile | None
    document: UploadedFile | None


def create(
    *,
    actor: User,
    account_id: UUID,
    amount: Decimal,
    posted_date: datetime,
    raw_description: str,
    now: datetime,
    transaction_type: str = "",
    transaction_date: datetime | None = None,
    pending: bool = False,
    memo: str | None = None,
    description: str = "",
    image: UploadedFile | None = None,
    document: UploadedFile | None = None,
    currency: str | None = None,
) -> Transaction:
    """Enter a transaction (`amount` in account currency, negative is money out) on Unallocated or where a rule claims.

    `transaction_date` defaults to the day that `raw_description` names, at midnight of the zone of `posted_date`.
    Raises NotFound, InvalidAmount, InvalidCurrency, InvalidFile.
    """
    if image or document:  # nothing is decoded or stored for whom it is not
        access.one(access.accounts(actor), account_id, field="bank_account")
    with attachments.uploaded({"image": image, "document": document}) as uploads, database.atomic():
        account = locks.account(actor=actor, account_id=account_id, field="bank_account")
        amounts.same_currency(currency, account_currency=str(account.currency), field="amount_currency")
        amounts.not_zero(amount, currency=str(account.currency), field="amount")
        row = drafts.transaction(
            amount=amount,
            posted_date=posted_date,
            raw_description=raw_description,
            transaction_type=transaction_type,
            transaction_date=transaction_date,
            pending=pending,
            memo=memo,
            description=description,
        )
        uploads.attach(row)
        draft = drafts.allocated(row, budgets=drafts.claimants(account))
        posting.post(account, [draft], now=now)
        funding.reschedule(account, now=now)
        doorbell.ring(doorbell.LINK, account.pk)
        return row


def update(
    *, actor: User, transaction_id: UUID, changes: Changes, now: datetime, expected_version: int | None = None
) -> Transaction:
    """Change type, memo, description or uploads; `pending` may become false, and the amount with it.

    An empty description falls back to the raw one. Where everything is as it was, nothing is written.
    Raises NotFound, Immutable, InvalidAmount, InvalidFile, Conflict (the row is not at the expected version).
    """
    found = access.one(access.transactions(actor), transaction_id)
    with attachments.uploaded(changes) as uploads, database.atomic():
        account = posting.lock(found.bank_account_id, actor=actor)
        row = posting.journal.watch(access.one(access.transactions(actor), transaction_id))
        versions.check(row, expected_version)
        settles = row.pending and changes.get("pending") is False
        _check_immutable(row, changes, settles=settles)
        if settles:
            settle(account, row, amount=changes.get("amount", row.amount), actor=actor, now=now)
        row.transaction_type = changes.get("transaction_type", row.transaction_type)
        row.memo = changes.get("memo", row.memo)
        row.description = changes.get("description", row.description).strip() or row.raw_description.strip()
        uploads.attach(row)
        if posting.journal.changed(account, row):
            posting.journal.write(account, at=now)
            row.stamp(now)
            row.save(update_fields=[*EDITABLE, "version", "modified_at"])
        return row


@database.atomic
def delete(*, actor: User, transaction_id: UUID, now: datetime) -> None:
    """Remove a transaction with its allocations; balances are as if it had never been.

    Refunds that are tied to it are untied. Raises NotFound, Conflict.
    """
    accounts, row = _locked_with_linked(actor=actor, transaction_id=transaction_id)
    account = accounts[row.bank_account_id]
    for field in attachments.FIELDS:
        attachments.detach(row, field)
    links.cut(Transaction.objects.filter(linked_transaction=row), accounts=accounts, now=now)
    refunds.release(account, row, now=now)
    posting.remove(account, row, now=now)
    fillups.sweep(account, actor=actor, now=now)
    funding.reschedule(account, now=now)


@database.atomic
def split(
    *,
    actor: User,
    transaction_id: UUID,
    shares: Mapping[UUID, Decimal | shares_.Share],
    now: datetime,
    expected_version: int | None = None,
) -> Transaction:
    """Declare how a transaction lies on budgets: positive amounts, the rest falls to Unallocated.

    An allocation whose budget stays keeps its id, and its category and memo unless the share says others. Refunds of
    the transaction follow it.
    Raises NotFound, OtherAccount, Archived, InvalidSplit, InvalidAmount, OutOfRange, Conflict; then nothing changed.
    """
    account, row = _locked(actor=actor, transaction_id=transaction_id)
    versions.check(row, expected_version)
    parts = shares_.parts(account, row, shares, actor=actor)
    posting.allocate(account, row, parts, now=now)
    refunds.follow(account, [row.pk], now=now)
    fillups.sweep(account, actor=actor, now=now)
    funding.reschedule(account, now=now)
    return row


def _locked(*, actor: User, transaction_id: UUID) -> tuple[BankAccount, Transaction]:
    found = access.pick(actor, access.transactions, transaction_id)
    account = posting.lock(found.bank_account_id, actor=actor)
    return account, access.pick(actor, access.transactions, transaction_id)


def _locked_with_linked(*, actor: User, transaction_id: UUID) -> tuple[links.Locked, Transaction]:
    """The same, with the account of the linked transaction locked too, since its link is about to change."""
    found = access.one(access.transactions(actor).select_related("linked_transaction"), transaction_id)
    linked = found.linked_transaction
    others = [] if linked is None else [linked.bank_account_id]
    locked = posting.lock_all([found.bank_account_id, *others], actor=actor)
    row = access.one(access.transactions(actor), transaction_id)
    if row.linked_transaction_id not in (None, found.linked_transaction_id):
        raise errors.Conflict("The transaction was just linked to another one.")
    return locked, row


def _check_immutable(row: Transaction, changes: Changes, *, settles: bool) -> None:
    present = {
        "bank_account": row.bank_account_id,
        "amount": row.amount,
        "posted_date": row.posted_date,
        "transaction_date": row.transaction_date,
        "raw_description": row.raw_description,
    }
    refusals = {field: text for field, text in IMMUTABLE.items() if not (settles and field == "amount")}
    immutable.check(changes, present, refusals=refusals)
    if changes.get("pending") and not row.pending:
        raise errors.Immutable("A posted transaction cannot become pending again.", field="pending")


def settle(account: BankAccount, row: Transaction, *, amount: Decimal, actor: User, now: datetime) -> None:
    """The pending `row` of a locked account has posted with `amount`; its allocations are scaled.

    Raises InvalidAmount.
    """
    amounts.not_zero(amount, currency=str(account.currency), field="amount")
    lies = dict(Entry.objects.filter(transaction=row).order_by("seq").values_list("budget_id", "amount"))
    scaled = rules.rescale(old=lies, amount=amount, unallocated=fillups.unallocated(account))
    posting.settle(account, row, amount=amount, parts=drafts.parts(scaled), now=now)
    fillups.sweep(account, actor=actor, now=now)
    funding.reschedule(account, now=now)
