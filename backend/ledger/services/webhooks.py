"""What owners do with the webhooks of an account."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from backend.ledger import access, doorbell, errors, posting, watch
from backend.ledger.models import BankAccount, User, Webhook, WebhookDelivery
from backend.ledger.rules import webhooks as rules

from . import locks

MOST = 10
"""Webhooks of an account."""

OFF = "The webhook was switched off."
LEFT = "Whoever set its URL does not own the account any more."
Status = WebhookDelivery.Status


class Changes(TypedDict, total=False):
    """What a caller may change."""

    url: str
    kinds: Iterable[str]
    active: bool


@transaction.atomic
def create(*, actor: User, account_id: UUID, url: str, kinds: Iterable[str], now: datetime) -> Webhook:
    """Have `url` told of events of those kinds, from now on. The row's secret is for whoever made it to see, once.

    Raises NotFound, InvalidValue (a URL that is not allowed, a kind that is none, too many webhooks).
    """
    account = locks.account(actor=actor, account_id=account_id)
    _check_url(url)
    wanted = _kinds(kinds)
    if Webhook.objects.filter(bank_account=account).count() >= MOST:
        raise errors.InvalidValue(f"An account has at most {MOST} webhooks.")
    webhook = Webhook.objects.create(
        bank_account=account,
        owner=actor,
        url=url,
        secret=_new_secret(),
        kinds=wanted,
        created_at=now,
        modified_at=now,
    )
    _copy_kinds(account)
    watch.note("webhook_created", user=actor.pk, thing=webhook.pk)
    return webhook


@transaction.atomic
def update(*, actor: User, webhook_id: UUID, changes: Changes, now: datetime) -> Webhook:
    """Change where a webhook leads, what it is told of, or switch it off and on; where all is as it was, nothing.

    While it is off it is told nothing, nor later of what happened meanwhile; what waits is given up. It belongs to
    whoever said where it leads: one whose owner has left the account needs a new URL to be switched on.
    Raises NotFound, InvalidValue.
    """
    account, webhook = _locked(actor=actor, webhook_id=webhook_id)
    before = (webhook.url, webhook.kinds, webhook.active, webhook.owner_id)
    if "url" in changes and changes["url"] != webhook.url:
        _check_url(changes["url"])
        webhook.url, webhook.owner = changes["url"], actor
    if "kinds" in changes:
        webhook.kinds = _kinds(changes["kinds"])
    webhook.active = changes.get("active", webhook.active)
    if webhook.active and not account.owners.filter(pk=webhook.owner_id).exists():
        raise errors.InvalidValue(f"{LEFT} Give it a new one.", field="url")
    if (webhook.url, webhook.kinds, webhook.active, webhook.owner_id) == before:
        return webhook
    if webhook.active:
        webhook.disabled_reason = ""
        webhook.failing_since = None
    else:
        _give_up([webhook.pk], now=now)
    webhook.stamp(now)
    webhook.save()
    _copy_kinds(account)
    watch.note("webhook_changed", user=actor.pk, thing=webhook.pk)
    return webhook


@transaction.atomic
def rotate(*, actor: User, webhook_id: UUID, now: datetime) -> Webhook:
    """Have messages signed with a new secret, for whoever asked to see, once; for a day also with those before it.

    The receiver is theirs who said where it leads: nobody else gets its secret. Raises NotFound, Forbidden.
    """
    _, webhook = _locked(actor=actor, webhook_id=webhook_id)
    if webhook.owner_id != actor.pk:
        raise errors.Forbidden("Only whoever gave the webhook its URL can have another secret for it.")
    webhook.old_secrets = " ".join(signing(webhook, now=now)[: rules.MOST_OLD_SECRETS])
    webhook.old_secrets_until = now + rules.GRACE
    webhook.secret = _new_secret()
    webhook.stamp(now)
    webhook.save()
    watch.note("webhook_secret_rotated", user=actor.pk, thing=webhook.pk)
    return webhook


def signing(webhook: Webhook, *, now: datetime) -> tuple[str, ...]:
    """The secrets that messages are signed with at `now`, the present one first."""
    until, old = webhook.old_secrets_until, webhook.old_secrets or ""
    return (webhook.secret, *(old.split() if until is not None and now < until else ()))


@transaction.atomic
def delete(*, actor: User, webhook_id: UUID, now: datetime) -> None:
    """Remove a webhook with its log. Raises NotFound."""
    account, webhook = _locked(actor=actor, webhook_id=webhook_id)
    webhook.delete()
    _copy_kinds(account)
    watch.note("webhook_deleted", user=actor.pk, thing=webhook_id)


@transaction.atomic
def ping(*, actor: User, webhook_id: UUID, now: datetime) -> WebhookDelivery:
    """Send a message that tells nothing, to try the webhook out; one that waits already is sent at once.

    Raises NotFound, WebhookOff.
    """
    account, webhook = _locked(actor=actor, webhook_id=webhook_id)
    _check_on(webhook)
    known = WebhookDelivery.objects.filter(webhook=webhook, kind=rules.PING, status=Status.WAITING).first()
    if known is not None:
        return _again(known, now=now)
    data = {"bank_account": str(account.pk), "webhook": str(webhook.pk)}
    row = posting.outbox.address(webhook, rules.PING, data, event_id=uuid4(), at=now)
    row.save(force_insert=True)
    doorbell.ring(doorbell.TELL, account.pk)
    return row


@transaction.atomic
def replay(*, actor: User, delivery_id: UUID, now: datetime) -> WebhookDelivery:
    """Send a message again, whatever became of it, as it was; if it fails it is tried again like a new one.

    Raises NotFound, WebhookOff.
    """
    found = access.one(access.webhook_deliveries(actor), delivery_id)
    posting.lock(found.bank_account_id, actor=actor)
    row = access.one(access.webhook_deliveries(actor).select_related("webhook"), delivery_id)
    _check_on(row.webhook)
    return _again(row, now=now)


def stop_those_of(account: BankAccount, user: User, *, now: datetime) -> None:
    """Somebody does not own the locked account any more: nothing more is sent to where they said."""
    found = Webhook.objects.filter(bank_account=account, owner=user)
    _give_up(found.values_list("pk", flat=True), now=now)
    found.update(active=False, disabled_reason=LEFT, modified_at=now)
    _copy_kinds(account)


@transaction.atomic
def switch_off(*, account_id: UUID, webhook_id: UUID, reason: str, now: datetime) -> None:
    """The service stops a webhook that is still there, for a reason that its owners read."""
    account = posting.lock_all([account_id], actor=None).get(account_id)
    if account is None:
        return
    if Webhook.objects.filter(pk=webhook_id, active=True).update(active=False, disabled_reason=reason, modified_at=now):
        _give_up([webhook_id], now=now)
        _copy_kinds(account)


def _locked(*, actor: User, webhook_id: UUID) -> tuple[BankAccount, Webhook]:
    found = access.one(access.webhooks(actor), webhook_id)
    account = posting.lock(found.bank_account_id, actor=actor)
    return account, access.one(access.webhooks(actor), webhook_id)


def _new_secret() -> str:
    return rules.secret(secrets.token_bytes(rules.KEY_BYTES))


def _check_url(url: str) -> None:
    rules.place(url, private=settings.WEBHOOKS_PRIVATE)


def _kinds(kinds: Iterable[str]) -> list[str]:
    """Each once, in the order in which they are documented."""
    wanted = set(kinds)
    unknown = wanted.difference(rules.KINDS)
    if unknown:
        raise errors.InvalidValue(f"There is no kind of event “{min(unknown)[:64]}”.", field="kinds")
    if not wanted:
        raise errors.InvalidValue("This list may not be empty.", field="kinds")
    return [kind for kind in rules.KINDS if kind in wanted]


def _check_on(webhook: Webhook) -> None:
    if not webhook.active:
        raise errors.WebhookOff("The webhook is switched off.")


def _again(row: WebhookDelivery, *, now: datetime) -> WebhookDelivery:
    row.status, row.tries, row.next_try_at, row.delivered_at = Status.WAITING, 0, now, None
    row.stamp(now)
    row.save(update_fields=["status", "tries", "next_try_at", "delivered_at", "modified_at"])
    doorbell.ring(doorbell.TELL, row.bank_account_id)
    return row


def _give_up(webhook_ids: Iterable[UUID], *, now: datetime) -> None:
    waiting = WebhookDelivery.objects.filter(webhook__in=list(webhook_ids), status=Status.WAITING)
    waiting.update(status=Status.FAILED, next_try_at=None, error=OFF, modified_at=now)


def _copy_kinds(account: BankAccount) -> None:
    """Keep on the locked account's row what its active webhooks are told of."""
    wanted = {
        kind
        for kinds in Webhook.objects.filter(bank_account=account, active=True).values_list("kinds", flat=True)
        for kind in kinds
    }
    account.webhook_kinds = " ".join(kind for kind in rules.KINDS if kind in wanted)
    BankAccount.objects.filter(pk=account.pk).update(webhook_kinds=account.webhook_kinds)
