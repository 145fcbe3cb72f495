"""Who owns an account, and what goes when somebody leaves it."""

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Change, Transaction, User
from backend.ledger.services import linking, owners
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("shared_account")
def test_an_owner_is_added_once_and_the_history_tells_it(owner: User, account: BankAccount) -> None:
    for _ in range(2):
        owners.add(actor=owner, account_id=account.pk, username=" COOWNER ", now=build.NOW)

    assert {each.username for each in account.owners.all()} == {"owner", "coowner"}
    told = [change.values for change in Change.objects.filter(bank_account=account, action="changed")]
    assert told == [{"owners": [["owner"], ["coowner", "owner"]]}]
    account.refresh_from_db()
    assert account.version == 2


@pytest.mark.parametrize("username", ["nobody", "", "gone", "stranger"])
@pytest.mark.usefixtures("foreign_account")
def test_nobody_owns_who_did_not_agree_to_share_anything(owner: User, account: BankAccount, username: str) -> None:
    """By an account of both, a stranger's transactions would be linked, and told by that."""
    gone = build.user("gone")
    gone.is_active = False
    gone.save()
    build.account(owner=owner, co_owners=[gone], name="Of old")
    with states.refused(errors.NotFound, field="username"):
        owners.add(actor=owner, account_id=account.pk, username=username, now=build.NOW)


def test_the_last_owner_cannot_leave(owner: User, account: BankAccount) -> None:
    with states.refused(errors.Forbidden, field="username"):
        owners.remove(actor=owner, account_id=account.pk, username="owner", now=build.NOW)


def test_who_leaves_may_do_nothing_more(owner: User, coowner: User, shared_account: BankAccount) -> None:
    owners.remove(actor=coowner, account_id=shared_account.pk, username="coowner", now=build.NOW)
    with states.refused(errors.NotFound):
        owners.add(actor=coowner, account_id=shared_account.pk, username="coowner", now=build.NOW)
    with states.refused(errors.NotFound, field="username"):
        owners.remove(actor=owner, account_id=shared_account.pk, username="coowner", now=build.NOW)


def test_links_to_accounts_that_share_no_owner_any_more_are_cut(
    owner: User, coowner: User, account: BankAccount, shared_account: BankAccount
) -> None:
    here, there = build.transaction(shared_account, amount="-5"), build.transaction(account, amount="5")
    linking.link(actor=owner, transaction_id=here.pk, other_id=there.pk, now=build.NOW)
    theirs = build.account(owner=coowner, name="Theirs")
    kept, other = build.transaction(shared_account, amount="-7"), build.transaction(theirs, amount="7")
    linking.link(actor=coowner, transaction_id=kept.pk, other_id=other.pk, now=build.NOW)
    owners.remove(actor=owner, account_id=shared_account.pk, username="owner", now=build.NOW)

    links = dict(Transaction.objects.values_list("pk", "linked_transaction"))
    assert (links[here.pk], links[there.pk]) == (None, None)
    assert (links[kept.pk], links[other.pk]) == (other.pk, kept.pk)
    states.sound()
