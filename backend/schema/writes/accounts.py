"""Writes to bank accounts, who owns them, and what was imported."""

from datetime import date
from typing import Annotated, cast

import strawberry
from strawberry.types import Info

from backend.ledger import access
from backend.ledger.services import accounts, owners
from backend.schema import context, ids
from backend.schema.accounts import BankAccount
from backend.schema.banks import Bank
from backend.schema.enums import AccountType
from backend.schema.errors import Problem
from backend.schema.money import Amount
from backend.schema.mutations import mutation

from .given import Expected, optional, said
from .results import Deleted


@strawberry.input(description="An account to open; its Unallocated budget comes with it.")
class CreateBankAccountInput:
    name: str = strawberry.field(description="What you call it; at most 200 characters.")
    bank: strawberry.ID = strawberry.field(description="The bank where it is.")
    account_type: AccountType = strawberry.field(default=AccountType.CHECKING, description="Its kind.")
    account_number: str | None = optional("The number the bank gave it; at most 32 characters.")
    currency: str | None = optional("ISO 4217 code; the bank's default if left out. It never changes.")
    posted_balance: Amount | None = optional("What the bank has booked now; the other balance if left out.")
    available_balance: Amount | None = optional("The same with pending rows; the other balance if left out.")


@strawberry.input(description="What is to be changed of an account; what is left out stays.")
class UpdateBankAccountInput:
    name: str | None = optional("What you call it; at most 200 characters.")
    account_number: str | None = optional("The number the bank gave it; null for none.")
    link_aliases: list[str] | None = optional(
        "Other names by which banks' texts mean this account, so that both sides of a movement find each other; "
        "at most 20 of at most 200 characters."
    )


BankAccountResult = Annotated[
    BankAccount | Problem,
    strawberry.union("BankAccountResult", description="The account as it is now, or why nothing was changed."),
]
DeleteBankAccountResult = Annotated[
    Deleted | Problem,
    strawberry.union("DeleteBankAccountResult", description="What was deleted, or why nothing was."),
]
RemoveOwnerResult = Annotated[
    BankAccount | Deleted | Problem,
    strawberry.union(
        "RemoveOwnerResult",
        description="The account; for whoever removed themselves that it is gone for them; or why nothing was changed.",
    ),
]
Which = Annotated[strawberry.ID, strawberry.argument(name="id", description="The account.")]


@strawberry.type
class AccountMutations:
    @mutation("Open an account, owned by whoever asks, with its Unallocated budget, which holds the balance.")
    def create_bank_account(
        self,
        info: Info,
        given: Annotated[CreateBankAccountInput, strawberry.argument(name="input", description="The account.")],
    ) -> BankAccountResult:
        request = context.of(info)
        fields = said(
            given, keys={"bank": Bank}, nullable=("account_number", "currency", "posted_balance", "available_balance")
        )
        fields["bank_id"] = fields.pop("bank")
        return accounts.create(actor=request.user, now=request.now, **fields)  # type: ignore[return-value]  # a row stands for its type

    @mutation("Change what an account is called, its number, or its aliases.")
    def update_bank_account(
        self,
        info: Info,
        account: Which,
        given: Annotated[UpdateBankAccountInput, strawberry.argument(name="input", description="What to change.")],
        expected_version: Expected = None,
    ) -> BankAccountResult:
        request = context.of(info)
        changes = said(given, nullable=("account_number",))
        return accounts.update(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            account_id=ids.key(account, BankAccount, field="id"),
            changes=cast(accounts.Changes, changes),
            now=request.now,
            expected_version=expected_version,
        )

    @mutation("Delete an account with everything below it: budgets, transactions, transfers, history.")
    def delete_bank_account(self, info: Info, account: Which) -> DeleteBankAccountResult:
        request = context.of(info)
        key = ids.key(account, BankAccount, field="id")
        accounts.delete(actor=request.user, account_id=key, now=request.now)
        return Deleted.of(BankAccount, key)

    @mutation("Note that the bank's rows are in up to that day, and fund what waited for them. It never goes back.")
    def mark_imported(
        self,
        info: Info,
        account: Which,
        last_posted_through: Annotated[
            date, strawberry.argument(description="The last day whose rows are in; not after tomorrow.")
        ],
    ) -> BankAccountResult:
        request = context.of(info)
        return accounts.mark_imported(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            account_id=ids.key(account, BankAccount, field="id"),
            last_posted_through=last_posted_through,
            now=request.now,
        )

    @mutation(
        "Make somebody an owner too who owns another account with the user; they see and may do everything in the "
        "account. Others are invited: `inviteOwner`."
    )
    def add_owner(
        self, info: Info, account: Which, username: Annotated[str, strawberry.argument(description="Their user name.")]
    ) -> BankAccountResult:
        request = context.of(info)
        return owners.add(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            account_id=ids.key(account, BankAccount, field="id"),
            username=username,
            now=request.now,
        )

    @mutation("Let somebody not own the account any more, oneself too. The last owner stays.")
    def remove_owner(
        self, info: Info, account: Which, username: Annotated[str, strawberry.argument(description="Their user name.")]
    ) -> RemoveOwnerResult:
        request = context.of(info)
        key = ids.key(account, BankAccount, field="id")
        owners.remove(actor=request.user, account_id=key, username=username, now=request.now)
        row = access.accounts(request.user).filter(pk=key).first()
        return Deleted.of(BankAccount, key) if row is None else row  # type: ignore[return-value]  # a row stands for its type
