"""Which standby is asked, and which is left alone: of servers that are late, hang, or are others than was meant."""

import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.utils import DataError, OperationalError
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from backend import databases, replica
from backend.replica import base, standbys

from . import pairs
from .pairs import until
from .service import PATIENCE

LOOKING = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_control_checkpoint%' AND pid <> pg_backend_pid()"

"""Connections that looked whether it has everything."""
WRITE = "SELECT pg_logical_emit_message(true, 'test', 'of a write')"

pytestmark = pytest.mark.skipif(bool(pairs.missing()), reason=pairs.missing())


@pytest.fixture(scope="module")
def pair() -> Iterator[pairs.Pair]:
    with pairs.Pair() as pair:
        yield pair


@pytest.fixture
def standby(
    pair: pairs.Pair, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> Iterator[standbys.Standby]:
    """The standby as this process sees it, which has less patience than a service."""
    monkeypatch.setattr(base.Impatient, "patience", 0.5)
    monkeypatch.setattr(base, "ANSWER", 0.5)
    configured = databases.standbys([pair.url("standby")], primary=pair.url("primary"))
    with override_settings(STANDBYS=configured), django_db_blocker.unblock():
        standbys._connections.cache_clear()
        found = standbys.Standby("Replica 1")
        yield found
        found.forget()
    standbys._connections.cache_clear()


def mark_of(pair: pairs.Pair) -> standbys.Mark:
    [[log, position]] = pair.run("primary", standbys.MARK, database="mibudge")
    return standbys.Mark(log=log, position=position)


def test_a_standby_is_waited_for_until_it_was_late(pair: pairs.Pair, standby: standbys.Standby) -> None:
    pair.catch_up()
    assert standby.asked(mark_of(pair), until=0) == standbys.CURRENT
    with pair.standing_still():
        pair.run("primary", WRITE)
        mark = mark_of(pair)
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(in_thread, standby, mark)
            until(lambda: len(pair.run("standby", LOOKING)) == 2)
            pair.run("standby", "SELECT pg_wal_replay_resume()")
            assert waiting.result() == standbys.WAITED
    with pair.standing_still():
        pair.run("primary", WRITE)
        mark = mark_of(pair)
        assert standby.asked(mark, until=time.monotonic() + 0.01) == standbys.BEHIND
        assert standby.asked(mark, until=time.monotonic() + 600) == standbys.BEHIND
    pair.catch_up()
    assert standby.asked(mark, until=time.monotonic() + 600) == standbys.CURRENT
    assert not standby.is_behind


def in_thread(standby: standbys.Standby, mark: standbys.Mark) -> str:
    try:
        return standby.asked(mark, until=time.monotonic() + PATIENCE)
    finally:
        standby.forget()


@pytest.mark.parametrize("part", ["system", "database", "timeline"])
def test_a_position_in_another_log_says_nothing(pair: pairs.Pair, standby: standbys.Standby, part: str) -> None:
    mark = mark_of(pair)
    system, database, timeline = mark.log.split(".")
    other = {"system": f"1.{database}.{timeline}", "database": f"{system}.1.{timeline}"}
    foreign = standbys.Mark(log=other.get(part, f"{system}.{database}.00000002"), position="0/0")

    assert standby.asked(foreign, until=0) == standbys.FOREIGN
    assert standby.asked(mark, until=0) == standbys.RESTING
    standby.rests_until = 0
    assert standby.asked(standbys.Mark(log=mark.log, position="0/0"), until=0) == standbys.CURRENT


def test_a_server_that_hangs_is_not_waited_for(pair: pairs.Pair, standby: standbys.Standby) -> None:
    mark = standbys.Mark(log=mark_of(pair).log, position="0/0")
    assert standby.asked(mark, until=0) == standbys.CURRENT
    with pair.hanging("standby"):
        assert standby.asked(mark, until=0) == standbys.LOST
        standby.rests_until = 0
        assert standby.asked(mark, until=0) == standbys.RESTING  # another thread waits
        until(lambda: not looking())

    assert standby.asked(mark, until=0) == standbys.RESTING
    standby.rests_until = 0
    until(lambda: standby.asked(mark, until=0) == standbys.CURRENT)


def looking() -> bool:
    return any(each.name.startswith("look for") for each in threading.enumerate())


def test_a_statement_that_hangs_ends_with_its_connection(pair: pairs.Pair, standby: standbys.Standby) -> None:
    standby.connection.ensure_connection()
    raw = standby.connection.connection
    with pair.hanging("standby"), pytest.raises(psycopg.OperationalError):
        raw.execute("SELECT 1")

    assert raw.closed


@pytest.fixture
def told(pair: pairs.Pair, standby: standbys.Standby, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Who answered and why, of reads for which that standby is there; the primary is this process's own database."""
    answers: list[tuple[str, str]] = []
    monkeypatch.setattr(replica, "_listeners", [lambda by, why: answers.append((by, why))])
    monkeypatch.setattr(standbys, "known", lambda: (standby,))
    mark = standbys.Mark(log=mark_of(pair).log, position="0/0")
    monkeypatch.setattr(standbys, "mark", lambda: mark)
    return answers


def asking(statement: str) -> Any:
    """What a read comes to that has the standby run this; what the primary would run is put aside."""

    def ask() -> Any:
        if connection.alias == DEFAULT_DB_ALIAS:
            return "asked the primary"
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]

    return replica.read(ask)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)", "canceled"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "lost"),
        ("CREATE TABLE one (two int)", "refused"),
        ("SELECT pg_sleep(60)", "lost"),
    ],
)
def test_what_a_standby_does_not_do_the_primary_does(
    told: list[tuple[str, str]],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    why: str,
) -> None:
    monkeypatch.setattr(base, "READ", 0.5)

    assert asking(statement) == "asked the primary"
    assert told == [("primary", why)]
    assert [record.levelname for record in caplog.records] == ["ERROR"] * (why == "refused")
    assert asking("SELECT pg_is_in_recovery()") is True
    assert told[1:] == [("replica", "current")]


@pytest.mark.filterwarnings("ignore:Exception ignored in.*ServerCursorMixin")  # it was not closed, as is meant
def test_a_standby_that_goes_away_when_all_was_read_is_as_lost(told: list[tuple[str, str]], pair: pairs.Pair) -> None:
    def ask() -> str:
        if connection.alias == DEFAULT_DB_ALIAS:
            return "asked the primary"
        cursor = connection.chunked_cursor()
        cursor.execute("SELECT generate_series(1, 10)")
        cursor.fetchall()
        pair.run("standby", f"SELECT pg_terminate_backend({connection.connection.info.backend_pid}, 5000)")
        cursor.close()
        return "asked the standby"

    assert replica.read(ask) == "asked the primary"
    assert told == [("primary", "lost")]


def test_what_is_wrong_for_any_server_is_not_tried_twice(told: list[tuple[str, str]]) -> None:
    with pytest.raises(DataError):
        asking("SELECT 1 / 0")

    assert told == [("replica", "current")]


def test_what_goes_on_in_a_transaction_of_the_primary_stays_there(told: list[tuple[str, str]]) -> None:
    with mock.patch.object(connection, "in_atomic_block", new=True):
        assert asking("SELECT 1") == "asked the primary"

    assert told == []


def test_a_primary_that_has_no_mark_answers_itself(
    told: list[tuple[str, str]], pair: pairs.Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standbys, "mark", mock.Mock(side_effect=OperationalError))

    assert asking("SELECT 1") == "asked the primary"
    assert told == [("primary", "unmarked")]


def test_several_standbys_take_turns_and_stand_in_for_each_other(
    pair: pairs.Pair, standby: standbys.Standby, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = standbys.Mark(log=mark_of(pair).log, position="0/0")
    resting = standbys.Standby("Replica 1")
    resting.rests_until = math.inf
    other = standbys.Standby("Replica 1")

    monkeypatch.setattr(standbys, "known", lambda: (standby, resting, other))
    assert {standbys.choose(mark) for _ in range(4)} == {(standby, "current"), (other, "current")}
    monkeypatch.setattr(standbys, "known", lambda: (resting,))
    assert standbys.choose(mark) == (None, "resting")
