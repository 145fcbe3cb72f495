"""One of everything that an account can hold."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from backend.ledger import posting
from backend.ledger.models import BankAccount, Budget, FundingEvent, Transaction, Transfer, User
from backend.ledger.services import budgets
from tests import build


@dataclass(frozen=True, kw_only=True)
class Household:
    """The account's rows, by what they are for."""

    account: BankAccount
    unallocated: Budget
    goal: Budget
    capped: Budget
    recurring: Budget
    idle: Budget
    spare: Budget
    spent: Transaction
    split: Transaction
    transfer: Transfer
    event: FundingEvent


def furnish(account: BankAccount, *, owner: User) -> Household:
    """Fill an account that opened with 1000.00."""
    goal = build.budget(account, name="Holiday", target_balance="300", balance="100")
    capped = build.budget(account, name="Car", budget_type="C", target_balance="200", balance="50")
    recurring = build.budget(account, name="Rent", budget_type="R", target_balance="80", with_fillup_goal=True)
    idle = build.budget(account, name="Later")
    spare = build.budget(account, name="Much later")
    archived = build.budget(account, name="Once", balance="30")
    spent = build.transaction(account, amount="-20", posted_date=-3)
    split = build.transaction(account, amount="-60", splits={goal: "25", capped: "15"})
    build.transaction(account, amount="12.34", pending=True, posted_date=-1)
    transfer = build.transfer(account, source=goal, target=recurring, amount="7", effective_at=-2)
    budgets.archive(actor=owner, budget_id=archived.pk, now=build.NOW)
    gone = build.budget(account, name="Never", balance="5")
    budgets.delete(actor=owner, budget_id=gone.pk, now=build.NOW)
    event = funded(account, budget=capped, actor=owner)
    return Household(
        account=account,
        unallocated=build.unallocated(account),
        goal=goal,
        capped=capped,
        recurring=recurring,
        idle=idle,
        spare=spare,
        spent=spent,
        split=split,
        transfer=transfer,
        event=event,
    )


def funded(account: BankAccount, *, budget: Budget, actor: User) -> FundingEvent:
    """An event of 10.00 that moved 10.00."""
    event = FundingEvent.objects.create(
        bank_account=account,
        budget=budget,
        kind="fund",
        on=build.TODAY,
        status="done",
        intended=Decimal(10),
        moved=Decimal(10),
        created_at=build.NOW,
        modified_at=build.NOW,
    )
    with transaction.atomic():
        posting.move(
            posting.lock(account.pk, actor=None),
            source_id=build.unallocated(account).pk,
            target_id=budget.pk,
            amount=Decimal(10),
            actor=actor,
            effective_at=build.NOW,
            now=build.NOW,
            event=event,
        )
    return event
