"""Profiles: one's own, and all of them for staff."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, User
from backend.ledger.services import funding
from tests import build
from tests.rest import house as houses

pytestmark = pytest.mark.django_db

ME = "/api/v1/users/me/"


def test_everybody_sees_and_changes_the_own_profile(owner: User, account: BankAccount) -> None:
    api = houses.client(owner)
    assert api.get(ME).json() == {
        "username": "owner",
        "name": "",
        "url": "http://testserver/api/v1/users/owner/",
        "default_bank_account": None,
        "timezone": "UTC",
    }
    changes = {"name": "O.", "timezone": "Europe/Berlin", "default_bank_account": str(account.pk)}
    changed = api.patch(ME, changes).json()
    assert {name: changed[name] for name in changes} == changes
    assert api.patch(ME, {"default_bank_account": None}).json()["default_bank_account"] is None
    assert api.patch(ME, {}).json()["name"] == "O."


@pytest.mark.parametrize("zone", ["America", ".", "../../etc/passwd", "zone.tab", "a\0b", "", None, "x" * 101, "utc "])
def test_a_time_zone_that_is_none_is_refused(zone: str | None, owner: User) -> None:
    refused = houses.client(owner).patch(ME, {"timezone": zone, "name": "changed"})
    assert (refused.status_code, list(refused.json())) == (400, ["timezone"])
    owner.refresh_from_db()
    assert (owner.timezone, owner.name) == ("UTC", "")


def test_ones_own_profile_is_neither_replaced_nor_deleted(owner: User) -> None:
    api = houses.client(owner)
    for refused in (api.put(ME, {"name": "x"}), api.delete(ME), api.post(ME, {})):
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, PATCH, HEAD, OPTIONS")


def test_staff_sees_people_and_no_system_user(staff: User, owner: User) -> None:
    funding.system_user()
    found = houses.client(staff).get("/api/v1/users/").json()
    assert [each["username"] for each in found["results"]] == ["owner", "staff"]
    assert found["count"] == 2
    assert houses.client(staff).get(f"/api/v1/users/{funding.system_user().username}/").status_code == 404


@pytest.mark.parametrize("name", ["jane.doe", "jane@example.org", "jane+x-y_z"])
def test_staff_reaches_every_name_in_any_case(name: str, staff: User) -> None:
    api = houses.client(staff)
    build.user(name)
    shown = api.get(f"/api/v1/users/{name.upper()}/").json()
    assert shown["username"] == name
    assert api.patch(shown["url"], {"name": "Jane"}).json()["name"] == "Jane"
    assert api.put(shown["url"], shown).json() == shown


def test_staff_sets_only_accounts_that_the_user_owns(staff: User, owner: User, account: BankAccount) -> None:
    build.user("other")
    api = houses.client(staff)
    assert api.patch("/api/v1/users/owner/", {"default_bank_account": str(account.pk)}).status_code == 200
    refused = api.patch("/api/v1/users/other/", {"default_bank_account": str(account.pk)})
    assert (refused.status_code, list(refused.json())) == (400, ["default_bank_account"])


def test_a_name_that_nobody_has_is_not_found(staff: User) -> None:
    api = houses.client(staff)
    answers = [api.get(f"/api/v1/users/{name}/") for name in ("nobody", "%00", "a%00b", "x" * 500)]
    assert {each.status_code for each in answers} == {404}
    assert {each.json()["detail"] for each in answers} == {"No User matches the given query."}


def test_nobody_is_made_or_deleted_here(staff: User, owner: User) -> None:
    for user, status in ((staff, 405), (owner, 403)):
        assert houses.client(user).post("/api/v1/users/", {"username": "x"}).status_code == status
        assert houses.client(user).delete("/api/v1/users/owner/").status_code == status


def test_two_changes_at_once_of_different_fields_both_hold(owner: User) -> None:
    first, second = (User.objects.get(pk=owner.pk) for _ in range(2))
    houses.client(first).patch(ME, {"name": "O."})
    houses.client(second).patch(ME, {"timezone": "Europe/Berlin"})
    owner.refresh_from_db()
    assert (owner.name, owner.timezone) == ("O.", "Europe/Berlin")


@pytest.mark.parametrize("changes", [{}, {"name": "", "timezone": "UTC", "default_bank_account": None}])
def test_nothing_is_written_where_everything_is_as_it_was(changes: dict[str, object], owner: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert houses.client(owner).patch(ME, changes).status_code == 200
    assert not any(query["sql"].startswith("UPDATE") for query in captured.captured_queries)
