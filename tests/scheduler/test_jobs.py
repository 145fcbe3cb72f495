"""The background jobs, called as the queue calls them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from backend.ledger import doorbell
from backend.ledger.models import BankAccount, Budget, Change, Session, User
from backend.ledger.selectors import integrity
from backend.ledger.services import funding, sessions
from scheduler import heartbeat, jobs, nights, tasks
from tests import build
from tests.services import funded

pytestmark = pytest.mark.django_db

NOW = build.NOW


def test_a_tick_funds_what_is_due_and_nothing_twice(account: BankAccount, shared_account: BankAccount) -> None:
    goals = [funded.goal(funded.free(each)) for each in (account, shared_account)]

    assert jobs.tick(now=NOW) == 2
    assert [funded.balance(goal) for goal in goals] == [10, 10]
    assert jobs.tick(now=NOW) == 0
    assert jobs.tick(now=NOW + timedelta(days=7)) == 2
    assert [funded.balance(goal) for goal in goals] == [20, 20]


def test_what_another_consumer_funded_meanwhile_is_left_out(
    account: BankAccount, shared_account: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    goals = [funded.goal(funded.free(each)) for each in (account, shared_account)]
    run, ran = funding.run, []

    def running(**kwargs: Any) -> funding.Result:
        """Another consumer is done with both accounts while this one funds its first."""
        ran.append(kwargs["account_id"])
        for each in (account, shared_account):
            run(account_id=each.pk, now=NOW)
        return run(**kwargs)

    monkeypatch.setattr(funding, "run", running)

    assert jobs.tick(now=NOW) == 1
    assert len(ran) == 1
    assert [funded.balance(goal) for goal in goals] == [10, 10]


def test_consumers_go_through_the_accounts_in_orders_of_their_own(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = {funded.goal(funded.free(build.account(owner=owner, balance=9))).bank_account_id for _ in range(9)}
    orders: list[list[Any]] = []

    def running(**kwargs: Any) -> funding.Result:
        orders[-1].append(kwargs["account_id"])
        raise RuntimeError("it stays due")

    monkeypatch.setattr(funding, "run", running)
    for _ in range(5):
        orders.append([])
        jobs.tick(now=NOW)

    assert all(set(order) == accounts for order in orders)
    assert any(order != orders[0] for order in orders)


def test_an_account_that_fails_keeps_no_other_waiting(
    account: BankAccount,
    shared_account: BankAccount,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    goals = [funded.goal(funded.free(each)) for each in (account, shared_account)]
    run = funding.run
    poisoned = min(account.pk, shared_account.pk)

    def running(**kwargs: Any) -> funding.Result:
        if kwargs["account_id"] == poisoned:
            raise RuntimeError("poison")
        return run(**kwargs)

    monkeypatch.setattr(funding, "run", running)
    jobs.tick(now=NOW)

    assert sorted(funded.balance(goal) for goal in goals) == [0, 10]
    assert "poison" in caplog.text
    assert str(poisoned) in caplog.text
    monkeypatch.undo()
    assert jobs.tick(now=NOW) == 1


def test_a_tick_leaves_a_heartbeat(db: None) -> None:
    heartbeat.path().unlink(missing_ok=True)
    assert heartbeat.last() is None
    jobs.tick(now=NOW)
    assert heartbeat.last() == NOW
    jobs.tick(now=NOW + timedelta(minutes=1))
    assert heartbeat.last() == NOW + timedelta(minutes=1)


def test_a_heartbeat_that_cannot_be_read_is_none() -> None:
    heartbeat.path().write_text("boom")
    assert heartbeat.last() is None


def test_the_verification_is_silent_about_a_sound_ledger(
    account: BankAccount, caplog: pytest.LogCaptureFixture
) -> None:
    assert jobs.verify(now=NOW) == 0
    assert caplog.records == []


def test_the_verification_is_loud_about_a_broken_one(
    account: BankAccount, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    BankAccount.objects.filter(pk=account.pk).update(available_balance=1)
    found = list(integrity.breaches())
    assert found

    assert jobs.verify(now=NOW) == len(found)
    assert [record.levelname for record in caplog.records] == ["ERROR"] * len(found) + ["CRITICAL"]
    assert str(account.pk) in caplog.text

    caplog.clear()
    monkeypatch.setattr(jobs, "MOST_LINES", 1)
    assert jobs.verify(now=NOW) == len(found)
    assert len(caplog.records) == 2


@pytest.mark.django_db(transaction=True)
def test_no_limit_of_a_serving_process_cuts_the_verification_short(account: BankAccount) -> None:
    limits = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if " FROM ledger_" in sql:
            limits.append(limit())
        return execute(sql, params, many, context)

    before = limit()
    with connection.execute_wrapper(look):
        assert jobs.verify(now=NOW) == 0
    assert len(limits) > 20
    assert set(limits) == {"0"}
    assert limit() == before


def limit() -> str:
    """How long a statement may take; SQLite sets no limit."""
    if connection.vendor == "sqlite":
        return "0"
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


def test_what_has_run_out_is_forgotten(owner: User) -> None:
    old = sessions.start(owner, now=NOW - sessions.LIFE)
    new = sessions.start(owner, now=NOW - timedelta(seconds=1))
    sessions.spend(session_id=new.pk, jti="spent", now=NOW)
    jobs.tidy(now=NOW + timedelta(seconds=1))

    assert list(Session.objects.all()) == [new]
    assert old != new


def test_linking_sweeps_what_came_in_lately(account: BankAccount, shared_account: BankAccount) -> None:
    build.transaction(account, amount="-5", raw_description="TO HOUSEHOLD")
    build.transaction(shared_account, amount="5")

    assert jobs.link(now=NOW + timedelta(days=2), back=timedelta(hours=1)) == 0
    assert jobs.link(now=NOW, back=timedelta(hours=1)) == 1


# The queue


def test_each_job_has_its_hour() -> None:
    periodic = {type(task).__name__: task for task in tasks.tick.huey._registry.periodic_tasks}

    assert set(periodic) == {"tick", "tell_webhooks", "sweep_links", "nightly"}
    assert all(periodic["tick"].validate_datetime(NOW + timedelta(minutes=minute)) for minute in range(60))


def test_the_tasks_do_the_jobs(
    account: BankAccount, shared_account: BankAccount, owner: User, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    goal = funded.goal(funded.free(account))
    row = build.transaction(account, amount="-5", raw_description="TO HOUSEHOLD")
    build.transaction(shared_account, amount="5")
    sessions.start(owner, now=NOW - sessions.LIFE - timedelta(days=1))
    nights.note(now=NOW - timedelta(days=1))
    tasks.tick.call_local()
    tasks.link.call_local(str(account.pk))
    tasks.sweep_links.call_local()
    tasks.nightly.call_local()

    assert Budget.objects.get(pk=goal.pk).balance == 10
    assert set(Change.objects.filter(noun="transfer").values_list("door", flat=True)) == {"scheduler"}
    row.refresh_from_db()
    assert row.linked_transaction is not None
    assert not Session.objects.exists()


def test_after_a_pause_nothing_waits_for_its_next_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("tick", "sweep_links", "tell_webhooks"):
        monkeypatch.setattr(tasks, name, lambda name=name: asked.append(name))
    tasks.catch_up()

    assert asked == ["tick", "sweep_links", "tell_webhooks"]


def test_rings_of_a_moment_make_one_task(
    account: BankAccount, shared_account: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(tasks, "_rung", {})
    monkeypatch.setattr(tasks.link, "schedule", lambda **kwargs: asked.append(kwargs))
    clock = iter([100.0, 100.5, 101.0, 102.5])
    monkeypatch.setattr("scheduler.tasks.time.monotonic", lambda: next(clock))
    for each in (account, account, shared_account, account):
        doorbell._answers[doorbell.LINK](each.pk)

    assert [kwargs["args"] for kwargs in asked] == [(str(account.pk),), (str(shared_account.pk),), (str(account.pk),)]
    assert {kwargs["delay"] for kwargs in asked} == {2}
