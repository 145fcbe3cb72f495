"""An account of two owners with a little of everything in it, and one request for each documented operation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .client import Client, Item, Reply
from .conftest import World
from .service import PASSWORD


@dataclass
class Household:
    world: World
    account: Item
    a: Item
    b: Item
    goal: Item
    transaction: Item
    allocation: Item
    transfer: Item
    spare: dict[str, str] = field(default_factory=dict)

    @property
    def unallocated(self) -> str:
        return str(self.account["unallocated_budget"])


def build(world: World) -> Household:
    owner = world.owner
    account = owner.open_account(world.bank, name="Household", available_balance="1000.00", posted_balance="1000.00")
    world.service.share(account["id"], "coowner")
    a, b = owner.budget(account["id"], "Groceries"), owner.budget(account["id"], "Rent")
    schedule = {"funding_schedule": "RRULE:FREQ=MONTHLY;BYMONTHDAY=1", "funding_type": "F", "funding_amount": "25.00"}
    goal = owner.budget(account["id"], "Holiday", target_balance="500.00", **schedule)
    transaction = owner.spend(account["id"], "-42.50", raw_description="CORNER SHOP 03/01")
    allocation = owner.split(transaction["id"], {a["id"]: "40.00"})[-1]
    transfer = owner.move(account["id"], account["unallocated_budget"], b["id"], "100.00", "2026-03-03T00:00:00Z")
    return Household(
        world, owner.get(f"/bank-accounts/{account['id']}/"), a, b, goal, transaction, allocation, transfer
    )


# What an object operation is tried on: a new object of the owner's, where the operation may change or remove it.


def new_account(home: Household) -> str:
    account = home.world.owner.open_account(home.world.bank, name="Short-lived")
    home.world.service.share(account["id"], "coowner")
    return str(account["id"])


def new_budget(home: Household) -> str:
    return str(home.world.owner.budget(home.account["id"], "Short-lived")["id"])


def new_transaction(home: Household) -> str:
    return str(home.world.owner.spend(home.account["id"], "-1.00")["id"])


Call = Callable[[Client, Household], Reply]


@dataclass(frozen=True)
class Try:
    """An operation as somebody asks for it."""

    call: Call
    shape: str = ""  # what the contract calls the answer; Paginated…List for lists
    status: int = 200
    kind: str = "object"  # object: 404 for strangers; list: an empty page; create: refused; open: for everybody


def at(method: str, path: str, data: Callable[[Household], Any] = lambda home: None) -> Call:
    def call(client: Client, home: Household) -> Reply:
        names = {"account": home.account, "budget": home.a, "transaction": home.transaction}
        names |= {"allocation": home.allocation, "transfer": home.transfer}
        ids = {name: item["id"] for name, item in names.items()}
        return client.send(method, path.format(**ids, bank=home.world.bank), data(home))

    return call


def delete(path: str, make: Callable[[Household], str]) -> Call:
    def call(client: Client, home: Household) -> Reply:
        if path not in home.spare:  # one that was not deleted is tried by the next
            home.spare[path] = make(home)
        reply = client.send("DELETE", path.format(home.spare[path]))
        if reply.status == 204:
            del home.spare[path]
        return reply

    return call


def archive(client: Client, home: Household) -> Reply:
    if "archive" not in home.spare:
        home.spare["archive"] = new_budget(home)
    reply = client.send("POST", f"/budgets/{home.spare['archive']}/archive/", {})
    if reply.status == 200:
        del home.spare["archive"]
    return reply


def sign_in(client: Client, home: Household) -> Reply:
    name = client.username or "owner"
    body = f"username={name}&password={PASSWORD.replace(' ', '+')}".encode()
    return client.raw("POST", "/api/token/", body, {"Content-Type": "application/x-www-form-urlencoded"})


def refresh(client: Client, home: Household) -> Reply:
    cookie = str(sign_in(client, home).headers["Set-Cookie"]).split(";")[0]
    return client.raw("POST", "/api/token/refresh/", b"", {"Cookie": cookie})


def own_name(home: Household) -> Any:
    return {"name": "Somebody"}


def budget_given(home: Household) -> Any:
    return {"name": "New", "bank_account": home.account["id"], "target_balance": "10.00"}


def transaction_given(home: Household) -> Any:
    given = {"bank_account": home.account["id"], "amount": "-3.00", "posted_date": "2026-03-04T00:00:00Z"}
    return given | {"transaction_type": "ach", "raw_description": "KIOSK"}


def transfer_given(home: Household) -> Any:
    sides = {"src_budget": home.unallocated, "dst_budget": home.b["id"]}
    return {"bank_account": home.account["id"], "amount": "1.00", **sides}


PUT_TRANSACTION_LEFT_OUT = ("image", "document")


def as_got(path: str, name: str) -> Call:
    """PUT what GET gave the owner, but for the addresses of files."""

    def call(client: Client, home: Household) -> Reply:
        where = path.format(getattr(home, name)["id"])
        got = home.world.owner.get(where)
        return client.send("PUT", where, {key: got[key] for key in got if key not in PUT_TRANSACTION_LEFT_OUT})

    return call


TRIES: dict[str, Try] = {
    "api_token_create": Try(sign_in, "TokenObtainPair", kind="open"),
    "api_token_refresh_create": Try(refresh, "TokenRefresh", kind="open"),
    "allocations_list": Try(at("GET", "/allocations/"), "PaginatedTransactionAllocationList", kind="list"),
    "allocations_retrieve": Try(at("GET", "/allocations/{allocation}/"), "TransactionAllocation"),
    "bank_accounts_list": Try(at("GET", "/bank-accounts/"), "PaginatedBankAccountList", kind="list"),
    "bank_accounts_create": Try(
        at("POST", "/bank-accounts/", lambda home: {"name": "Mine", "bank": home.world.bank}), "BankAccount", 201, "own"
    ),
    "bank_accounts_retrieve": Try(at("GET", "/bank-accounts/{account}/"), "BankAccount"),
    "bank_accounts_update": Try(as_got("/bank-accounts/{}/", "account"), "BankAccount"),
    "bank_accounts_partial_update": Try(
        at("PATCH", "/bank-accounts/{account}/", lambda home: {"name": "Ours"}), "BankAccount"
    ),
    "bank_accounts_destroy": Try(delete("/bank-accounts/{}/", new_account), status=204),
    "bank_accounts_funding_summary_retrieve": Try(at("GET", "/bank-accounts/{account}/funding-summary/"), "*summary"),
    "bank_accounts_mark_imported_create": Try(
        at("POST", "/bank-accounts/{account}/mark-imported/", lambda home: {"last_posted_through": "2026-01-31"}),
        "BankAccount",
    ),
    "banks_list": Try(at("GET", "/banks/"), "PaginatedBankList", kind="shared"),
    "banks_retrieve": Try(at("GET", "/banks/{bank}/"), "Bank", kind="shared"),
    "budgets_list": Try(at("GET", "/budgets/"), "PaginatedBudgetList", kind="list"),
    "budgets_create": Try(at("POST", "/budgets/", budget_given), "Budget", 201, "create"),
    "budgets_retrieve": Try(at("GET", "/budgets/{budget}/"), "Budget"),
    "budgets_update": Try(as_got("/budgets/{}/", "goal"), "Budget"),
    "budgets_partial_update": Try(at("PATCH", "/budgets/{budget}/", lambda home: {"memo": "Food"}), "Budget"),
    "budgets_destroy": Try(delete("/budgets/{}/", new_budget), status=204),
    "budgets_archive_create": Try(archive, "Budget"),
    "currencies_retrieve": Try(at("GET", "/currencies/"), "*currencies", kind="shared"),
    "internal_transactions_list": Try(
        at("GET", "/internal-transactions/"), "PaginatedInternalTransactionList", kind="list"
    ),
    "internal_transactions_create": Try(
        at("POST", "/internal-transactions/", transfer_given), "InternalTransaction", 201, "create"
    ),
    "internal_transactions_retrieve": Try(at("GET", "/internal-transactions/{transfer}/"), "InternalTransaction"),
    "transactions_list": Try(at("GET", "/transactions/"), "PaginatedTransactionList", kind="list"),
    "transactions_create": Try(at("POST", "/transactions/", transaction_given), "Transaction", 201, "create"),
    "transactions_retrieve": Try(at("GET", "/transactions/{transaction}/"), "Transaction"),
    "transactions_update": Try(as_got("/transactions/{}/", "transaction"), "Transaction"),
    "transactions_partial_update": Try(
        at("PATCH", "/transactions/{transaction}/", lambda home: {"memo": "Milk"}), "Transaction"
    ),
    "transactions_destroy": Try(delete("/transactions/{}/", new_transaction), status=204),
    "transactions_splits_create": Try(
        at("POST", "/transactions/{transaction}/splits/", lambda home: {"splits": {home.a["id"]: "40.00"}}),
        "PaginatedTransactionAllocationList",
    ),
    "users_list": Try(at("GET", "/users/"), "PaginatedUserList", kind="staff"),
    "users_retrieve": Try(at("GET", "/users/leaver/"), "User", kind="staff"),
    "users_update": Try(at("PUT", "/users/leaver/", own_name), "User", kind="staff"),
    "users_partial_update": Try(at("PATCH", "/users/leaver/", own_name), "User", kind="staff"),
    "users_me_retrieve": Try(at("GET", "/users/me/"), "User", kind="shared"),
    "users_me_partial_update": Try(at("PATCH", "/users/me/", own_name), "User", kind="shared"),
}
