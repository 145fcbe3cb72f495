"""API tokens: made once, limited in reach, and gone when they are revoked."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from backend.ledger.models import ApiToken, BankAccount, Change, IdempotencyKey, User
from backend.ledger.services import api_tokens, linking
from tests import build, tokens
from tests.build import NOW
from tests.contract.document import operations
from tests.rest import house as houses
from tests.rest.house import House

pytestmark = pytest.mark.django_db
TOKENS = "/api/v1/tokens/"
ME = "/api/v1/users/me/"
EXPORTS = [f"/api/v1/exports/{name}/" for name in ("json", "beancount", "csv")]
JSON: Any = {"content_type": "application/json"}


def make(user: User, **body: Any) -> Any:
    return tokens.browser(user).post(TOKENS, {"name": "import", "scopes": ["read"], **body}, **JSON)


def shown(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_a_token_is_shown_once_and_only_its_hash_is_kept(owner: User, account: BankAccount) -> None:
    answer = make(owner, accounts=[str(account.pk)])
    made = answer.json()
    secret = made.pop("token")
    row = ApiToken.objects.get()

    assert answer.status_code == 201
    assert len(secret) == 47
    assert secret.startswith(made["prefix"])
    assert (made["scopes"], made["accounts"]) == (["read"], [str(account.pk)])
    assert secret not in str({name: getattr(row, name) for name in vars(row)})
    assert tokens.browser(owner).get(TOKENS).json()["results"] == [made]
    assert shown(secret).get(ME).json()["username"] == "owner"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["write"]}, "scopes"),
        ({"scopes": "read"}, "scopes"),
        ({"name": " "}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"accounts": []}, "accounts"),
        ({"accounts": [str(uuid4())]}, "accounts"),
        ({"accounts": ["nonsense"]}, "accounts"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "soon"}, "expires_at"),
    ],
)
def test_what_cannot_be_a_token_is_refused_by_its_field(owner: User, body: dict[str, Any], field: str) -> None:
    answer = make(owner, **body)

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not ApiToken.objects.exists()


def test_a_token_for_a_foreign_account_is_refused_like_one_for_an_unknown(
    owner: User, foreign_account: BankAccount
) -> None:
    answers = [make(owner, accounts=[str(key)]) for key in (foreign_account.pk, uuid4())]

    assert {(each.status_code, each.content) for each in answers} == {(400, answers[0].content)}


def test_a_token_makes_shows_and_revokes_no_tokens(owner: User) -> None:
    client, made = tokens.script(owner), tokens.api_token(owner)
    answers = [
        client.get(TOKENS),
        client.post(TOKENS, {"name": "more", "scopes": ["read"]}, **JSON),
        client.delete(f"{TOKENS}{made.row.pk}/"),
    ]

    assert {each.status_code for each in answers} == {403}
    assert ApiToken.objects.filter(revoked_at=None).count() == 2


def test_others_tokens_are_not_there(owner: User, stranger: User) -> None:
    made = tokens.api_token(owner)
    client = tokens.browser(stranger)

    assert client.get(TOKENS).json()["results"] == []
    assert client.delete(f"{TOKENS}{made.row.pk}/").content == client.delete(f"{TOKENS}{uuid4()}/").content
    assert client.delete(f"{TOKENS}{made.row.pk}/").status_code == 404
    assert shown(made.secret).get(ME).status_code == 200


def test_a_revoked_token_does_not_count(owner: User) -> None:
    made = tokens.api_token(owner)
    for _ in range(2):
        assert tokens.browser(owner).delete(f"{TOKENS}{made.row.pk}/").status_code == 204
        assert shown(made.secret).get(ME).status_code == 401
    assert tokens.browser(owner).get(TOKENS).json()["results"][0]["revoked_at"] is not None


def test_an_end_may_be_told_in_any_offset(owner: User) -> None:
    made = make(owner, expires_at="2999-11-02T00:00:00+23:00")

    assert made.json()["expires_at"] == "2999-11-01T01:00:00Z"


def test_a_token_ends_when_it_expires(owner: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        secret = make(owner).json()["token"]
        forever = make(owner, expires_at=None).json()["token"]
        clock.shift(timedelta(days=365) - timedelta(seconds=1))
        assert shown(secret).get(ME).status_code == 200
        clock.shift(timedelta(seconds=1))

        assert shown(secret).get(ME).status_code == 401
        assert shown(forever).get(ME).status_code == 200


def test_the_last_use_is_noted_once_a_minute(owner: User, django_assert_num_queries: Any) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        made = tokens.api_token(owner)
        shown(made.secret).get(ME)
        clock.shift(timedelta(seconds=59))
        with django_assert_num_queries(1):  # the token with its user
            shown(made.secret).get(ME)
        assert ApiToken.objects.get().last_used_at == NOW
        clock.shift(timedelta(seconds=1))
        shown(made.secret).get(ME)
        assert ApiToken.objects.get().last_used_at == NOW + timedelta(minutes=1)


def test_there_is_an_end_of_tokens(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_tokens, "MOST", 1)
    made = make(owner).json()
    assert make(owner).status_code == 409
    tokens.browser(owner).delete(f"{TOKENS}{made['id']}/")

    assert make(owner).status_code == 201


def test_a_token_of_one_account_sees_nothing_of_another(owner: User, shared_account: BankAccount, house: House) -> None:
    client = tokens.script(owner, accounts=[shared_account])
    owner.default_bank_account = house.account
    owner.save()
    for operation in operations():
        if operation.is_object and not operation.path.startswith("/api/v1/banks/") and not operation.writes:
            assert client.get(houses.url(operation, house)).status_code == 404, operation.id
    listed = {row["bank_account"] for path in ("budgets", "transactions", "allocations", "internal-transactions")
              for row in client.get(f"/api/v1/{path}/").json()["results"]}  # fmt: skip

    assert [row["id"] for row in client.get("/api/v1/bank-accounts/").json()["results"]] == [str(shared_account.pk)]
    assert listed == {str(shared_account.pk)}
    assert client.get(ME).json()["default_bank_account"] is None
    taken = [client.get(path).getvalue().decode() for path in EXPORTS]
    assert all(str(house.account.pk) not in text and house.account.name not in text for text in taken)
    assert str(shared_account.pk) in taken[0]
    body = houses.transfer_body(house)
    assert client.post("/api/v1/internal-transactions/", body, **JSON).status_code == 400


def test_a_token_is_not_told_of_the_other_side_that_it_does_not_reach(owner: User, account: BankAccount) -> None:
    other = build.account(owner=owner, name="Savings", balance="100.00")
    here, there = build.transaction(account, amount="-5.00"), build.transaction(other, amount="5.00")
    linking.link(actor=owner, transaction_id=here.pk, other_id=there.pk, now=NOW)
    path = f"/api/v1/transactions/{here.pk}/"
    shown = {
        reach: [
            client.get(path).json()["linked_transaction"],
            *(row["linked_transaction"] for row in client.get("/api/v1/transactions/").json()["results"]),
        ]
        for reach, client in (
            ("one", tokens.script(owner, accounts=[account])),
            ("both", tokens.script(owner, accounts=[account, other])),
        )
    }

    assert shown["one"] == [None, None]
    assert sorted(shown["both"]) == sorted([str(there.pk), str(there.pk), str(here.pk)])


def test_a_token_reaches_no_account_that_its_user_lost(owner: User, shared_account: BankAccount) -> None:
    client = tokens.script(owner, accounts=[shared_account])
    path = f"/api/v1/bank-accounts/{shared_account.pk}/"
    assert client.get(path).status_code == 200
    shared_account.owners.remove(owner)

    assert client.get(path).status_code == 404


def test_a_token_whose_only_account_is_deleted_reaches_none(owner: User, account: BankAccount) -> None:
    other = build.account(owner=owner, name="Other")
    client = tokens.script(owner, accounts=[other])
    tokens.browser(owner).delete(f"/api/v1/bank-accounts/{other.pk}/")

    assert client.get("/api/v1/bank-accounts/").json()["results"] == []


def test_the_history_tells_which_token_acted(house: House) -> None:
    client = tokens.script(house.owner, "move_money")
    client.post("/api/v1/internal-transactions/", houses.transfer_body(house), **JSON)
    last = Change.objects.latest("pk")

    assert (last.actor, last.door, last.token) == (house.owner, "rest", "a script")
    assert set(Change.objects.exclude(token="a script").values_list("token", flat=True)) == {""}


def test_a_key_used_by_one_bearer_gives_its_answer_to_no_other(house: House) -> None:
    path, body = "/api/v1/internal-transactions/", houses.transfer_body(house)
    elsewhere = build.account(owner=house.owner, name="Elsewhere")
    key: Any = {"headers": {"Idempotency-Key": "k"}}
    script = tokens.script(house.owner, "move_money")
    first, again = (script.post(path, body, **JSON, **key) for _ in range(2))
    others = [tokens.browser(house.owner), tokens.script(house.owner, accounts=[elsewhere])]

    assert (first.status_code, again.content) == (201, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert [each.post(path, body, **JSON, **key).status_code for each in others] == [422, 422]


def test_a_secret_is_not_kept_under_a_key(owner: User) -> None:
    body = {"name": "import", "scopes": ["read"]}
    answer = tokens.browser(owner).post(TOKENS, body, **JSON, headers={"Idempotency-Key": "k"})

    assert answer.status_code == 400
    assert list(answer.json()) == ["Idempotency-Key"]
    assert not ApiToken.objects.exists()
    assert not IdempotencyKey.objects.exists()
