"""How an owner says that a transaction lies on budgets."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from backend.ledger import access, categories, errors, posting
from backend.ledger.models import BankAccount, Budget, Entry, Transaction, User
from backend.ledger.rules import amounts
from backend.ledger.rules import splits as rules

from . import fillups

ZERO = Decimal(0)
MOST_SHARES = 200
LONGEST_MEMO = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A positive share of a transaction; a category or a memo of None leaves what is there."""

    amount: Decimal
    category: str | None = None
    memo: str | None = None


Shares = Mapping[UUID, Decimal | Share]


def parts(account: BankAccount, row: Transaction, shares: Shares, *, actor: User) -> list[posting.Part]:
    """The parts of the transaction, the rest on Unallocated.

    Raises NotFound, OtherAccount, Archived, InvalidSplit, InvalidAmount, InvalidValue, all of the field `splits`.
    """
    said = {key: share if isinstance(share, Share) else Share(amount=share) for key, share in shares.items()}
    plain = {key: share.amount for key, share in said.items()}
    _check(account, row, plain, actor=actor)
    for share in said.values():
        check_words(category=share.category, memo=share.memo, field="splits")
    divided = rules.divide(amount=row.amount, shares=plain, unallocated=fillups.unallocated(account))
    nothing = Share(amount=ZERO)
    return [
        posting.Part(
            budget_id=key,
            amount=amount,
            category=said.get(key, nothing).category,
            memo=said.get(key, nothing).memo,
        )
        for key, amount in divided.items()
    ]


def check_words(*, category: str | None, memo: str | None, field: str | None = None) -> None:
    """Refuse a category that there is not, and a memo that is too long; InvalidValue of `field` or its own name."""
    if category is not None and category not in categories.ALL:
        raise errors.InvalidValue(f"“{category[:100]}” is not a category.", field=field or "category")
    if memo is not None and (len(memo) > LONGEST_MEMO or "\0" in memo):
        raise errors.InvalidValue(f"A memo has no more than {LONGEST_MEMO} characters.", field=field or "memo")


def _check(account: BankAccount, row: Transaction, shares: Mapping[UUID, Decimal], *, actor: User) -> None:
    """Refuse budgets that cannot take a share. A share that an archived budget already has may stay."""
    if len(shares) > MOST_SHARES:
        raise errors.InvalidSplit(f"Ensure that there are no more than {MOST_SHARES} budgets.", field="splits")
    known: dict[UUID, Budget] = access.several(actor, access.budgets, shares)
    unknown = [str(budget_id) for budget_id in shares if budget_id not in known]
    if unknown:
        raise errors.NotFound(f"Unknown budget IDs: {', '.join(unknown)}", field="splits")
    for budget in known.values():
        if budget.bank_account_id != account.pk:
            raise errors.OtherAccount(
                f"Budgets do not belong to the same bank account as the transaction: {budget.pk}", field="splits"
            )
    archived = [budget for budget in known.values() if budget.archived]
    present = Entry.objects.filter(transaction=row, budget__in=archived)
    lies = dict(present.values_list("budget_id", "amount")) if archived else {}
    for budget in archived:
        if abs(lies.get(budget.pk, ZERO)) != shares[budget.pk]:
            raise errors.Archived(f"The budget is archived: {budget.pk}", field="splits")
    for amount in shares.values():
        amounts.exact(amount, currency=str(account.currency), field="splits")
