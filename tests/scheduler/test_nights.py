"""The nightly work is done once a night, and made up for after nights in which nothing ran."""

import itertools
import queue
import threading
from datetime import UTC, datetime, timedelta

import pytest

from backend.ledger.models import BankAccount
from scheduler import heartbeat, jobs, nights
from tests.services import funded

NIGHT = datetime(2026, 6, 16, 3, 17, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _new_installation() -> None:
    nights.path().unlink(missing_ok=True)


def test_the_first_night_is_the_next_one() -> None:
    assert not nights.due(now=NIGHT - DAY + MINUTE)
    assert not nights.due(now=NIGHT - MINUTE)
    assert nights.due(now=NIGHT)


@pytest.mark.parametrize("away", [0, 1, 9], ids=["no", "one", "nine"])
def test_after_any_number_of_nights_away_it_is_due_once(away: int) -> None:
    nights.note(now=NIGHT - DAY)
    back = NIGHT + away * DAY + 5 * MINUTE
    assert nights.due(now=back)
    nights.note(now=back)

    assert not nights.due(now=back + MINUTE)
    assert not nights.due(now=NIGHT + (away + 1) * DAY - MINUTE)
    assert nights.due(now=NIGHT + (away + 1) * DAY)


def test_a_clock_that_was_ahead_delays_it_by_no_more_than_a_night() -> None:
    nights.note(now=NIGHT + 400 * DAY)

    assert not nights.due(now=NIGHT - MINUTE)
    assert nights.due(now=NIGHT)


@pytest.mark.parametrize("text", ["", "boom", "2026-06-15T03:17:00"])
def test_a_note_that_cannot_be_read_is_none(text: str) -> None:
    nights.path().write_text(text)

    assert not nights.due(now=NIGHT - MINUTE)
    assert nights.due(now=NIGHT)


def nightly(*, now: datetime) -> bool:
    return jobs.nightly(now=now, clock=lambda: now)


@pytest.mark.django_db
def test_the_heart_beats_while_the_verification_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    times, beats = itertools.count(), queue.SimpleQueue[datetime]()
    nights.note(now=NIGHT - DAY)
    monkeypatch.setattr(heartbeat, "EVERY", timedelta(milliseconds=1))
    monkeypatch.setattr(heartbeat, "beat", beats.put)
    monkeypatch.setattr(jobs, "verify", lambda now: [beats.get(timeout=30) for _ in range(3)])
    assert jobs.nightly(now=NIGHT, clock=lambda: NIGHT + next(times) * MINUTE)

    rest = [beats.get() for _ in range(beats.qsize())]
    assert sorted(rest) == rest
    assert beats.empty()
    assert not [each for each in threading.enumerate() if "_beat_until" in each.name]


@pytest.mark.django_db
def test_a_verification_that_hangs_is_seen_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[datetime] = []
    monkeypatch.setattr(heartbeat, "EVERY", timedelta(milliseconds=1))
    monkeypatch.setattr(heartbeat, "beat", beats.append)
    earlier = set(threading.enumerate())
    with heartbeat.throughout(most=timedelta(seconds=0.5), clock=lambda: NIGHT):
        for worker in set(threading.enumerate()) - earlier:
            worker.join(timeout=30)  # it gives up while the block still runs
            assert not worker.is_alive()
        before = len(beats)
    assert before == len(beats) > 0


@pytest.mark.django_db
def test_work_that_is_cut_short_is_done_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    nights.note(now=NIGHT - DAY)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "verify", lambda now: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            nightly(now=NIGHT)

    assert nightly(now=NIGHT + MINUTE)
    assert not nightly(now=NIGHT + 2 * MINUTE)


@pytest.mark.django_db
def test_a_heartbeat_that_cannot_be_written_keeps_no_money_from_moving(
    account: BankAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(now: datetime) -> None:
        raise OSError("No space left on device")

    goal = funded.goal(funded.free(account))
    monkeypatch.setattr(heartbeat, "beat", fail)
    assert jobs.tick(now=funded.at(0)) == 1

    assert funded.balance(goal) == 10
    assert "No space left on device" in caplog.text
