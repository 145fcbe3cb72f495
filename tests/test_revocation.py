"""Who loses a right has lost it with the next request, at every door, whatever they still hold."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from huey.api import TaskWrapper

from backend.ledger.models import BankAccount, Change, Transaction, User
from backend.ledger.services import owners
from scheduler import jobs, tasks
from tests import build, tokens
from tests.build import NOW
from tests.conftest import PASSWORD
from tests.services import funded

pytestmark = pytest.mark.django_db
JSON: Any = {"content_type": "application/json"}
GONE, OUT, FINE = "not there", "not signed in", "fine"


@pytest.fixture
def receipt(shared_account: BankAccount, coowner: User, settings: Any, tmp_path: Any) -> Transaction:
    """A transaction of the shared account with a document."""
    settings.MEDIA_ROOT = tmp_path
    row = build.transaction(shared_account)
    file = SimpleUploadedFile("receipt.pdf", b"%PDF-1.7 receipt")
    answer = Client(headers=tokens.bearer(coowner)).generic(
        "PATCH",
        f"/api/v1/transactions/{row.pk}/",
        encode_multipart(BOUNDARY, {"document": file}),
        MULTIPART_CONTENT,
    )
    assert answer.status_code == 200, answer.content
    return row


def signed_in(user: User) -> Client:
    client = Client()
    answer = client.post("/api/token/", {"username": user.username, "password": PASSWORD}, **JSON)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {answer.json()['access']}"
    return client


def rest_reads(client: Client, row: Transaction) -> str:
    return told(client.get(f"/api/v1/transactions/{row.pk}/").status_code)


def rest_writes(client: Client, row: Transaction) -> str:
    return told(client.patch(f"/api/v1/transactions/{row.pk}/", {"memo": "x"}, **JSON).status_code)


def graphql(client: Client, row: Transaction) -> str:
    query = {"query": f'{{ transaction(id: "{row.pk}") {{ memo }} }}'}
    answer = client.post("/graphql/", query, **JSON)
    absent = answer.status_code == 200 and answer.json()["data"]["transaction"] is None
    return told(404 if absent else answer.status_code)


def media(client: Client, row: Transaction) -> str:
    answer = client.get(f"/api/v1/transactions/{row.pk}/document/")
    answer.getvalue()  # reads and closes the file
    return told(answer.status_code)


def told(status: int) -> str:
    return {200: FINE, 404: GONE, 401: OUT}[status]


def removed(user: User, client: Client) -> None:
    account = BankAccount.objects.get(name="Household")
    owners.remove(actor=user, account_id=account.pk, username=user.username, now=NOW)


def deactivated(user: User, client: Client) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def password_changed(user: User, client: Client) -> None:
    body = {"current_password": PASSWORD, "new_password": "another long password"}
    assert signed_in(user).post("/api/v1/users/me/password/", body, **JSON).status_code == 200


def logged_out(user: User, client: Client) -> None:
    client.post("/api/token/logout/")


def logged_out_everywhere(user: User, client: Client) -> None:
    signed_in(user).post("/api/v1/sessions/end-all/", {}, **JSON)


CAUSES: dict[Callable[[User, Client], None], list[str]] = {
    removed: [GONE, GONE],
    deactivated: [OUT, OUT],
    password_changed: [OUT, FINE],
    logged_out: [OUT, FINE],
    logged_out_everywhere: [OUT, FINE],
}
"""What happens, and what is then answered to a sign-in and to an API token of the user."""


@pytest.mark.parametrize("door", [rest_reads, rest_writes, graphql, media], ids=lambda door: door.__name__)
@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
def test_the_next_request_is_refused(
    coowner: User,
    receipt: Transaction,
    cause: Callable[[User, Client], None],
    door: Callable[[Client, Transaction], str],
) -> None:
    clients = [signed_in(coowner), tokens.script(coowner), tokens.script(coowner, accounts=[receipt.bank_account])]
    assert [door(each, receipt) for each in clients] == [FINE] * 3
    cause(coowner, clients[0])
    browser, script = CAUSES[cause]

    assert [door(each, receipt) for each in clients] == [browser, script, script]


@pytest.mark.parametrize("cause", [removed, deactivated, password_changed, logged_out])
def test_no_job_acts_for_whoever_lost_the_right(
    owner: User, coowner: User, shared_account: BankAccount, cause: Callable[[User, Client], None]
) -> None:
    """Jobs act for the service, by the accounts that are due: what a user asked for was done when it was asked for."""
    client = signed_in(coowner)
    goal = funded.goal(funded.free(shared_account))
    cause(coowner, client)
    before = Change.objects.latest("pk").pk
    jobs.tick(now=NOW)

    assert funded.balance(goal) == 10
    assert not Change.objects.filter(pk__gt=before, actor__in=[owner, coowner]).exists()


def test_no_queued_task_holds_a_person() -> None:
    wrapped = {name: each for name, each in vars(tasks).items() if isinstance(each, TaskWrapper)}
    taken = {name: list(inspect.signature(each.func).parameters) for name, each in wrapped.items()}

    assert {each for names in taken.values() for each in names} <= {"account_id"}
    assert len(taken) >= 3


def test_a_password_that_the_operator_sets_ends_every_sign_in(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client, script = signed_in(owner), tokens.script(owner)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "another long password")
    call_command("changepassword", "owner", verbosity=0)

    assert client.get("/api/v1/users/me/").status_code == 401
    assert script.get("/api/v1/users/me/").status_code == 200
    monkeypatch.setattr("getpass.getpass", lambda prompt: "short")
    with pytest.raises(CommandError):
        call_command("changepassword", "owner", verbosity=0)
