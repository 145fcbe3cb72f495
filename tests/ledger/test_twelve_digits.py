"""No balance grows beyond twelve digits, now or in the past."""

from decimal import Decimal

import pytest

from backend.ledger import errors
from backend.ledger.models import User
from backend.ledger.services import transactions
from tests import build
from tests.ledger import states
from tests.ledger.drafts import draft, post

pytestmark = pytest.mark.django_db

D = Decimal


MOST = "999999999999.99"


def test_a_balance_reaches_twelve_digits_and_not_more(owner, stranger):
    account = build.account(owner=owner, balance="999999999999.98")
    build.transaction(account, amount="0.01")
    with states.refused(errors.OutOfRange, field="amount"):
        build.transaction(account, amount="0.01")
    build.transaction(account, amount=f"-{MOST}")
    states.sound()


def test_a_balance_that_would_pass_the_limit_in_the_past_is_refused(owner):
    account = build.account(owner=owner, balance=MOST)
    build.transaction(account, amount="-5", posted_date=1)
    build.transaction(account, amount="5", posted_date=3)
    with states.refused(errors.OutOfRange, field="amount"):
        build.transaction(account, amount="1", posted_date=2)


def test_a_batch_that_would_pass_the_limit_is_refused(owner):
    account = build.account(owner=owner)
    unallocated = build.unallocated(account)
    with states.refused(errors.OutOfRange, field="amount"):
        post(account, [draft(unallocated, MOST), draft(unallocated, "0.01")])


def test_a_batch_beyond_what_the_columns_hold_is_refused(owner):
    account = build.account(owner=owner)
    unallocated = build.unallocated(account)
    with states.refused(errors.OutOfRange, field="amount"):
        post(account, [draft(unallocated, MOST) for _ in range(1000)])


def test_a_batch_beyond_the_columns_in_between_is_refused(owner):
    account = build.account(owner=owner)
    unallocated = build.unallocated(account)
    ups = [draft(unallocated, MOST, day=day) for day in range(1000)]
    downs = [draft(unallocated, f"-{MOST}", day=1000) for _ in range(1000)]
    with states.refused(errors.OutOfRange, field="amount"):
        post(account, [*ups, *downs])


def test_a_transfer_past_the_limit_is_refused(owner):
    account = build.account(owner=owner)
    one, other = build.budget(account, name="One"), build.budget(account, name="Other")
    build.transfer(account, source=one, target=other, amount=MOST)
    with states.refused(errors.OutOfRange, field="amount"):
        build.transfer(account, source=one, target=other, amount="0.01")
    states.sound()


def test_a_split_past_the_limit_is_refused(account, owner, groceries):
    build.transfer(account, source=groceries, target=build.unallocated(account), amount="999999998999.99")
    row = build.transaction(account, amount="-2000")
    with states.refused(errors.OutOfRange, field="splits"):
        transactions.split(actor=owner, transaction_id=row.pk, shares={groceries.pk: D(2000)}, now=build.NOW)


def test_a_net_funding_past_the_limit_is_kept_or_refused(account, owner: User, groceries):
    """Net funding has no bound of its own: money can be put in and spent again and again."""
    unallocated = build.unallocated(account)
    for _ in range(2):
        build.transaction(account, amount="999999990000", posted_date=0)
        build.transfer(account, source=unallocated, target=groceries, amount="999999990000")
        build.transaction(account, amount="-999999990000", splits={groceries: "999999990000"})
    groceries.refresh_from_db()
    assert groceries.net_funding == D("1999999980000")
    states.sound()
