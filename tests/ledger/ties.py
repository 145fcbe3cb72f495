"""Random ties between transactions, refunds and their purchases, and rules that are applied to the past."""

from decimal import ROUND_DOWN, Decimal
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from backend.ledger.models import AutoSpendRun, BankAccount, Entry, Transaction
from backend.ledger.selectors import auto_spend as selectors
from backend.ledger.services import auto_spend, refunds, transactions
from tests import build
from tests.ledger.household import Account
from tests.ledger.machine import Movements, picks, sizes


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
                model.within_what_was_taken(key, purchase)

    @rule(pick=picks, units=sizes, percent=st.integers(1, 120), budgets=st.lists(picks, max_size=3))
    def buy_and_return(self, pick: int, units: int, percent: int, budgets: list[int]) -> None:
        """A purchase over some budgets, and a refund of it; more than was paid is refused."""
        row, model = self.account(pick)
        size = self.money(units, str(row.currency))
        back = (size * percent / 100).quantize(size)
        if not back:
            return
        purchase, refund = self.bought(row, -size), self.bought(row, back)
        places = [model.live[each % len(model.live)] for each in budgets if model.live]
        shares = {place: (size / (len(places) + 1)).quantize(size, rounding=ROUND_DOWN) for place in places}
        if purchase and refund and all(shares.values()):
            split = self.attempt(
                lambda: transactions.split(actor=self.owner, transaction_id=purchase, shares=shares, now=self.now)
            )
            tied = split and self.attempt(
                lambda: refunds.tie(actor=self.owner, transaction_id=refund, purchase_id=purchase, now=self.now)
            )
            model.learn(row, movements=True)
            assert bool(tied) == (bool(split) and back <= size)
            if tied:
                model.within_what_was_taken(refund, purchase)
        model.learn(row, movements=True)

    def bought(self, row: BankAccount, amount: Decimal) -> UUID | None:
        made = self.attempt(
            lambda: transactions.create(
                actor=self.owner,
                account_id=row.pk,
                amount=amount,
                posted_date=build.NOW,
                raw_description="RETURNS",
                now=self.now,
            )
        )
        return made.pk if made else None

    @rule(pick=picks)
    def untie_refund(self, pick: int) -> None:
        tied = Transaction.objects.exclude(refund_of=None).order_by("pk")
        keys = list(tied.values_list("pk", "bank_account"))
        if not keys:
            return
        key, account_id = keys[pick % len(keys)]
        self.attempt(lambda: refunds.untie(actor=self.coowner, transaction_id=key, now=self.now))
        model = self.models[account_id]
        model.learn(BankAccount.objects.get(pk=account_id), movements=True)
        lies = set(Entry.objects.filter(transaction=key).values_list("budget", flat=True))
        assert sum(model.postings[key].parts.values()) == model.postings[key].amount
        assert lies == set(model.postings[key].parts)

    @rule(pick=picks)
    def apply_rules(self, pick: int) -> None:
        """Debits that lie on Unallocated whole go whole to a live budget, and nothing else changes."""
        row, model = self.account(pick)
        shown = selectors.preview(self.owner, row.pk, selectors.Asked())
        run = self.attempt(
            lambda: auto_spend.apply(
                actor=self.owner,
                account_id=row.pk,
                asked=selectors.Asked(),
                fingerprint=shown.fingerprint,
                now=self.now,
            )
        )
        assert bool(run) == bool(shown.rows)
        for each in shown.rows:
            posting = model.postings[each.transaction_id]
            assert posting.parts == {model.unallocated: posting.amount}
            assert each.budget_id in model.live
            posting.parts = {each.budget_id: posting.amount}
        model.follow(row, [each.transaction_id for each in shown.rows])

    @rule(pick=picks, partly=st.booleans())
    def undo_rules(self, pick: int, partly: bool) -> None:
        runs = list(AutoSpendRun.objects.order_by("pk"))
        if not runs:
            return
        run = runs[pick % len(runs)]
        model = self.models[run.bank_account_id]
        if self.attempt(lambda: auto_spend.undo(actor=self.coowner, run_id=run.pk, partly=partly, now=self.now)):
            run.refresh_from_db()
            for each in selectors.done(run):
                if each.undone:
                    posting = model.postings[each.transaction_id]
                    assert posting.parts == {each.budget_id: each.amount}
                    posting.parts = {model.unallocated: posting.amount}
            model.sweep()
            model.follow(run.bank_account, [each.transaction_id for each in selectors.done(run) if each.undone])
