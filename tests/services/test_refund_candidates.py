"""Which purchase a refund may be of, and which refunds a purchase may have."""

import pytest

from backend.ledger.models import BankAccount, User
from backend.ledger.selectors import refunds as selectors
from tests import build
from tests.services.refunded import tie

pytestmark = pytest.mark.django_db


def test_the_likeliest_purchase_comes_first_with_its_reasons(owner: User, account: BankAccount) -> None:
    old = build.transaction(account, amount="-50", raw_description="SHOP", posted_date=-89)
    build.transaction(account, amount="-50", raw_description="SHOP", posted_date=-91)
    near = build.transaction(account, amount="-80", raw_description="SHOP", posted_date=-2)
    same = build.transaction(account, amount="-50", raw_description="ELSEWHERE", posted_date=-2)
    build.transaction(account, amount="-49", raw_description="SHOP", posted_date=-2)
    build.transaction(account, amount="-60", raw_description="ELSEWHERE", posted_date=-2)
    build.transaction(account, amount="-50", raw_description="SHOP", posted_date=1)
    row = build.transaction(account, amount="50", raw_description="SHOP")

    found = selectors.candidates(owner, row.pk)
    assert [each.purchase for each in found] == [old, near, same]
    assert [reason.code for reason in found[0].match.reasons] == ["same_party", "whole_amount", "days_later"]

    tie(owner, build.transaction(account, amount="31"), near)
    assert [each.purchase for each in selectors.candidates(owner, row.pk)] == [old, same]
    assert len(selectors.candidates(owner, row.pk, limit=1)) == 1
    tie(owner, row, old)
    assert selectors.candidates(owner, row.pk) == []


def test_a_purchase_tells_which_credits_may_be_refunds_of_it(owner: User, account: BankAccount) -> None:
    row = build.transaction(account, amount="-50", raw_description="SHOP", posted_date=-2)
    part = build.transaction(account, amount="20", raw_description="SHOP")
    whole = build.transaction(account, amount="50", raw_description="SHOP")
    build.transaction(account, amount="50", raw_description="SHOP", posted_date=-3)
    build.transaction(account, amount="51", raw_description="SHOP")

    assert [each.refund for each in selectors.candidates(owner, row.pk)] == [whole, part]
    tie(owner, part, row)
    assert selectors.candidates(owner, row.pk) == []


def test_candidates_cost_two_queries_however_many_there_are(
    owner: User, account: BankAccount, django_assert_num_queries: object
) -> None:
    for _ in range(5):
        build.transaction(account, amount="-50", raw_description="SHOP", posted_date=-2)
    row = build.transaction(account, amount="50", raw_description="SHOP")
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(selectors.candidates(owner, row.pk)) == 5
