"""A request that changes nothing writes nothing: no later `modified_at`, no new version, no line in the history."""

from typing import Any

import pytest

from tests.contract.document import Operation, operations
from tests.rest import house as houses
from tests.rest.house import House

pytestmark = pytest.mark.django_db

CHANGES = [each for each in operations() if each.method == "PATCH" and "{username}" not in each.path]
AS_IT_WAS: dict[str, dict[str, Any]] = {
    "bank_accounts_partial_update": {"account_number": "12345678", "currency": "usd"},
    "budgets_partial_update": {
        "target_balance": "300",
        "funding_amount": "50.00",
        "paused": False,
        "target_date": None,
        "auto_spend": [{"party": "market"}],
    },
    "transactions_partial_update": {"memo": "weekly", "amount": "-40", "pending": False, "image": None},
    "users_me_partial_update": {"default_bank_account": None, "timezone": "UTC"},
}


@pytest.mark.parametrize("operation", CHANGES, ids=lambda operation: operation.id)
def test_a_change_of_nothing_writes_nothing(operation: Operation, house: House) -> None:
    before = houses.ledger()
    api = houses.client(house.owner)
    for changes in ({}, AS_IT_WAS[operation.id]):
        answer = houses.send(api, operation, house, changes)
        assert answer.status_code == 200, answer.content
    assert houses.ledger() == before
