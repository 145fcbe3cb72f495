"""Links that owners set and cut themselves."""

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, User
from backend.ledger.services import linking
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db


def test_a_link_is_cut_by_its_owners_alone(
    owner: User, stranger: User, account: BankAccount, shared_account: BankAccount
) -> None:
    one, other = build.transaction(account, amount="-5"), build.transaction(shared_account, amount="5")
    linking.link(actor=owner, transaction_id=one.pk, other_id=other.pk, now=build.NOW)
    with states.refused(errors.NotFound):
        linking.unlink(actor=stranger, transaction_id=one.pk, now=build.NOW)
    linking.unlink(actor=owner, transaction_id=other.pk, now=build.NOW)
    with states.refused(errors.InvalidValue):
        linking.unlink(actor=owner, transaction_id=one.pk, now=build.NOW)
