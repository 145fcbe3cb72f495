"""A ledger in plain Python: what one account must hold after what was done to it; no posting, no SQL sums."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from backend.ledger.models import BankAccount, Transaction, Transfer

ZERO = Decimal(0)


@dataclass
class Posting:
    amount: Decimal
    pending: bool
    parts: dict[UUID, Decimal]


@dataclass
class Account:
    """One account: its transactions with their parts, and the moves between its budgets."""

    opening: Decimal
    unallocated: UUID
    live: list[UUID] = field(default_factory=list)
    out_of_use: list[UUID] = field(default_factory=list)
    postings: dict[UUID, Posting] = field(default_factory=dict)
    moves: list[tuple[UUID, UUID, Decimal]] = field(default_factory=list)

    @property
    def available(self) -> Decimal:
        return self.opening + sum((each.amount for each in self.postings.values()), ZERO)

    @property
    def posted(self) -> Decimal:
        return self.opening + sum((each.amount for each in self.postings.values() if not each.pending), ZERO)

    def balances(self) -> dict[UUID, Decimal]:
        found = dict.fromkeys((self.unallocated, *self.live, *self.out_of_use), ZERO)
        found[self.unallocated] = self.opening
        for each in self.postings.values():
            for budget, amount in each.parts.items():
                found[budget] += amount
        for source, target, amount in self.moves:
            found[source] -= amount
            found[target] += amount
        return found

    def post(self, key: UUID, amount: Decimal, *, pending: bool, on: UUID | None = None) -> None:
        self.postings[key] = Posting(amount=amount, pending=pending, parts={on or self.unallocated: amount})

    def split(self, key: UUID, shares: Mapping[UUID, Decimal]) -> None:
        posting = self.postings[key]
        sign = 1 if posting.amount > 0 else -1
        posting.parts = {budget: sign * share for budget, share in shares.items() if budget != self.unallocated}
        rest = posting.amount - sum(posting.parts.values(), ZERO)
        if rest:
            posting.parts[self.unallocated] = rest
        self.sweep()

    def settle(self, key: UUID, amount: Decimal) -> None:
        posting = self.postings[key]
        others = {budget: part for budget, part in posting.parts.items() if budget != self.unallocated}
        rest = amount - sum(others.values(), ZERO)
        turned = (amount > 0) != (posting.amount > 0)
        if amount == posting.amount:
            pass
        elif len(posting.parts) == 1:
            posting.parts = dict.fromkeys(posting.parts, amount)
        elif turned or self.unallocated not in posting.parts or rest * amount < 0:
            posting.parts = {self.unallocated: amount}
        else:
            posting.parts = others | ({self.unallocated: rest} if rest else {})
        posting.amount, posting.pending = amount, False
        self.sweep()

    def remove(self, key: UUID) -> None:
        del self.postings[key]
        self.sweep()

    def retire(self, budget: UUID) -> None:
        self.live.remove(budget)
        self.out_of_use.append(budget)
        self.sweep()

    def learn(self, row: BankAccount, *, movements: bool) -> None:
        """Take over what this model does not decide itself: transfers, and with `movements` transactions too."""
        moved = Transfer.objects.filter(bank_account=row).order_by("seq")
        self.moves = list(moved.values_list("source", "target", "amount"))
        if movements:
            found = Transaction.objects.filter(bank_account=row).order_by("seq").prefetch_related("allocations")
            self.postings = {
                each.pk: Posting(
                    amount=each.amount,
                    pending=each.pending,
                    parts={entry.budget_id: entry.amount for entry in each.allocations.all()},
                )
                for each in found
            }

    def follow(self, row: BankAccount, purchases: Iterable[UUID]) -> None:
        """Refunds of purchases that were laid anew lie as they did, or back where their purchase now takes from."""
        moved = False
        for refund in Transaction.objects.filter(refund_of__in=list(purchases)):
            assert refund.refund_of_id is not None
            posting, lies = self.postings[refund.pk], dict(refund.allocations.values_list("budget", "amount"))
            if lies != posting.parts:
                assert refund.refund_undo
                assert refund.refund_undo["follows"]
                moved, posting.parts = True, lies
                self.within_what_was_taken(refund.pk, refund.refund_of_id)
        if moved:
            self.learn(row, movements=False)

    def within_what_was_taken(self, refund: UUID, purchase: UUID) -> None:
        """What of this refund lies on a budget is no more than the purchase took from there."""
        taken = Counter[UUID]()
        for budget, part in self.postings[purchase].parts.items():
            taken[budget if budget in self.live else self.unallocated] -= part  # type: ignore[assignment]
        assert sum(self.postings[refund].parts.values()) == self.postings[refund].amount
        for budget, part in self.postings[refund].parts.items():
            assert part <= Decimal(taken[budget])

    def sweep(self) -> None:
        """What lies on budgets out of use goes to Unallocated."""
        balances = self.balances()
        for budget in self.out_of_use:
            if balances[budget]:
                self.moves.append((budget, self.unallocated, balances[budget]))
