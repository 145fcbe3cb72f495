"""The `Idempotency-Key` header of every POST: one effect, one answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connections
from django.http import HttpResponse
from django.test import Client

from backend.ledger.models import BankAccount, Budget, FundingEvent, IdempotencyKey, Transaction, Transfer, User
from backend.ledger.services import idempotency, transfers
from scheduler import jobs
from tests import build
from tests.contract.document import operations
from tests.ledger import states
from tests.rest import house as houses
from tests.rest.house import House
from tests.services import funded
from tests.tokens import bearer

TRANSACTIONS = "/api/v1/transactions/"
POSTS = [each for each in operations() if each.method == "POST" and not each.path.startswith("/api/token/")]


def post(user: User, body: dict[str, Any], *, key: str, path: str = TRANSACTIONS, **more: Any) -> Any:
    client = Client(headers={**bearer(user), "Idempotency-Key": key})
    return client.post(path, body, **{"content_type": "application/json", **more})


def coffee(account: BankAccount, **changes: Any) -> dict[str, Any]:
    return {
        "bank_account": str(account.pk),
        "amount": "-3.50",
        "posted_date": "2026-06-15",
        "transaction_type": "pin_purchase",
        "raw_description": "COFFEE",
        **changes,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("operation", POSTS, ids=lambda each: each.id)
def test_every_post_is_done_once(operation: Any, house: House) -> None:
    api = houses.client(house.owner)
    api.defaults["HTTP_IDEMPOTENCY_KEY"] = f"key-of-{operation.id}"
    first = houses.send(api, operation, house)
    assert first.status_code < 300, first.content
    before = states.fingerprint()
    second = houses.send(api, operation, house)

    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert (first.headers.get("Idempotency-Replayed"), second.headers["Idempotency-Replayed"]) == (None, "true")
    assert states.fingerprint() == before


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused(account: BankAccount, owner: User) -> None:
    assert post(owner, coffee(account), key="a").status_code == 201
    refused = post(owner, coffee(account, amount="-4.00"), key="a")

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert Transaction.objects.count() == 1


@pytest.mark.django_db
def test_the_order_of_the_keys_of_a_body_does_not_matter(account: BankAccount, owner: User) -> None:
    body = coffee(account)
    post(owner, body, key="a")
    again = post(owner, dict(reversed(body.items())), key="a")

    assert again.headers["Idempotency-Replayed"] == "true"
    assert Transaction.objects.count() == 1


@pytest.mark.django_db
def test_a_form_with_a_file_is_known_by_what_is_in_the_file(account: BankAccount, owner: User) -> None:
    def send(content: bytes) -> HttpResponse:
        upload = SimpleUploadedFile("note.txt", content)
        client = Client(headers={**bearer(owner), "Idempotency-Key": "a"})
        return client.post(TRANSACTIONS, {**coffee(account), "document": upload})  # type: ignore[return-value]

    assert [send(b"one").status_code, send(b"one").status_code, send(b"two").status_code] == [201, 201, 422]
    assert Transaction.objects.count() == 1


@pytest.mark.django_db
def test_keys_of_different_users_have_nothing_to_do_with_each_other(
    shared_account: BankAccount, owner: User, coowner: User
) -> None:
    for user in (owner, coowner):
        assert post(user, coffee(shared_account), key="a").status_code == 201
    assert Transaction.objects.count() == 2


@pytest.mark.django_db
def test_what_was_refused_may_be_mended_under_the_same_key(account: BankAccount, owner: User) -> None:
    assert post(owner, coffee(account, amount="-1.005"), key="a").status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert post(owner, coffee(account), key="a").status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "with blank", "ü", "x" * 256])
def test_a_key_that_cannot_be_one_is_refused(account: BankAccount, owner: User, key: str) -> None:
    refused = post(owner, coffee(account), key=key)

    assert refused.status_code == 400
    assert list(refused.json()) == ["Idempotency-Key"]
    assert not Transaction.objects.exists()


@pytest.mark.django_db
def test_keys_are_kept_for_seven_days(account: BankAccount, owner: User, time_machine: Any) -> None:
    time_machine.move_to(build.NOW, tick=False)
    post(owner, coffee(account), key="a")
    time_machine.move_to(build.NOW + timedelta(days=7), tick=False)
    post(owner, coffee(account), key="a")
    assert Transaction.objects.count() == 1

    time_machine.move_to(build.NOW + timedelta(days=7, seconds=1), tick=False)
    post(owner, coffee(account, amount="-4.00"), key="a")
    assert Transaction.objects.count() == 2

    jobs.tidy(now=build.NOW + timedelta(days=14))
    assert IdempotencyKey.objects.count() == 1
    jobs.tidy(now=build.NOW + timedelta(days=15))
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_what_a_write_leaves_for_afterwards_is_done_when_it_is_committed(account: BankAccount, owner: User) -> None:
    goal = funded.goal(account)
    path = f"/api/v1/bank-accounts/{account.pk}/mark-imported/"
    for _ in range(2):
        answer = post(owner, {"last_posted_through": build.TODAY.isoformat()}, key="a", path=path)
        assert answer.status_code == 200
    assert FundingEvent.objects.filter(budget=goal).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_has_an_effect_and_all_have_its_answer(account: BankAccount, owner: User) -> None:
    together = Barrier(8)

    def send(_: int) -> tuple[int, bytes]:
        try:
            together.wait(30)
            found = post(owner, coffee(account), key="a")
            return found.status_code, found.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert len(answers) == 1
    assert {status for status, _ in answers} == {201}
    assert Transaction.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_write_that_dies_leaves_neither_effect_nor_key(account: BankAccount, owner: User) -> None:
    source, target = build.unallocated(account), build.budget(account)
    given = {"source_id": source.pk, "target_id": target.pk, "amount": Decimal(5), "effective_at": build.NOW}

    def act() -> idempotency.Answer:
        transfers.create(actor=owner, now=build.NOW, **given)  # type: ignore[arg-type]
        if dying:
            raise RuntimeError("power cut")
        return idempotency.Answer(status=201, body="{}")

    dying = True
    with pytest.raises(RuntimeError):
        idempotency.once(user=owner, key="a", asked="x", now=build.NOW, act=act)
    assert (Transfer.objects.count(), IdempotencyKey.objects.count()) == (0, 0)
    dying = False
    for replayed in (False, True):
        assert idempotency.once(user=owner, key="a", asked="x", now=build.NOW, act=act).replayed is replayed
    assert Transfer.objects.count() == 1
    assert Budget.objects.get(pk=target.pk).balance == 5


@pytest.mark.django_db(transaction=True)
def test_a_write_that_goes_on_too_long_is_not_waited_for(
    account: BankAccount, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends the wait for the other's row with this error."""
    refuse = Mock(side_effect=OperationalError("canceling statement due to lock timeout"))
    monkeypatch.setattr(IdempotencyKey.objects, "create", refuse)
    refused = post(owner, coffee(account), key="a")

    assert (refused.status_code, refused.json()["code"]) == (409, "still_running")
    assert not Transaction.objects.exists()
