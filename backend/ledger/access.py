"""What a user may see. No id that a client sent reaches the ORM except through here.

Owners of an account see it and everything below it; nobody else does, staff included. What is absent and
what is somebody else's are one answer: `NotFound`. Whoever comes with an API token that was given for some accounts
sees those of them that its user owns.
"""

from collections.abc import Callable, Collection, Hashable
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet

from backend.ledger import errors, prepared
from backend.ledger.models import (
    ApiToken,
    AutoSpendRun,
    Bank,
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
from backend.ledger.rules.grants import Grant

Row = TypeVar("Row", bound=Model)
Viewer = User | AnonymousUser
Made = Callable[[User, prepared.Opening], QuerySet[Any, Any]]

OWNERSHIP = BankAccount.owners.through
REACH = ApiToken.accounts.through


def account_ids(user: Viewer) -> QuerySet[Any, Any]:
    """The keys of the user's accounts, as a subquery: the one statement of who sees what."""
    owned = OWNERSHIP.objects.filter(user=user.pk)
    grant = _grant(user)
    if grant is not None and grant.limited:
        owned = owned.filter(bankaccount__in=REACH.objects.filter(apitoken=grant.token_id).values("bankaccount_id"))
    return owned.values("bankaccount_id")


def _grant(user: Viewer) -> Grant | None:
    return user.grant if isinstance(user, User) else None


def accounts(user: Viewer) -> QuerySet[BankAccount]:
    return BankAccount.objects.filter(pk__in=account_ids(user))


def budgets(user: Viewer) -> QuerySet[Budget]:
    """The user's budgets, archived ones included, deleted ones not."""
    return Budget.objects.filter(bank_account__in=account_ids(user), deleted_at=None)


def transactions(user: Viewer) -> QuerySet[Transaction]:
    return Transaction.objects.filter(bank_account__in=account_ids(user))


def allocations(user: Viewer) -> QuerySet[Entry]:
    """The user's entries that belong to a transaction."""
    return Entry.objects.filter(bank_account__in=account_ids(user), transaction__isnull=False)


def legs(user: Viewer) -> QuerySet[Entry]:
    """The user's entries that belong to a transfer."""
    return Entry.objects.filter(bank_account__in=account_ids(user), transaction=None)


def without_hidden_links(user: Viewer, rows: list[Transaction]) -> list[Transaction]:
    """Transactions as the user sees them who may own one side only of a movement: without the other's id.

    One query, or none where nothing is linked.
    """
    ends = {row.linked_transaction_id for row in rows if row.linked_transaction_id is not None}
    seen = set(transactions(user).filter(pk__in=ends).values_list("pk", flat=True)) if ends else set()
    for row in rows:
        if row.linked_transaction_id not in seen:
            row.linked_transaction_id = None
    return rows


def transfers(user: Viewer) -> QuerySet[Transfer]:
    return Transfer.objects.filter(bank_account__in=account_ids(user))


def funding_events(user: Viewer) -> QuerySet[FundingEvent]:
    return FundingEvent.objects.filter(bank_account__in=account_ids(user))


def statement_imports(user: Viewer) -> QuerySet[StatementImport]:
    return StatementImport.objects.filter(bank_account__in=account_ids(user))


def changes(user: Viewer) -> QuerySet[Change]:
    """The history of the user's accounts."""
    return Change.objects.filter(bank_account__in=account_ids(user))


def webhooks(user: Viewer) -> QuerySet[Webhook]:
    """None for an API token: an address that is told of things may be a secret itself."""
    found = Webhook.objects.filter(bank_account__in=account_ids(user))
    return found if _grant(user) is None else found.none()


def webhook_deliveries(user: Viewer) -> QuerySet[WebhookDelivery]:
    """The same of what was told."""
    found = WebhookDelivery.objects.filter(bank_account__in=account_ids(user))
    return found if _grant(user) is None else found.none()


def invitations(user: Viewer) -> QuerySet[Invitation]:
    """The invitations to the user's accounts."""
    return Invitation.objects.filter(bank_account__in=account_ids(user))


def check_signed_in(user: User) -> None:
    """Raise InsufficientScope for whoever comes with an API token: none of them is for this."""
    if user.grant is not None:
        raise errors.InsufficientScope("API tokens are not for this: sign in.")


def auto_spend_runs(user: Viewer) -> QuerySet[AutoSpendRun]:
    return AutoSpendRun.objects.filter(bank_account__in=account_ids(user))


def below(user: Viewer, model: type[Row]) -> QuerySet[Row]:
    """Every row of a table below the user's accounts, deleted budgets included: what an export holds."""
    return model._default_manager.filter(bank_account__in=account_ids(user))


def banks() -> QuerySet[Bank]:
    """Every bank: shared reference data that anybody signed in may read."""
    return Bank.objects.all()


def one(rows: QuerySet[Row], key: UUID | str, *, field: str | None = None) -> Row:
    """The row of that key among `rows`, or NotFound naming the field that held the key."""
    name = rows.model._meta.verbose_name
    row = rows.filter(pk=key).first()
    if row is None:
        raise errors.NotFound(f"There is no such {name}.", field=field)
    return row


def known(user: User, make: Made, *values: Any, name: Hashable = None) -> list[Any]:
    """`prepared.find` of what that user may see, by a statement that serves all who may see alike.

    `make` is given whom it says so of: somebody whose key is a hole.
    """

    def of_anybody(hole: prepared.Opening) -> QuerySet[Any, Any]:
        anybody = User(pk=hole(User))
        anybody.grant = user.grant
        return make(anybody, hole)

    return prepared.find(of_anybody, user.pk, *values, name=(make if name is None else name, user.grant))


def several(user: User, rows: Callable[[Any], QuerySet[Row]], keys: Collection[Any]) -> dict[UUID, Row]:
    """Those with these keys among the rows that a function of a module gives for the user; one query that is kept."""

    def make(user: User, hole: prepared.Opening) -> QuerySet[Row]:
        found = rows(user)
        return found.filter(pk__in=[hole(found.model) for _ in keys])

    return {row.pk: row for row in known(user, make, *keys, name=(rows, len(keys)))}


def pick(user: User, rows: Callable[[Any], QuerySet[Row]], key: UUID | str, *, field: str | None = None) -> Row:
    """`one` of the rows that a function of a module gives for the user; one query that is kept."""
    found = list(several(user, rows, [key]).values())
    return found[0] if found else one(rows(user).none(), key, field=field)
