"""A household with one of everything, and for each documented operation a request that succeeds in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max
from rest_framework.test import APIClient

from backend.ledger.models import BankAccount, Budget, Entry, Transaction, Transfer, User
from tests import build
from tests.conftest import PASSWORD
from tests.contract.document import Operation
from tests.ledger import states

MONTHLY = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1"
SIGNS_PEOPLE_IN = {"ApiToken", "Session", "SpentToken", "FailedSignIn", "User"}


@dataclass(frozen=True)
class House:
    owner: User
    account: BankAccount
    unallocated: Budget
    groceries: Budget
    rent: Budget
    transaction: Transaction
    allocation: Entry
    transfer: Transfer


def house(owner: User) -> House:
    account = build.account(owner=owner, balance="1000.00", account_number="12345678")
    rent = build.budget(account, name="Rent", target_balance="500.00", balance="100.00")
    groceries = build.budget(
        account,
        target_balance="300.00",
        funding_type="F",
        funding_amount="50.00",
        funding_schedule=MONTHLY,
        auto_spend=[{"party": "market"}],
        memo="food",
    )
    transaction = build.transaction(account, amount="-40.00", raw_description="DOWNTOWN MARKET 06/14", memo="weekly")
    return House(
        owner=owner,
        account=account,
        unallocated=build.unallocated(account),
        groceries=groceries,
        rent=rent,
        transaction=transaction,
        allocation=Entry.objects.get(transaction=transaction),
        transfer=build.transfer(account, source=rent, target=groceries, amount="20.00"),
    )


def client(user: User | None) -> APIClient:
    """A client that acts for the user, and that raises what the service did not expect."""
    found = APIClient()
    found.force_authenticate(user)
    return found


def url(operation: Operation, of: House) -> str:
    """The operation's path, with ids of the household."""
    nouns = {
        "allocations": of.allocation,
        "bank-accounts": of.account,
        "banks": of.account.bank,
        "budgets": of.groceries,
        "internal-transactions": of.transfer,
        "transactions": of.transaction,
    }
    noun = operation.path.split("/")[3]
    if operation.id == "budgets_destroy":
        nouns["budgets"] = of.rent  # no transaction ever touched it
    key = nouns[noun].pk if noun in nouns else ""
    return operation.path.format(id=key, username=of.owner.username)


def account_body(of: House) -> dict[str, Any]:
    return {"name": "Savings", "bank": str(of.account.bank_id), "account_type": "C"}


def budget_body(of: House) -> dict[str, Any]:
    return {"name": "Holiday", "bank_account": str(of.account.pk), "target_balance": "800.00"}


def transaction_body(of: House) -> dict[str, Any]:
    return {
        "bank_account": str(of.account.pk),
        "amount": "-12.34",
        "posted_date": "2026-06-14T10:00:00Z",
        "transaction_type": "ach",
        "raw_description": "SOME SHOP",
    }


def transfer_body(of: House) -> dict[str, Any]:
    return {
        "bank_account": str(of.account.pk),
        "amount": "5.00",
        "src_budget": str(of.groceries.pk),
        "dst_budget": str(of.rent.pk),
    }


def same_transaction(of: House) -> dict[str, Any]:
    row = of.transaction
    return {
        "bank_account": str(of.account.pk),
        "amount": "-40.00",
        "posted_date": row.posted_date.isoformat(),
        "raw_description": row.raw_description,
        "transaction_type": "check",
    }


BODIES: dict[str, Callable[[House], dict[str, Any]]] = {
    "api_token_create": lambda of: {"username": of.owner.username, "password": PASSWORD},
    "api_token_refresh_create": lambda of: {},
    "bank_accounts_create": account_body,
    "bank_accounts_update": account_body,
    "bank_accounts_partial_update": lambda of: {"name": "Renamed"},
    "bank_accounts_mark_imported_create": lambda of: {"last_posted_through": "2026-06-15"},
    "budgets_create": budget_body,
    "budgets_update": budget_body,
    "budgets_partial_update": lambda of: {"name": "Renamed"},
    "budgets_archive_create": lambda of: {},
    "internal_transactions_create": transfer_body,
    "transactions_create": transaction_body,
    "transactions_update": same_transaction,
    "transactions_partial_update": lambda of: {"description": "Changed"},
    "transactions_splits_create": lambda of: {"splits": {str(of.rent.pk): "15.00"}},
    "users_update": lambda of: {"name": "Changed", "timezone": "Europe/Berlin"},
    "users_partial_update": lambda of: {"name": "Changed"},
    "users_me_partial_update": lambda of: {"name": "Changed", "default_bank_account": str(of.account.pk)},
}


def send(api: APIClient, operation: Operation, of: House, body: Any = None) -> Any:
    """The answer to the operation's request, with another body if one is given."""
    if body is None and operation.id in BODIES:
        body = BODIES[operation.id](of)
    return getattr(api, operation.method.lower())(url(operation, of), body)


def marks() -> list[Any]:
    """How many rows each table of the ledger has and when the last one was written: enough to see that one was."""
    models: tuple[Any, ...] = (BankAccount, Budget, Entry, Transaction, Transfer)
    found = [model.objects.aggregate(Count("pk"), Max("modified_at")) for model in models]
    return [*found, *User.objects.order_by("pk").values_list("username", "name", "timezone", "default_bank_account")]


def ledger() -> dict[str, list[Any]]:
    """Every row of the ledger, to see whether anything changed. Sign-ins are not of it."""
    found: dict[str, list[Any]] = {**states.rows(without=SIGNS_PEOPLE_IN)}
    found["User"] = list(User.objects.order_by("pk").values("username", "name", "timezone", "default_bank_account"))
    return found
