"""Random ties between transactions: refunds and their purchases, links and what is no link."""

from collections import Counter
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from backend.ledger.models import BankAccount, Entry, Transaction
from backend.ledger.services import refunds
from tests.ledger.household import Account
from tests.ledger.machine import Movements, picks


class Ties(Movements):
    def other_transaction(self, model: Account, pick: int) -> UUID:
        keys = list(model.postings)
        return keys[pick % len(keys)]

    @rule(pick=picks, which=picks, share=st.one_of(st.none(), picks))
    def tie_refund(self, pick: int, which: int, share: int | None) -> None:
        """Any two transactions of an account; most are refused. By default no budget gets more than was taken."""
        if not (found := self.known_transaction(pick)):
            return
        row, model, key = found
        purchase = self.other_transaction(model, which)
        shares = None if share is None else {self.budget(model, share): abs(model.postings[key].amount)}
        was = Transaction.objects.get(pk=key).refund_of_id
        if self.attempt(
            lambda: refunds.tie(actor=self.owner, transaction_id=key, purchase_id=purchase, shares=shares, now=self.now)
        ):
            model.learn(row, movements=True)
            assert model.postings[key].amount > 0 > model.postings[purchase].amount
            assert set(model.postings[key].parts) <= {model.unallocated, *model.live} or was
            if share is None and was is None:
                self.within_what_was_taken(model, key, purchase)

    def within_what_was_taken(self, model: Account, key: UUID, purchase: UUID) -> None:
        """What of this refund lies on a budget is no more than the purchase took from there."""
        taken = Counter[UUID]()
        for budget, part in model.postings[purchase].parts.items():
            taken[budget if budget in model.live else model.unallocated] -= part  # type: ignore[assignment]
        for budget, part in model.postings[key].parts.items():
            assert part <= Decimal(taken[budget])

    @rule(pick=picks)
    def untie_refund(self, pick: int) -> None:
        tied = Transaction.objects.exclude(refund_of=None).order_by("pk")
        keys = list(tied.values_list("pk", "bank_account"))
        if not keys:
            return
        key, account_id = keys[pick % len(keys)]
        refunds.untie(actor=self.coowner, transaction_id=key, now=self.now)
        model = self.models[account_id]
        model.learn(BankAccount.objects.get(pk=account_id), movements=True)
        lies = set(Entry.objects.filter(transaction=key).values_list("budget", flat=True))
        assert sum(model.postings[key].parts.values()) == model.postings[key].amount
        assert lies == set(model.postings[key].parts)
