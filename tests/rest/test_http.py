"""Methods, types and headers; the pages that show the document."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.base import ContentFile
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory, override_settings

from backend import authentication, clock
from backend.ledger.models import BankAccount, User
from backend.ledger.services import sessions
from tests.contract.document import operations
from tests.rest import house as houses
from tests.rest.house import House

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

METHODS = ("get", "post", "put", "patch", "delete")
PATHS = sorted({each.path for each in operations() if each.path.startswith("/api/v1/")})
UNIQUE = {"X-Request-ID"}
"""What no two answers have in common."""

OFFERED = {(each.path, each.method.lower()) for each in operations()}


def test_a_method_that_is_not_offered_changes_nothing(house: House, staff: User) -> None:
    before = houses.ledger()
    for operation in operations():
        if operation.path not in PATHS:
            continue
        api = houses.client(staff if operation.path.startswith("/api/v1/users/") else house.owner)
        for method in METHODS:
            if (operation.path, method) not in OFFERED:
                refused = getattr(api, method)(houses.url(operation, house), {})
                assert refused.status_code == 405, (method, operation.path)
                assert method.upper() not in refused.headers["Allow"]
                assert refused.json()["detail"] == f'Method "{method.upper()}" not allowed.'
    assert houses.ledger() == before


def test_options_tell_nothing_of_data(house: House) -> None:
    for operation in operations():
        if operation.path in PATHS and "username" not in operation.path and operation.path != "/api/v1/users/":
            answer = houses.client(house.owner).options(houses.url(operation, house))
            assert answer.status_code == 200
            assert set(answer.json()) == {"name", "renders", "parses"}


def test_head_is_a_get_without_its_body(owner: User, account: BankAccount) -> None:
    api = houses.client(owner)
    for path in ("/api/v1/bank-accounts/", f"/api/v1/bank-accounts/{account.pk}/"):
        assert (api.head(path).status_code, api.head(path).content) == (200, b"")


def test_the_web_server_gets_no_byte_in_answer_to_a_head(house: House, tmp_path: Path) -> None:
    """Asked of the application itself: the client of the tests leaves bodies out, as web servers do."""
    token = authentication.access_token(sessions.start(house.owner, now=clock.now()))
    application = WSGIHandler()
    image = house.transaction
    with override_settings(MEDIA_ROOT=tmp_path):
        image.image.save("receipt.png", ContentFile(b"bytes of a picture"))
        for path in ("users/me/", "banks/", "banks/zzz/", f"transactions/{image.pk}/image/", "exports/csv/"):
            told = {}
            for method in ("GET", "HEAD"):
                request = RequestFactory().generic(
                    method, f"/api/v1/{path}", headers={"authorization": f"Bearer {token}"}
                )
                heads: list[Any] = []
                answer = application(request.environ, lambda *head, heads=heads: heads.append(head))
                body = b"".join(answer)
                answer.close()
                status, headers = heads[0]
                told[method] = (status, {name: each for name, each in headers if name not in UNIQUE})
                assert bool(body) == (method == "GET"), path
            assert told["GET"] == told["HEAD"]
            assert "Content-Length" in told["HEAD"][1]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png", "nonsense"])
def test_what_cannot_be_given_is_not_acceptable(accept: str, owner: User) -> None:
    answer = houses.client(owner).get("/api/v1/banks/", headers={"accept": accept})
    assert answer.status_code == 406
    assert answer.headers["Content-Type"].startswith("application/json")


def test_another_format_is_not_there(owner: User) -> None:
    for kind, status in (("xml", 404), ("api", 404), ("json", 200)):
        assert houses.client(owner).get("/api/v1/banks/", {"format": kind}).status_code == status


def test_nothing_private_is_kept_by_caches(owner: User) -> None:
    for user, path in ((owner, "banks/"), (owner, "banks/zzz/"), (None, "banks/"), (owner, "users/")):
        assert houses.client(user).get(f"/api/v1/{path}").headers["Cache-Control"] == "no-store"


def test_a_write_without_the_last_slash_is_not_there(house: House) -> None:
    before = houses.ledger()
    refused = houses.client(house.owner).post("/api/v1/budgets", houses.budget_body(house))
    assert (refused.status_code, refused.json()) == (404, {"detail": "Not found."})
    assert houses.ledger() == before


# The document and its pages


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", "*/*", "application/vnd.oai.openapi"),
        ("", "application/json", "application/json"),
        ("", "application/yaml", "application/yaml"),
        ("?format=json", "*/*", "application/vnd.oai.openapi+json"),
        ("?format=yaml", "*/*", "application/vnd.oai.openapi"),
    ],
)
def test_the_document_is_for_everybody(query: str, accept: str, kind: str, client: Client) -> None:
    answer = client.get(f"/api/v1/schema/{query}", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    document = json.loads(answer.content) if "json" in kind else yaml.safe_load(answer.content)
    assert (document["info"]["title"], document["info"]["version"]) == ("mibudge API", "1.0.0")


def test_an_outdated_token_does_not_keep_the_document_from_anybody(client: Client) -> None:
    assert client.get("/api/v1/schema/", headers={"authorization": "Bearer nonsense"}).status_code == 200


@pytest.mark.parametrize("page", ["swagger-ui", "redoc"])
def test_a_page_runs_no_script_but_files_of_this_origin(page: str, client: Client) -> None:
    answer = client.get(f"/api/v1/schema/{page}/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert not re.search(r"https?://|<script>|onload=", text)
    scripts = re.findall(r'<script src="([^"]+)"></script>', text)
    assert scripts
    assert all(script.startswith(("/static/", "/api/v1/schema/")) for script in scripts)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert client.get("/api/v1/schema/swagger-ui/start.js").headers["Content-Type"].startswith("text/javascript")
