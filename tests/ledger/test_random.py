"""Random operations against a ledger in plain Python: after each one every invariant holds and every balance is right.

MIBUDGE_TEST_EXAMPLES and MIBUDGE_TEST_STEPS make it run longer.
"""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Transaction, Transfer
from backend.ledger.services import accounts, budgets, funding, imports, transactions
from backend.ledger.statements import Row, Statement
from tests import build, servers
from tests.ledger import states
from tests.ledger.machine import SHOP, days, picks
from tests.ledger.ties import Ties

EXAMPLES = int(os.environ.get("MIBUDGE_TEST_EXAMPLES") or servers.examples(10))
STEPS = int(os.environ.get("MIBUDGE_TEST_STEPS", "25"))


class Ledger(Ties):
    @rule(
        pick=picks,
        plan=st.tuples(st.sampled_from("GRC"), st.sampled_from(["", "DAILY", "WEEKLY;BYDAY=MO,TH"])),
        goal=st.integers(0, 3000),
        fillup=st.booleans(),
        claims=st.booleans(),
    )
    def open_another(self, pick: int, plan: tuple[str, str], goal: int, fillup: bool, claims: bool) -> None:
        self.open_budget(pick, plan, goal, fillup, claims)

    @rule(pick=picks, which=picks, goal=st.integers(0, 3000), fillup=st.booleans())
    def change_budget(self, pick: int, which: int, goal: int, fillup: bool) -> None:
        _, model = self.account(pick)
        key = self.budget(model, which)
        had = Budget.objects.get(pk=key).fillup_goal_id
        fields: budgets.Fields = {
            "target_balance": Decimal(goal) / 10,
            "with_fillup_goal": fillup,
            "paused": not goal % 7,
        }
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
        """What the import gate held back is funded."""
        row, model = self.account(pick)
        before = BankAccount.objects.get(pk=row.pk).last_posted_through
        through = build.at(day).date()
        if self.attempt(
            lambda: accounts.mark_imported(
                actor=self.owner, account_id=row.pk, last_posted_through=through, now=self.now
            )
        ):
            assert BankAccount.objects.get(pk=row.pk).last_posted_through == max(through, before or through)
            model.learn(row, movements=False)

    @rule(pick=picks, gate=st.booleans(), on=st.sampled_from([True, True, True, False]))
    def configure(self, pick: int, gate: bool, on: bool) -> None:
        row, model = self.account(pick)
        self.attempt(
            lambda: funding.configure(
                actor=self.owner, account_id=row.pk, import_gate=gate, auto_funding=on, now=self.now
            )
        )
        model.learn(row, movements=False)

    @rule(days_on=st.integers(0, 5))
    def fund(self, days_on: int) -> None:
        """The engine runs some days later; a second run at once finds nothing, and Unallocated is never overdrawn."""
        self.now += timedelta(days=days_on)
        for row, model in zip(self.rows, self.models.values(), strict=True):
            before = model.balances()[model.unallocated]
            funding.run(account_id=row.pk, now=self.now)
            model.learn(row, movements=False)
            assert model.balances()[model.unallocated] >= min(before, Decimal(0))
            settled = states.fingerprint()
            assert not funding.run(account_id=row.pk, now=self.now).events
            assert states.fingerprint() == settled

    @rule(pick=picks, rows=st.lists(st.tuples(st.integers(1, 5), days, st.booleans()), min_size=1, max_size=5))
    def import_statement(self, pick: int, rows: list[tuple[int, int, bool]]) -> None:
        """Rows of few kinds, so that some were there before and some settle; the same file again brings nothing."""
        row, model = self.account(pick)
        listed = tuple(
            Row(
                bank_id=f"{number}-{day}-{pending}",
                amount=Decimal(-number),
                posted_on=build.at(day).date(),
                description=f"{SHOP} {number}",
                kind="DEBIT",
                pending=pending,
            )
            for number, day, pending in rows
        )
        statement = Statement(account_number="1", account_type="C", currency=str(row.currency), rows=listed)

        def run() -> imports.ImportResult:
            return imports.run(actor=self.owner, account_id=row.pk, statement=statement, source="ofx", now=self.now)

        if self.attempt(run):
            model.learn(row, movements=True)
            assert run().new == 0
            model.learn(row, movements=True)

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
            accounts.delete(actor=self.stranger, account_id=row.pk, now=build.NOW)


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
