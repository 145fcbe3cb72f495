"""`manage.py fund`: what it does and what it says."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backend.ledger.models import BankAccount
from backend.ledger.services import funding
from tests import build
from tests.services import funded

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> None:
    time_machine.move_to(build.NOW, tick=False)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    call_command("fund", *arguments)
    return capsys.readouterr().out.splitlines()


def test_it_funds_every_account_and_says_what_became_of_each_event(
    account: BankAccount, shared_account: BankAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    funded.free(account)
    goal = funded.goal(account)
    waiting = funded.goal(shared_account, name="Waiting")

    assert said(capsys) == [
        (
            "  2026-06-15 fund  done     Goal: 10.00 of 10.00 "
            "(10.00 is the funding amount; 1000.00 is missing to 1000.00.)"
        ),
        f"Checking ({account.pk}): 1 event",
        "  2026-06-15 fund  deferred Waiting: 0.00 of 0.00 (The bank's rows of that day are not in yet.)",
        f"Household ({shared_account.pk}): 1 event",
    ]
    assert (funded.balance(goal), funded.balance(waiting)) == (10, 0)
    assert said(capsys) == [f"Checking ({account.pk}): 0 events", f"Household ({shared_account.pk}): 0 events"]


def test_it_funds_one_account_up_to_a_day_ahead(
    account: BankAccount, shared_account: BankAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    for each in (account, shared_account):
        funded.goal(funded.free(each))
    lines = said(capsys, "--account", str(account.pk), "--as-of", "2026-06-30")

    assert len(lines) == 4
    assert lines[-1] == f"Checking ({account.pk}): 3 events"
    assert funded.events(shared_account) == []


def test_it_goes_on_until_nothing_is_left(
    account: BankAccount, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(funding, "MOST_EVENTS", 2)
    funded.goal(funded.free(account), schedule=funded.DAILY)

    assert said(capsys, "--as-of", "2026-06-21")[-1] == f"Checking ({account.pk}): 7 events"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--account", "1b671a64-40d5-491e-99b0-da01ff1f3341"),
        ("--account", "first"),
        ("--as-of", "tomorrow"),
        ("--as-of", "2026-02-30"),
        ("--as-of", "9999-12-31"),
    ],
)
def test_it_refuses_what_is_not_there_or_no_near_date(account: BankAccount, arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("fund", *arguments)


def test_what_goes_wrong_in_one_account_keeps_no_other_waiting(
    account: BankAccount,
    shared_account: BankAccount,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goal = funded.goal(funded.free(shared_account))
    run = funding.run

    def fail(*, account_id: object, **more: Any) -> funding.Result:
        if account_id == account.pk:
            raise RuntimeError("no luck")
        return run(account_id=account_id, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(funding, "run", fail)
    with pytest.raises(CommandError, match="1 account failed; run it again"):
        call_command("fund")

    assert f"Checking ({account.pk}): failed: no luck" in capsys.readouterr().err
    assert funded.balance(goal) == 10


def test_it_says_what_it_topped_up(account: BankAccount, capsys: pytest.CaptureFixture[str]) -> None:
    funded.goal(funded.free(account), amount="1500", target_balance="5000")
    said(capsys)
    build.transaction(account, amount="500")

    assert said(capsys)[0] == (
        "  2026-06-15 fund  done     Goal: 500.00 of 1500.00 "
        "(1500.00 is the funding amount; 5000.00 is missing to 5000.00. Unallocated paid it in parts.)"
    )
