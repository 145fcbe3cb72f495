"""Random operations against a ledger in plain Python: after each one every invariant holds and every balance is right.

MIBUDGE_TEST_EXAMPLES and MIBUDGE_TEST_STEPS make it run longer.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backend.ledger import errors, posting
from backend.ledger.models import BankAccount, Budget, Entry, Transaction, Transfer
from backend.ledger.services import accounts, budgets, drafts, transactions, transfers
from tests import build
from tests.ledger import states
from tests.ledger.household import Account

EXAMPLES = int(os.environ.get("MIBUDGE_TEST_EXAMPLES", "12"))
STEPS = int(os.environ.get("MIBUDGE_TEST_STEPS", "30"))
SHOP = "CORNER SHOP"

cents = st.integers(-50_000, 50_000).filter(bool)
sizes = st.integers(1, 50_000)
huge = st.sampled_from([99_999_999_999_999, -99_999_999_999_999])
minor_units = st.one_of(cents, cents, cents, cents, cents, cents, huge)
days = st.integers(-4, 2)
picks = st.integers(0, 1_000)


class Ledger(RuleBasedStateMachine):
    """Two accounts of one owner, in dollars and in dinars; `picks` choose among what there is."""

    @initialize(opening=st.integers(-10_000, 100_000))
    def open(self, opening: int) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = build.NOW
        self.owner, self.coowner = build.user("owner"), build.user("coowner")
        self.stranger = build.user("stranger")
        bank = build.bank()
        self.rows = [
            build.account(
                owner=self.owner,
                co_owners=[self.coowner],
                at_bank=bank,
                currency=code,
                balance=self.money(opening, code),
            )
            for code in ("USD", "KWD")
        ]
        self.models = {
            row.pk: Account(opening=row.available_balance, unallocated=build.unallocated(row).pk) for row in self.rows
        }
        for pick, kind in ((0, "G"), (0, "R"), (1, "C"), (1, "R")):
            self.open_budget(pick=pick, kind=kind, goal=1000, fillup=True, claims=kind == "G")

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @invariant()
    def nothing_is_broken(self) -> None:
        if not hasattr(self, "models"):
            return
        states.sound()
        for row in BankAccount.objects.all():
            model = self.models[row.pk]
            assert (row.available_balance, row.posted_balance) == (model.available, model.posted)
        balances = dict(Budget.objects.values_list("pk", "balance"))
        expected: dict[UUID, Decimal] = {}
        for model in self.models.values():
            expected |= model.balances()
        assert balances == expected
        parts = {
            (key, on): part
            for m in self.models.values()
            for key, p in m.postings.items()
            for on, part in p.parts.items()
        }
        held = Entry.objects.exclude(transaction=None).values_list("transaction", "budget", "amount")
        assert {(key, on): part for key, on, part in held} == parts

    # What there is to act on

    def money(self, units: int, code: str) -> Decimal:
        return Decimal(units).scaleb(-3 if code == "KWD" else -2)

    def account(self, pick: int) -> tuple[BankAccount, Account]:
        row = self.rows[pick % 2]
        return row, self.models[row.pk]

    def budget(self, model: Account, pick: int) -> UUID:
        """A budget of the account; sometimes Unallocated, seldom one out of use."""
        known = [*model.live, *model.live, model.unallocated, *model.live, *model.out_of_use[-2:]]
        return known[pick % len(known)]

    def known_transaction(self, pick: int) -> tuple[BankAccount, Account, UUID] | None:
        row, model = self.account(pick)
        if not model.postings:
            row, model = self.account(pick + 1)
        keys = list(model.postings)
        return (row, model, keys[pick // 2 % len(keys)]) if keys else None

    def attempt(self, call: Callable[[], Any]) -> Any:
        """What the call returns; None if the ledger refused it, having changed nothing."""
        self.now += timedelta(seconds=1)
        before = states.fingerprint()
        try:
            return call() or True
        except errors.LedgerError:
            assert states.fingerprint() == before
            return None

    # What can be done

    @rule(pick=picks, units=minor_units, day=days, pending=st.booleans(), name=st.sampled_from([SHOP, "SALARY"]))
    def enter(self, pick: int, units: int, day: int, pending: bool, name: str) -> None:
        row, model = self.account(pick)
        amount = self.money(units, str(row.currency))
        made = self.attempt(
            lambda: transactions.create(
                actor=self.owner,
                account_id=row.pk,
                amount=amount,
                posted_date=build.at(day),
                raw_description=name,
                pending=pending,
                now=self.now,
            )
        )
        if made:
            model.post(made.pk, amount, pending=pending, on=self.claimant(model, amount, name))

    def claimant(self, model: Account, amount: Decimal, name: str) -> UUID | None:
        """The oldest live budget with a rule; every rule here claims debits at the shop."""
        if amount > 0 or name != SHOP:
            return None
        ruled = Budget.objects.filter(pk__in=model.live).exclude(auto_spend=[]).order_by("created_at", "pk")
        return ruled.values_list("pk", flat=True).first()

    @rule(pick=picks, batch=st.lists(st.tuples(cents, days, st.booleans()), min_size=2, max_size=6))
    def enter_together(self, pick: int, batch: list[tuple[int, int, bool]]) -> None:
        row, model = self.account(pick)
        made = [
            drafts.transaction(
                amount=self.money(units, str(row.currency)),
                posted_date=build.at(day),
                raw_description=SHOP,
                pending=pending,
            )
            for units, day, pending in batch
        ]
        if self.attempt(lambda: self.post(row, made)):
            for each in made:
                model.post(each.pk, each.amount, pending=each.pending, on=self.claimant(model, each.amount, SHOP))

    def post(self, row: BankAccount, made: list[Transaction]) -> None:
        with transaction.atomic():
            account = posting.lock(row.pk)
            claimants = drafts.claimants(account)
            posting.post(account, [drafts.allocated(each, budgets=claimants) for each in made], now=self.now)

    @rule(pick=picks, shares=st.lists(st.tuples(picks, st.integers(-1, 30)), max_size=4), exact=st.booleans())
    def split(self, pick: int, shares: list[tuple[int, int]], exact: bool) -> None:
        """Shares in tenths of the amount: some sum to more, some are on budgets out of use, some are negative."""
        if not (found := self.known_transaction(pick)):
            return
        row, model, key = found
        places = Decimal(1).scaleb(-3 if str(row.currency) == "KWD" else -2)
        size = abs(model.postings[key].amount)
        wanted = {
            self.budget(model, budget): size if exact else (size * tenths / 30).quantize(places)
            for budget, tenths in shares
        }
        if self.attempt(
            lambda: transactions.split(actor=self.coowner, transaction_id=key, shares=wanted, now=self.now)
        ):
            model.split(key, wanted)

    @rule(pick=picks, units=minor_units)
    def settle(self, pick: int, units: int) -> None:
        if not (found := self.known_transaction(pick)):
            return
        row, model, key = found
        amount = self.money(units, str(row.currency))
        changes: transactions.Changes = {"pending": False, "amount": amount}
        if (
            self.attempt(
                lambda: transactions.update(actor=self.owner, transaction_id=key, changes=changes, now=self.now)
            )
            and model.postings[key].pending
        ):
            model.settle(key, amount)

    @rule(pick=picks)
    def remove(self, pick: int) -> None:
        if not (found := self.known_transaction(pick)):
            return
        _, model, key = found
        if self.attempt(lambda: transactions.delete(actor=self.owner, transaction_id=key, now=self.now)):
            model.remove(key)

    @rule(
        pick=picks,
        ends=st.tuples(picks, picks),
        units=st.one_of(sizes, sizes, sizes, minor_units),
        day=days,
        elsewhere=st.booleans(),
    )
    def move(self, pick: int, ends: tuple[int, int], units: int, day: int, elsewhere: bool) -> None:
        row, model = self.account(pick)
        _, other = self.account(pick + 1)
        amount = self.money(units, str(row.currency))
        source_id = self.budget(model, ends[0])
        target_id = self.budget(other if elsewhere and not pick % 3 else model, ends[1])
        if self.attempt(
            lambda: transfers.create(
                actor=self.owner,
                account_id=row.pk,
                source_id=source_id,
                target_id=target_id,
                amount=amount,
                effective_at=build.at(day),
                now=self.now,
            )
        ):
            assert source_id in (model.unallocated, *model.live)
            assert target_id in (model.unallocated, *model.live)
            model.moves.append((source_id, target_id, amount))

    @rule(
        pick=picks,
        kind=st.sampled_from("GRC"),
        goal=st.integers(0, 3000),
        fillup=st.booleans(),
        claims=st.booleans(),
    )
    def open_budget(self, pick: int, kind: str, goal: int, fillup: bool, claims: bool) -> None:
        row, model = self.account(pick)
        fields: budgets.Fields = {
            "name": f"Budget {self.now:%H%M%S}",
            "budget_type": kind,
            "target_balance": self.money(goal * 10, "USD"),
            "with_fillup_goal": fillup,
            "auto_spend": [{"party": SHOP}] if claims else [],
        }
        made = self.attempt(lambda: budgets.create(actor=self.owner, account_id=row.pk, fields=fields, now=self.now))
        model.live.append(made.pk)
        assert (made.fillup_goal_id is not None) == (kind == "R" and fillup)
        if made.fillup_goal_id:
            model.live.append(made.fillup_goal_id)

    @rule(pick=picks, which=picks, goal=st.integers(0, 3000), fillup=st.booleans())
    def change_budget(self, pick: int, which: int, goal: int, fillup: bool) -> None:
        _, model = self.account(pick)
        key = self.budget(model, which)
        had = Budget.objects.get(pk=key).fillup_goal_id
        fields: budgets.Fields = {"target_balance": self.money(goal * 10, "USD"), "with_fillup_goal": fillup}
        changed = self.attempt(lambda: budgets.update(actor=self.owner, budget_id=key, fields=fields, now=self.now))
        if changed and changed.budget_type == "R":
            has = Budget.objects.get(pk=key).fillup_goal_id
            assert (has is not None) == fillup
            if has is not None and not had:
                model.live.append(has)
            elif had and not fillup:
                model.retire(had)

    @precondition(lambda self: max(len(model.live) for model in self.models.values()) > 4)
    @rule(pick=picks, which=picks)
    def archive(self, pick: int, which: int) -> None:
        _, model = self.account(pick)
        key = self.budget(model, which)
        fillup = Budget.objects.get(pk=key).fillup_goal_id
        if self.attempt(lambda: budgets.archive(actor=self.owner, budget_id=key, now=self.now)):
            if fillup:
                model.retire(fillup)
            model.retire(key)

    @precondition(lambda self: max(len(model.live) for model in self.models.values()) > 5)
    @rule(pick=picks, which=picks)
    def delete_budget(self, pick: int, which: int) -> None:
        _, model = self.account(pick)
        key = self.budget(model, which)
        fillup = Budget.objects.get(pk=key).fillup_goal_id
        if self.attempt(lambda: budgets.delete(actor=self.owner, budget_id=key, now=self.now)):
            for gone in (fillup, key):
                if gone in model.live:
                    model.retire(gone)

    @rule(pick=picks, day=days)
    def mark_imported(self, pick: int, day: int) -> None:
        row, _ = self.account(pick)
        before = BankAccount.objects.get(pk=row.pk).last_posted_through
        through = build.at(day).date()
        if self.attempt(
            lambda: accounts.mark_imported(
                actor=self.owner, account_id=row.pk, last_posted_through=through, now=self.now
            )
        ):
            assert BankAccount.objects.get(pk=row.pk).last_posted_through == max(through, before or through)

    @precondition(lambda self: any(model.postings for model in self.models.values()))
    @rule(pick=picks)
    def let_a_stranger_try(self, pick: int) -> None:
        found = self.known_transaction(pick)
        assert found
        row, model, key = found
        budget = self.budget(model, pick)
        with states.refused(errors.NotFound):
            transactions.delete(actor=self.stranger, transaction_id=key, now=self.now)
        with states.refused(errors.NotFound):
            budgets.archive(actor=self.stranger, budget_id=budget, now=self.now)
        with states.refused(errors.NotFound):
            accounts.delete(actor=self.stranger, account_id=row.pk)


@pytest.mark.django_db
def test_whatever_is_done_in_whatever_order_the_ledger_stays_right():
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not Transaction.objects.exists()
    assert not Transfer.objects.exists()
