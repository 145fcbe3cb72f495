"""What goes wrong in a funding run harms as little as it can."""

from decimal import Decimal

import pytest

from backend.ledger import errors, posting
from backend.ledger.models import BankAccount, Budget, FundingEvent, User
from backend.ledger.services import funding
from tests import build
from tests.services import funded
from tests.services.funded import balance, on, statuses

pytestmark = pytest.mark.django_db

D = Decimal


def test_a_crash_between_events_is_gone_on_with(account: BankAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    funded.free(account)
    first, second = funded.goal(account, name="First"), funded.goal(account, name="Second", amount="20")
    move, calls = posting.move, []

    def crash(*args: object, **kwargs: object) -> object:
        transfer = move(*args, **kwargs)  # type: ignore[arg-type]
        calls.append(transfer)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return transfer

    monkeypatch.setattr(posting, "move", crash)
    with pytest.raises(RuntimeError):
        funded.run(account)
    assert (balance(first), balance(second)) == (10, 0)
    assert FundingEvent.objects.count() == 1
    funded.sound()

    monkeypatch.undo()
    funded.run(account, 3)
    assert (balance(first), balance(second)) == (10, 20)
    assert FundingEvent.objects.count() == 2
    funded.sound()


def test_an_event_that_the_ledger_refuses_is_recorded_as_failed_and_the_others_go_on(owner: User) -> None:
    """What is put into a budget can pass the ledger's limit when it has spent nothing else."""
    account = funded.free(build.account(owner=owner, balance="999999999999"))
    full = funded.goal(account, name="Full", amount="5", budget_type=Budget.Type.CAPPED, target_balance="999999999999")
    goal = funded.goal(account, name="Small", amount="5")
    Budget.objects.filter(pk=full.pk).update(balance=D("999999999998"), target_balance=D("999999999999"))
    Budget.objects.filter(pk=full.pk).update(funding_amount=D(5))
    with pytest.MonkeyPatch.context() as patch:
        refuse(patch, target=full)
        result = funded.run(account)

    assert dict(result.counts) == {"failed": 1, "done": 1}
    event = FundingEvent.objects.get(budget=full)
    assert (event.status, event.moved, event.reason) == ("failed", 0, "A balance would pass the limit.")
    assert balance(goal) == 5


def refuse(patch: pytest.MonkeyPatch, *, target: Budget) -> None:
    move = posting.move

    def moving(*args: object, **kwargs: object) -> object:
        if kwargs["target_id"] == target.pk:
            raise errors.OutOfRange("A balance would pass the limit.")
        return move(*args, **kwargs)  # type: ignore[arg-type]

    patch.setattr(posting, "move", moving)


def test_a_stored_schedule_that_cannot_be_read_harms_its_budget_only(account: BankAccount) -> None:
    funded.free(account)
    broken, goal = funded.goal(account, name="Broken"), funded.goal(account, name="Sound")
    Budget.objects.filter(pk=broken.pk).update(funding_schedule="every other day")
    funded.run(account)
    funded.run(account)

    assert statuses(broken) == {0: "failed"}
    assert statuses(goal) == {0: "done"}
    assert "every other day" in FundingEvent.objects.get(budget=broken).reason


def test_a_run_settles_a_bounded_number_of_events_and_the_next_goes_on(
    account: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    funded.free(account)
    goal = funded.goal(account, schedule=funded.DAILY, amount="1")
    monkeypatch.setattr(funding, "MOST_EVENTS", 3)
    counts = [len(funded.run(account, 7).events) for _ in range(4)]

    assert counts == [3, 3, 2, 0]
    assert funded.due_on(account) == on(8)
    assert balance(goal) == 8


def test_what_fails_after_a_committed_write_is_left_to_the_next_tick(
    account: BankAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    goal = funded.goal(account)

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(funding, "run", fail)
    funded.imported(account, 0)
    assert "no luck" in caplog.text
    account.refresh_from_db()
    assert account.last_posted_through == on(0)
    assert account.funding_due_on == on(0)

    monkeypatch.undo()
    funded.run(account)
    assert statuses(goal) == {0: "done"}
