"""Every write of the REST API and its mutation, with the same input: the same rows, the same refusals.

The pairs are made from the two documents: an operation without its twin fails, and so does one that no case tries.
"""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction

from backend.ledger.models import User
from tests import worlds
from tests.build import NOW
from tests.conftest import PASSWORD
from tests.parity import doors
from tests.parity.case import Case
from tests.parity.imports import IMPORTS
from tests.parity.ties import TIES
from tests.parity.world import World, found_world, rows

pytestmark = pytest.mark.django_db

WRITES = doors.writes()
BEYOND = {
    "addOwner",
    "configureFunding",
    "createTransactions",
    "previewStatement",  # in REST an option of the import
    "prioritiseBudget",
    "removeOwner",
    "reverseTransfer",
    "settleTransaction",  # in REST, `pending` becomes false
    "unarchiveBudget",
    "updateAllocation",
}
"""Mutations for what the REST API does not offer."""

MONTHLY = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1"
COFFEE = {
    "bank_account": "@account",
    "amount": "-3.50",
    "posted_date": "2026-06-14T00:00:00Z",
    "transaction_type": "pin_purchase",
    "raw_description": "COFFEE",
}
CAR = {"bank_account": "@account", "name": "Car", "target_balance": "100.00", "budget_type": "G", "funding_type": "F"}
MOVE = {"bank_account": "@account", "src_budget": "@unallocated", "dst_budget": "@groceries", "amount": "5.00"}
HOOK = {"url": "https://hook.example/new?key=1", "kinds": ["goal.reached", "budget.below_zero"]}
SKIP = {"budget": "@weekly", "date": "2026-06-28"}
NEW_PASSWORD = {"current_password": PASSWORD, "new_password": "another long one of theirs"}
TOKEN = {"name": "script", "scopes": ["read", "import"]}


CASES = [
    Case("bank_accounts_create", {"name": "New", "bank": "@bank", "account_type": "S", "posted_balance": "5.00"}),
    Case("bank_accounts_create", {"name": "New", "bank": "@bank", "currency": "JPY", "available_balance": "5"}),
    Case("bank_accounts_create", {"name": " ", "bank": "@bank"}, refused="name"),
    Case("bank_accounts_create", {"name": "x" * 201, "bank": "@bank"}, refused="name"),
    Case("bank_accounts_create", {"name": "New", "bank": "@absent"}, refused="bank"),
    Case("bank_accounts_create", {"name": "New", "bank": "@bank", "currency": "ZZZ"}, refused="currency"),
    Case("bank_accounts_create", {"name": "N", "bank": "@bank", "posted_balance": "1.005"}, refused="posted_balance"),
    Case("bank_accounts_partial_update", {"name": "Other", "account_number": "12345"}, "@account"),
    Case("bank_accounts_partial_update", {"name": "Other"}, "@foreign_account", refused="not_found"),
    Case("bank_accounts_partial_update", {"name": "Other"}, "@account", user="stranger", refused="not_found"),
    Case("bank_accounts_partial_update", {"name": "Other"}, "@account", user="staff", refused="not_found"),
    Case("bank_accounts_destroy", {}, "@account"),
    Case("bank_accounts_destroy", {}, "@foreign_account", refused="not_found"),
    Case("bank_accounts_mark_imported_create", {"last_posted_through": "2026-06-14"}, "@account"),
    Case(
        "bank_accounts_mark_imported_create",
        {"last_posted_through": "2026-07-14"},
        "@account",
        refused="last_posted_through",
    ),
    Case(
        "bank_accounts_mark_imported_create",
        {"last_posted_through": "2026-06-14"},
        "@foreign_account",
        refused="not_found",
    ),
    Case(
        "budgets_create",
        CAR
        | {
            "funding_amount": "10.00",
            "funding_schedule": MONTHLY,
            "memo": " soon ",
            "auto_spend": [{"party": "garage", "max": "50"}],
        },
    ),
    Case("budgets_create", CAR | {"budget_type": "R", "with_fillup_goal": True, "recurrance_schedule": MONTHLY}),
    Case("budgets_create", CAR | {"budget_type": "A"}, refused="budget_type"),
    Case("budgets_create", CAR | {"bank_account": "@foreign_account"}, refused="bank_account"),
    Case("budgets_create", CAR | {"bank_account": "@absent"}, refused="bank_account"),
    Case("budgets_create", CAR | {"target_balance": "-1.00"}, refused="target_balance"),
    Case("budgets_create", CAR | {"funding_schedule": "RRULE:FREQ=SECONDLY"}, refused="funding_schedule"),
    Case("budgets_create", CAR | {"recurrance_schedule": "hello"}, refused="recurrance_schedule"),
    Case("budgets_partial_update", {"name": "Food", "target_balance": "7.00", "paused": True}, "@groceries"),
    Case("budgets_partial_update", {"funding_amount": None, "target_date": "2026-12-31", "memo": None}, "@groceries"),
    Case("budgets_partial_update", {"name": "Mine"}, "@unallocated", refused="name"),
    Case("budgets_partial_update", {"name": "x"}, "@archived", refused="archived"),
    Case("budgets_partial_update", {"name": "x"}, "@foreign_budget", refused="not_found"),
    Case("budgets_partial_update", {"name": "x"}, "@absent", refused="not_found"),
    Case("budgets_destroy", {}, "@rent"),
    Case("budgets_destroy", {}, "@groceries", refused="has_allocations"),
    Case("budgets_destroy", {}, "@unallocated", refused="forbidden"),
    Case("budgets_archive_create", {}, "@groceries"),
    Case("budgets_archive_create", {}, "@archived", refused="archived"),
    Case("budgets_archive_create", {}, "@unallocated", refused="forbidden"),
    Case("budgets_archive_create", {}, "@foreign_budget", refused="not_found"),
    Case("bank_accounts_run_funding_create", {}, "@funded_account"),
    Case("bank_accounts_run_funding_create", {"as_of": "2026-06-15"}, "@funded_account"),
    Case("bank_accounts_run_funding_create", {"as_of": "2026-06-16"}, "@funded_account", refused="as_of"),
    Case("bank_accounts_run_funding_create", {}, "@foreign_account", refused="not_found"),
    Case("bank_accounts_funding_events_retry_create", {}, "@short"),
    Case("bank_accounts_funding_events_retry_create", {}, "@skipped", refused="cannot_retry"),
    Case("bank_accounts_funding_events_retry_create", {}, "@absent", refused="not_found"),
    Case("bank_accounts_funding_events_skip_create", SKIP, "@funded_account"),
    Case("bank_accounts_funding_events_skip_create", SKIP | {"date": "2026-06-29"}, "@funded_account", refused="date"),
    Case("bank_accounts_funding_events_skip_create", SKIP | {"kind": "recur"}, "@funded_account", refused="date"),
    Case(
        "bank_accounts_funding_events_skip_create",
        SKIP | {"budget": "@foreign_budget"},
        "@funded_account",
        refused="budget",
    ),
    Case("bank_accounts_funding_events_take_back_create", {}, "@skipped"),
    Case("bank_accounts_funding_events_take_back_create", {}, "@short", refused="settled"),
    Case("bank_accounts_funding_events_take_back_create", {}, "@absent", refused="not_found"),
    Case("bank_accounts_webhooks_create", HOOK, "@account"),
    Case("bank_accounts_webhooks_create", HOOK | {"kinds": []}, "@account", refused="kinds"),
    Case("bank_accounts_webhooks_create", HOOK | {"url": ""}, "@account", refused="url"),
    Case("bank_accounts_webhooks_create", HOOK | {"url": "https://a.example/" + "x" * 500}, "@account", refused="url"),
    Case("bank_accounts_webhooks_create", HOOK | {"url": "http://hook.example/"}, "@account", refused="url"),
    Case("bank_accounts_webhooks_create", HOOK | {"url": "https://10.0.0.1/"}, "@account", refused="url"),
    Case("bank_accounts_webhooks_create", HOOK, "@foreign_account", refused="not_found"),
    Case("bank_accounts_webhooks_partial_update", {"kinds": ["funding.short"], "active": True}, "@off"),
    Case("bank_accounts_webhooks_partial_update", {"url": "https://else.example/", "active": False}, "@hook"),
    Case("bank_accounts_webhooks_partial_update", {"url": "https://[::1]/"}, "@hook", refused="url"),
    Case("bank_accounts_webhooks_partial_update", {"active": False}, "@foreign_hook", refused="not_found"),
    Case("bank_accounts_webhooks_destroy", {}, "@hook"),
    Case("bank_accounts_webhooks_destroy", {}, "@foreign_hook", refused="not_found"),
    Case("bank_accounts_webhooks_destroy", {}, "@hook", user="stranger", refused="not_found"),
    Case("bank_accounts_webhooks_rotate_secret_create", {}, "@hook"),
    Case("bank_accounts_webhooks_rotate_secret_create", {}, "@foreign_hook", refused="not_found"),
    Case("bank_accounts_webhooks_test_create", {}, "@hook"),
    Case("bank_accounts_webhooks_test_create", {}, "@off", refused="webhook_off"),
    Case("bank_accounts_webhooks_test_create", {}, "@foreign_hook", refused="not_found"),
    Case("bank_accounts_webhook_deliveries_replay_create", {}, "@hook_delivery"),
    Case("bank_accounts_webhook_deliveries_replay_create", {}, "@off_delivery", refused="webhook_off"),
    Case("bank_accounts_webhook_deliveries_replay_create", {}, "@foreign_delivery", refused="not_found"),
    Case("internal_transactions_create", MOVE),
    Case("internal_transactions_create", MOVE | {"effective_date": "2026-06-01T08:00:00+02:00"}),
    Case("internal_transactions_create", MOVE | {"effective_date": "2026-06-01T08:00:00+18:00"}),
    Case(
        "internal_transactions_create", MOVE | {"effective_date": "0001-01-01T00:00:00+10:00"}, refused="effective_date"
    ),
    Case("internal_transactions_create", MOVE | {"amount": "0.00"}, refused="amount"),
    Case("internal_transactions_create", MOVE | {"dst_budget": "@unallocated"}, refused="same_budget"),
    Case("internal_transactions_create", MOVE | {"dst_budget": "@savings"}, refused="dst_budget"),
    Case("internal_transactions_create", MOVE | {"dst_budget": "@archived"}, refused="dst_budget"),
    Case("internal_transactions_create", MOVE | {"dst_budget": "@foreign_budget"}, refused="dst_budget"),
    Case("transactions_create", COFFEE),
    Case(
        "transactions_create",
        COFFEE | {"pending": True, "memo": "m", "description": "Coffee", "transaction_date": "2026-06-13T00:00:00Z"},
    ),
    Case("transactions_create", COFFEE | {"posted_date": "2026-06-13T20:00:00-08:00"}),
    Case("transactions_create", COFFEE | {"posted_date": "2026-06-14T02:00:00+13:00", "raw_description": "BAR 06/08"}),
    Case("transactions_create", COFFEE | {"posted_date": "9999-12-31T23:00:00-10:00"}, refused="posted_date"),
    Case("transactions_create", COFFEE | {"amount": "0.00"}, refused="amount"),
    Case("transactions_create", COFFEE | {"amount": "-1.005"}, refused="amount"),
    Case("transactions_create", COFFEE | {"raw_description": "x" * 513}, refused="raw_description"),
    Case("transactions_create", COFFEE | {"raw_description": ""}, refused="raw_description"),
    Case("transactions_create", COFFEE | {"bank_account": "@foreign_account"}, refused="bank_account"),
    Case("transactions_partial_update", {"memo": "m", "description": "", "transaction_type": "fee"}, "@posted"),
    Case("transactions_partial_update", {"memo": "x" * 513}, "@posted", refused="memo"),
    Case("transactions_partial_update", {"memo": "m"}, "@foreign_transaction", refused="not_found"),
    Case("transactions_destroy", {}, "@posted"),
    Case("transactions_destroy", {}, "@foreign_transaction", refused="not_found"),
    Case("transactions_splits_create", {"splits": {"@groceries": "3.00", "@rent": "2.00"}}, "@posted"),
    Case("transactions_splits_create", {"splits": {}}, "@posted"),
    Case("transactions_splits_create", {"splits": {"@groceries": "10.01"}}, "@posted", refused="splits"),
    Case("transactions_splits_create", {"splits": {"@groceries": "-1.00"}}, "@posted", refused="splits"),
    Case("transactions_splits_create", {"splits": {"@savings": "1.00"}}, "@posted", refused="splits"),
    Case("transactions_splits_create", {"splits": {"@archived": "1.00"}}, "@posted", refused="splits"),
    Case("transactions_splits_create", {"splits": {"@foreign_budget": "1.00"}}, "@posted", refused="splits"),
    Case("transactions_splits_create", {"splits": {"@groceries": "1.00"}}, "@foreign_transaction", refused="not_found"),
    Case("bank_accounts_invitations_create", {}, "@account"),
    Case("bank_accounts_invitations_create", {}, "@foreign_account", refused="not_found"),
    Case("bank_accounts_invitations_destroy", {}, "@invitation"),
    Case("bank_accounts_invitations_destroy", {}, "@foreign_invitation", refused="not_found"),
    Case("invitations_accept_create", {"secret": "@secret"}),
    Case("invitations_accept_create", {"secret": "mbi_unknown"}, refused="secret"),
    Case("invitations_accept_create", {"secret": "@own_secret"}, refused="conflict"),
    Case("sessions_destroy", {}, "@session"),
    Case("sessions_destroy", {}, "@foreign_session", refused="not_found"),
    Case("sessions_end_all_create", {}),
    Case("sessions_end_all_create", {"revoke_tokens": True}),
    Case("tokens_create", TOKEN),
    Case("tokens_create", TOKEN | {"accounts": ["@account", "@elsewhere"], "expires_at": None}),
    Case("tokens_create", TOKEN | {"name": " "}, refused="name"),
    Case("tokens_create", TOKEN | {"scopes": []}, refused="scopes"),
    Case("tokens_create", TOKEN | {"accounts": ["@foreign_account"]}, refused="accounts"),
    Case("tokens_create", TOKEN | {"accounts": []}, refused="accounts"),
    Case("tokens_create", TOKEN | {"expires_at": "2026-06-15T12:00:00Z"}, refused="expires_at"),
    Case("tokens_destroy", {}, "@token"),
    Case("tokens_destroy", {}, "@foreign_token", refused="not_found"),
    Case("users_me_password_create", NEW_PASSWORD),
    Case("users_me_password_create", NEW_PASSWORD | {"revoke_tokens": True}),
    Case("users_me_password_create", NEW_PASSWORD | {"current_password": "wrong"}, refused="current_password"),
    Case("users_me_password_create", NEW_PASSWORD | {"new_password": "owner"}, refused="new_password"),
    Case("users_me_password_create", NEW_PASSWORD | {"new_password": "12345678901"}, refused="new_password"),
    Case("users_me_partial_update", {"name": "Me", "timezone": "Europe/Lisbon", "default_bank_account": "@account"}),
    Case("users_me_partial_update", {"timezone": "Mars"}, refused="timezone"),
    Case("users_me_partial_update", {"default_bank_account": "@foreign_account"}, refused="default_bank_account"),
    Case("users_partial_update", {"name": "Theirs"}, "owner", user="staff"),
    Case("users_partial_update", {"timezone": "Mars"}, "owner", user="staff", refused="timezone"),
    Case("users_partial_update", {"name": "Theirs"}, "nobody", user="staff", refused="not_found"),
    *IMPORTS,
    *TIES,
]
SAME_AS = {
    "bank_accounts_update": "bank_accounts_partial_update",
    "budgets_update": "budgets_partial_update",
    "transactions_update": "transactions_partial_update",
    "users_update": "users_partial_update",
}
"""A PUT is a PATCH with every required field."""
NEVER_REFUSED = {"sessions_end_all_create"}
"""There is nothing about them that could be wrong."""


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> World:
    return worlds.once(found_world)


def test_every_write_has_its_mutation() -> None:
    missing = {each for each in WRITES if doors.twin(each) not in doors.mutations()}
    assert missing == set()


def test_every_mutation_is_of_a_write_or_goes_beyond() -> None:
    twins = {doors.twin(each) for each in WRITES}
    assert set(doors.mutations()) - twins <= BEYOND


def test_every_write_is_tried_and_refused() -> None:
    tried = {case.operation for case in CASES if case.refused is None}
    refused = {case.operation for case in CASES if case.refused is not None}
    assert tried == set(WRITES) - set(SAME_AS)
    assert refused == tried - NEVER_REFUSED


@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_doors_do_the_same(case: Case, world: World) -> None:
    user: User = getattr(world, case.user)
    thing = world.filled(case.thing)
    before, outcomes = rows(), []
    for door in (doors.rest, doors.graphql):
        with transaction.atomic():
            told = door(world, user, WRITES[case.operation], thing, case.body)
            outcomes.append((told, rows()))
            transaction.set_rollback(True)
    (by_rest, after), (by_graphql, after_too) = outcomes

    assert by_rest == by_graphql
    assert after == after_too
    assert (after == before) is (case.refused is not None)
    if by_rest is not None:
        assert case.refused in (by_rest.field, by_rest.code, "same_budget" if by_rest.field is None else None)
