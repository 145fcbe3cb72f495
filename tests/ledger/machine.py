"""The ground of the random tests: two accounts, their plain-Python twins, and the movements of money between them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from backend.ledger import errors, posting
from backend.ledger.models import BankAccount, Budget, Entry, Transaction
from backend.ledger.services import budgets, drafts, transactions, transfers
from tests import build
from tests.ledger import states
from tests.ledger.household import Account

SHOP = "CORNER SHOP"

cents = st.integers(-50_000, 50_000).filter(bool)
sizes = st.integers(1, 50_000)
huge = st.sampled_from([99_999_999_999_999, -99_999_999_999_999])
minor_units = st.one_of(cents, cents, cents, cents, cents, cents, huge)
days = st.integers(-4, 2)
picks = st.integers(0, 1_000)


class Ground(RuleBasedStateMachine):
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
        for pick, kind, schedule in ((0, "G", "DAILY"), (0, "R", "WEEKLY"), (1, "C", ""), (1, "R", "DAILY")):
            self.open_budget(pick=pick, plan=(kind, schedule), goal=1000, fillup=True, claims=kind == "G")

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
            result = call()
        except errors.LedgerError:
            assert states.fingerprint() == before
            return None
        return True if result is None else result

    def open_budget(self, pick: int, plan: tuple[str, str], goal: int, fillup: bool, claims: bool) -> None:
        """A budget of that kind, funded by a schedule of that frequency, or by none."""
        row, model = self.account(pick)
        kind, frequency = plan
        fields: budgets.Fields = {
            "name": f"Budget {self.now:%H%M%S}",
            "budget_type": kind,
            "target_balance": Decimal(goal) / 10,
            "funding_type": "F" if goal % 2 else "D",
            "funding_amount": Decimal(goal) / 100,
            "target_date": build.TODAY + timedelta(days=goal % 40),
            "funding_schedule": f"RRULE:FREQ={frequency}" if frequency else "",
            "recurrance_schedule": "RRULE:FREQ=WEEKLY;BYDAY=WE",
            "with_fillup_goal": fillup,
            "auto_spend": [{"party": SHOP}] if claims else [],
        }
        made = self.attempt(lambda: budgets.create(actor=self.owner, account_id=row.pk, fields=fields, now=self.now))
        assert (made.fillup_goal_id is not None) == (kind == "R" and fillup)
        model.live += [made.pk, made.fillup_goal_id] if made.fillup_goal_id else [made.pk]


class Movements(Ground):
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
            account = posting.lock(row.pk, actor=None)
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
            model.follow(row, [key])

    @rule(pick=picks, units=minor_units, same=st.booleans())
    def settle(self, pick: int, units: int, same: bool) -> None:
        if not (found := self.known_transaction(pick)):
            return
        row, model, key = found
        amount = model.postings[key].amount if same else self.money(units, str(row.currency))
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
        row, model, key = found
        refunded = Transaction.objects.filter(refund_of=key).exists()
        if self.attempt(lambda: transactions.delete(actor=self.owner, transaction_id=key, now=self.now)):
            model.remove(key)
            if refunded:  # they lie as before they were tied
                model.learn(row, movements=True)

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
