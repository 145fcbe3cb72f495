"""Refunds through the REST door."""

from uuid import uuid4

import pytest

from backend.ledger.models import BankAccount, Entry, User
from tests import build
from tests.rest.house import client

pytestmark = pytest.mark.django_db


def test_a_refund_is_found_tied_shown_and_untied(owner: User, account: BankAccount) -> None:
    rent = build.budget(account, name="Rent")
    purchase = build.transaction(account, amount="-40", splits={rent: "30"}, posted_date=-3)
    refund = build.transaction(account, amount="20")
    api, path = client(owner), f"/api/v1/transactions/{refund.pk}"

    [candidate] = api.get(f"{path}/refund-candidates/").json()
    assert (candidate["purchase"], candidate["left"], candidate["score"]) == (str(purchase.pk), "40.00", 75)
    assert candidate["reasons"][0] == {"code": "same_party", "text": "The same party."}

    nothing: dict[str, object] = {"refund_of": None, "refunds": [], "refunded": "0.00", "refunded_currency": "USD"}
    assert api.get(f"{path}/refund-of/").json() == nothing | {
        "transaction": str(refund.pk),
        "left": "0.00",
        "left_currency": "USD",
    }
    tied = api.post(f"{path}/refund-of/", {"purchase": str(purchase.pk)})
    assert (tied.status_code, tied.json()["refund_of"]) == (200, str(purchase.pk))
    assert dict(Entry.objects.filter(transaction=refund).values_list("budget__name", "amount")) == {
        "Rent": 15,
        "Unallocated": 5,
    }
    found = api.get(f"/api/v1/transactions/{purchase.pk}/refund-of/").json()
    assert (found["refunds"], found["refunded"], found["left"]) == ([str(refund.pk)], "20.00", "20.00")
    assert api.delete(f"{path}/refund-of/").status_code == 204
    assert api.delete(f"{path}/refund-of/").json() == {
        "detail": "The transaction is tied to no purchase.",
        "code": "invalid",
    }


def test_for_a_stranger_there_is_nothing_to_tie(owner: User, stranger: User, account: BankAccount) -> None:
    purchase, refund = build.transaction(account, amount="-5"), build.transaction(account, amount="5")
    for path in ("refund-of", "refund-candidates"):
        answers = {client(stranger).get(f"/api/v1/transactions/{key}/{path}/").content for key in (refund.pk, uuid4())}
        assert len(answers) == 1
    for method in ("post", "delete"):
        for body in ({"purchase": str(purchase.pk)}, {"no": "sense"}):
            answer = getattr(client(stranger), method)(f"/api/v1/transactions/{refund.pk}/refund-of/", body)
            assert answer.status_code == 404


def test_under_a_key_it_is_tied_once(owner: User, account: BankAccount) -> None:
    purchase, refund = build.transaction(account, amount="-5"), build.transaction(account, amount="5")
    for replayed in (None, "true"):
        answer = client(owner).post(
            f"/api/v1/transactions/{refund.pk}/refund-of/", {"purchase": str(purchase.pk)}, HTTP_IDEMPOTENCY_KEY="k"
        )
        assert (answer.status_code, answer.headers.get("Idempotency-Replayed")) == (200, replayed)
