"""Links that owners set, reject and cut themselves, and the candidates that they choose from."""

from typing import Any

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Transaction, User
from backend.ledger.selectors import linking as selectors
from backend.ledger.services import accounts, linking, refunds
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db

NOW = build.NOW


@pytest.fixture
def out(account: BankAccount) -> Transaction:
    return build.transaction(account, amount="-5", raw_description="WITHDRAWAL")


@pytest.fixture
def into(shared_account: BankAccount) -> Transaction:
    return build.transaction(shared_account, amount="5", raw_description="DEPOSIT", posted_date=1)


def pairs(user: User, **asked: Any) -> list[tuple[Transaction, Transaction]]:
    return [(each.debit, each.credit) for each in selectors.candidates(user, **asked)]


def test_a_link_is_cut_by_who_owns_both_sides(
    owner: User, coowner: User, stranger: User, out: Transaction, into: Transaction
) -> None:
    linking.link(actor=owner, transaction_id=out.pk, other_id=into.pk, now=NOW)
    with states.refused(errors.NotFound):
        linking.unlink(actor=stranger, transaction_id=out.pk, now=NOW)
    with states.refused(errors.InvalidValue):
        linking.unlink(actor=coowner, transaction_id=into.pk, now=NOW)
    linking.unlink(actor=owner, transaction_id=into.pk, now=NOW)
    with states.refused(errors.InvalidValue):
        linking.unlink(actor=owner, transaction_id=out.pk, now=NOW)


def test_what_fits_is_a_candidate_from_either_side_until_it_is_linked(
    owner: User, account: BankAccount, shared_account: BankAccount, out: Transaction, into: Transaction
) -> None:
    for asked in (
        {},
        {"account_id": account.pk},
        {"account_id": shared_account.pk},
        {"transaction_id": out.pk},
        {"transaction_id": into.pk},
    ):
        assert pairs(owner, **asked) == [(out, into)]
    [found] = selectors.candidates(owner)
    assert (found.days, found.rivals, found.match.score) == (1, 0, 57)

    linking.link(actor=owner, transaction_id=out.pk, other_id=into.pk, now=NOW)
    assert pairs(owner) == []
    linking.unlink(actor=owner, transaction_id=out.pk, now=NOW)
    assert pairs(owner) == [], "what was cut is not offered again"
    states.sound()


def test_what_was_rejected_stays_rejected_until_an_owner_links_it(
    owner: User, account: BankAccount, out: Transaction, shared_account: BankAccount
) -> None:
    named = build.transaction(shared_account, amount="5", raw_description="FROM CHECKING")
    accounts.update(actor=owner, account_id=account.pk, changes={"name": "Checking"}, now=NOW)
    assert pairs(owner) == [(out, named)]
    version = linking.reject(actor=owner, transaction_id=out.pk, other_id=named.pk, now=NOW).version
    assert version == out.version + 1
    settled = states.fingerprint()
    linking.reject(actor=owner, transaction_id=named.pk, other_id=out.pk, now=NOW)

    assert states.fingerprint() == settled
    assert pairs(owner) == []
    assert linking.link_account(account_id=account.pk, now=NOW) == 0
    linking.link(actor=owner, transaction_id=named.pk, other_id=out.pk, now=NOW)
    out.refresh_from_db()
    assert (out.linked_transaction, out.refused_links) == (named, [])
    states.sound()


def test_a_link_that_is_rejected_is_cut(owner: User, out: Transaction, into: Transaction) -> None:
    linking.link(actor=owner, transaction_id=out.pk, other_id=into.pk, now=NOW)
    linking.reject(actor=owner, transaction_id=into.pk, other_id=out.pk, now=NOW)
    out.refresh_from_db()

    assert (out.linked_transaction, out.refused_links) == (None, [str(into.pk)])
    states.sound()


def test_rejecting_one_pair_leaves_the_other_links_of_both(
    owner: User, account: BankAccount, shared_account: BankAccount, out: Transaction, into: Transaction
) -> None:
    again = build.transaction(shared_account, amount="5")
    linking.link(actor=owner, transaction_id=out.pk, other_id=into.pk, now=NOW)
    linking.reject(actor=owner, transaction_id=out.pk, other_id=again.pk, now=NOW)
    out.refresh_from_db()

    assert out.linked_transaction == into
    states.sound()


def test_only_what_could_be_a_movement_is_rejected(
    owner: User, account: BankAccount, out: Transaction, shared_account: BankAccount
) -> None:
    for other in (build.transaction(account, amount="5"), build.transaction(shared_account, amount="6")):
        with states.refused(errors.InvalidValue, field="other"):
            linking.reject(actor=owner, transaction_id=out.pk, other_id=other.pk, now=NOW)


def test_what_else_fits_is_told(
    owner: User, account: BankAccount, shared_account: BankAccount, out: Transaction, into: Transaction
) -> None:
    accounts.update(actor=owner, account_id=account.pk, changes={"name": "Checking"}, now=NOW)
    named = build.transaction(shared_account, amount="5", raw_description="FROM CHECKING")
    build.transaction(account, amount="-5", raw_description="OTHER", posted_date=-3)

    found = selectors.candidates(owner, transaction_id=out.pk)
    assert [(each.credit, each.rivals) for each in found] == [(named, 2), (into, 2)]
    assert found[0].match.score > found[1].match.score
    assert [each.credit for each in selectors.candidates(owner, transaction_id=out.pk, limit=1)] == [named]


@pytest.mark.parametrize(
    "difference",
    [{"amount": "5.01"}, {"amount": "-5"}, {"posted_date": 11}, {"posted_date": -11}, {"pending": True}],
)
def test_what_differs_is_no_candidate(
    owner: User, shared_account: BankAccount, out: Transaction, difference: dict[str, Any]
) -> None:
    build.transaction(shared_account, **({"amount": "5"} | difference))
    assert pairs(owner) == []


def test_neither_is_what_lies_in_one_account_or_another_currency_or_is_a_refund(
    owner: User, account: BankAccount, shared_account: BankAccount, out: Transaction
) -> None:
    euros = build.account(owner=owner, currency="EUR")
    build.transaction(euros, amount="5")
    build.transaction(account, amount="5")
    purchase, refund = build.transaction(shared_account, amount="-9"), build.transaction(shared_account, amount="5")
    refunds.tie(actor=owner, transaction_id=refund.pk, purchase_id=purchase.pk, now=NOW)
    build.transaction(account, amount="9", posted_date=1)

    assert pairs(owner) == []


def test_a_pair_is_for_who_owns_both_accounts(
    owner: User, coowner: User, stranger: User, out: Transaction, into: Transaction
) -> None:
    account = out.bank_account
    own = build.account(owner=coowner)
    third = build.transaction(own, amount="-5")

    assert pairs(owner) == [(out, into)]
    assert pairs(coowner) == [(third, into)]
    assert pairs(stranger) == []
    assert selectors.candidates(owner)[0].rivals == 0, "nobody learns of what is not theirs"
    with pytest.raises(errors.NotFound):
        selectors.candidates(coowner, account_id=account.pk)
    with pytest.raises(errors.NotFound):
        selectors.candidates(coowner, transaction_id=out.pk)
    for act in (linking.link, linking.reject):
        with states.refused(errors.NotFound):
            act(actor=coowner, transaction_id=out.pk, other_id=into.pk, now=NOW)
        with states.refused(errors.NotFound, field="other"):
            act(actor=coowner, transaction_id=into.pk, other_id=out.pk, now=NOW)


def test_many_movements_of_one_size_are_looked_at_as_far_as_it_goes(
    owner: User, account: BankAccount, shared_account: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        build.transaction(account, amount="-5")
        build.transaction(shared_account, amount="5")
    assert len(pairs(owner, limit=50)) == 16
    monkeypatch.setattr(selectors, "MOST_PAIRS", 7)
    assert len(pairs(owner, limit=50)) == 7
    with pytest.raises(errors.InvalidValue):
        pairs(owner, limit=51)


def test_candidates_cost_three_queries(
    owner: User, out: Transaction, into: Transaction, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        assert selectors.candidates(owner)


def test_an_account_that_goes_takes_its_links_along(
    owner: User, account: BankAccount, out: Transaction, into: Transaction
) -> None:
    linking.link(actor=owner, transaction_id=out.pk, other_id=into.pk, now=NOW)
    accounts.delete(actor=owner, account_id=account.pk, now=NOW)
    into.refresh_from_db()

    assert into.linked_transaction is None
    states.sound()
