"""Who owns an account: everybody who does sees all of it and may do anything to it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from backend.ledger import access, errors, posting, watch
from backend.ledger.models import BankAccount, Transaction, User

from . import funding, links, locks, webhooks

MOST = 20


@transaction.atomic
def add(*, actor: User, account_id: UUID, username: str, now: datetime) -> BankAccount:
    """Make somebody an owner too who owns another account with the actor; one who owns this already stays so.

    Everybody else is invited, and says yes: links are made between accounts that share an owner, so whoever could
    make anybody one would learn by them what is in that person's accounts, and change it.
    Raises NotFound (also for who is not there or not active), InvalidValue.

    The date of an account is that of whoever has owned it longest.
    """
    account = locks.account(actor=actor, account_id=account_id)
    shared = access.OWNERSHIP.objects.filter(bankaccount__in=access.account_ids(actor)).values("user")
    user = User.objects.filter(pk__in=shared, username__iexact=username.strip(), is_active=True).first()
    if user is None:
        raise errors.NotFound(
            "Nobody of that name shares an account with you: send them an invitation.", field="username"
        )
    admit(account, user, by=actor, now=now, field="username")
    return account


def admit(account: BankAccount, user: User, *, by: User, now: datetime, field: str | None = None) -> None:
    """Make the user an owner of the locked account, if they are none. Raises InvalidValue, which names `field`.

    `by` is the owner who let them in.
    """
    before = _names(account)
    if user.username in before:
        return
    if len(before) >= MOST:
        raise errors.InvalidValue(f"An account has at most {MOST} owners.", field=field)
    account.owners.add(user)
    watch.note("owner_added", user=by.pk, thing=account.pk, whom=user.pk)
    _note(account, before=before, now=now)


@transaction.atomic
def remove(*, actor: User, account_id: UUID, username: str, now: datetime) -> None:
    """Let somebody not own the account any more, the actor too; the last owner stays. Raises NotFound, Forbidden.

    Links to accounts that share no owner with it any more are cut, and it is nobody's default who does not see it.
    Nothing more is sent to webhooks whose URL is theirs.
    """
    found = access.one(access.accounts(actor), account_id)
    linked = Transaction.objects.filter(bank_account=found).exclude(linked_transaction=None)
    others = linked.values_list("linked_transaction__bank_account", flat=True).distinct()
    locked = posting.lock_all([found.pk, *others], actor=actor)
    access.one(access.accounts(actor), account_id)
    account = locked[account_id]
    user = account.owners.filter(username__iexact=username.strip()).first()
    if user is None:
        raise errors.NotFound("There is no such owner.", field="username")
    before = _names(account)
    if len(before) == 1:
        raise errors.Forbidden("The last owner of an account cannot leave it.", field="username")
    account.owners.remove(user)
    User.objects.filter(pk=user.pk, default_bank_account=account).update(default_bank_account=None)
    _cut_links(account, locked=locked, now=now)
    webhooks.stop_those_of(account, user, now=now)
    watch.note("owner_removed", user=actor.pk, thing=account.pk, whom=user.pk)
    _note(account, before=before, now=now)
    funding.reschedule(account, now=now)


def _cut_links(account: BankAccount, *, locked: links.Locked, now: datetime) -> None:
    left = BankAccount.owners.through.objects.filter(bankaccount=account).values("user")
    shared = BankAccount.owners.through.objects.filter(user__in=left).values("bankaccount")
    linked = Transaction.objects.filter(bank_account=account).exclude(linked_transaction=None)
    for row in linked.exclude(linked_transaction__bank_account__in=shared).select_related("linked_transaction"):
        assert row.linked_transaction is not None
        if row.linked_transaction.bank_account_id not in locked:
            raise errors.Conflict("A transaction was just linked to another account's.")
        links.cut([row, row.linked_transaction], accounts=locked, now=now)


def _names(account: BankAccount) -> list[str]:
    return sorted(account.owners.values_list("username", flat=True))


def _note(account: BankAccount, *, before: list[str], now: datetime) -> None:
    posting.journal.differs(account, account, "owners", old=before, new=_names(account))
    posting.journal.write(account, at=now)
    account.version += 1
    account.stamp(now)
    account.save(update_fields=["version", "modified_at"])
