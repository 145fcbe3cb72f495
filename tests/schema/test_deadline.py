"""A query that takes too long is given up, whatever it is doing."""

import pytest
from django.db import connection

from backend.ledger.models import BankAccount, User
from backend.ledger.selectors import snapshot
from backend.schema import deadline
from tests.schema.door import ask, data

ENDLESS = {
    "sqlite": "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)",
}
ACCOUNTS = "{ bankAccounts { edges { node { name } } } }"


def run(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_an_endless_statement_ends() -> None:
    with snapshot.reading(), deadline.limited(0.2, owned=True):
        with pytest.raises(deadline.Overdue):
            run(ENDLESS[connection.vendor])
        with pytest.raises(deadline.Overdue):
            run("SELECT 1")

    assert run("SELECT 1") == (1,)


@pytest.mark.django_db(transaction=True)
def test_what_fails_in_time_keeps_its_error() -> None:
    with snapshot.reading(), deadline.limited(60, owned=True), pytest.raises(Exception, match="nowhere"):
        run("SELECT * FROM nowhere")

    assert run("SELECT 1") == (1,)


@pytest.mark.django_db(transaction=True)
def test_the_next_one_has_all_its_time() -> None:
    ask_for_limit = "SHOW statement_timeout" if connection.vendor == "postgresql" else "SELECT 1"
    before = run(ask_for_limit)
    for _ in range(2):
        with snapshot.reading(), deadline.limited(60, owned=True):
            assert run("SELECT 1") == (1,)

    assert run(ask_for_limit) == before


@pytest.mark.django_db
def test_a_client_is_told(owner: User, account: BankAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "SECONDS", 0.0)
    answer = ask(owner, ACCOUNTS)

    assert answer["data"] is None
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "deadline"}
    assert "seconds" in error["message"]


@pytest.mark.django_db
def test_there_is_time_enough(owner: User, account: BankAccount) -> None:
    assert data(owner, ACCOUNTS) == {"bankAccounts": {"edges": [{"node": {"name": "Checking"}}]}}
    assert deadline.SECONDS == 5
