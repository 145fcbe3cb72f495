"""What a service writes into its log while people use and abuse it: every line JSON, and nothing of their books."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import prepared

from .client import Client, File
from .service import PASSWORD, Service

WORD, AMOUNT = "Xylocanary", "73194.26"
STATEMENT = f"""Date,Amount,Description
2026-03-01,-{AMOUNT},{WORD} shop
2026-03-02,oops {AMOUNT},{WORD} bakery
"""


@pytest.fixture
def service(folder: Path) -> Iterator[Service]:
    service = Service(folder, {"MIBUDGE_LOG": "json"})
    prepared.migrated(service.data)
    service.start()
    yield service
    service.kill()


def test_the_log_of_a_service_tells_nothing_of_what_is_in_the_books(service: Service, folder: Path) -> None:
    bank = service.people_and_banks({"owner": [], "stranger": []}, {"First Bank": "USD"})["First Bank"]
    owner = Client(service.port, username="owner", password=PASSWORD)
    stranger = Client(service.port, username="stranger", password=PASSWORD)
    account = owner.open_account(bank, name=f"{WORD} account", available_balance=AMOUNT)
    secrets = [WORD, AMOUNT, AMOUNT.replace(".", ""), PASSWORD, owner.token, stranger.token, "wrong " + WORD]

    use(owner, account["id"])
    abuse(owner, stranger, account["id"])
    sign_in_and_out(service, secrets)
    owner.close_all()
    stranger.close_all()
    (folder / "bank.csv").write_text(STATEMENT)
    service.manage("import_statement", str(folder / "bank.csv"), "--user", "owner", "--account", account["id"])
    assert service.stop() == 0

    lines = service.log.read_text().splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    others = [line for line in lines if not line.startswith("{")]
    assert len(others) <= 2, others  # what the supervisor says of its own start, to whoever typed the command
    for secret in secrets:
        assert [line for line in lines if secret in line] == []
    events = {each["event"] for each in told if each["logger"] == "backend.security"}
    assert events >= {
        "signed_in",
        "signed_out",
        "sign_in_failed",
        "refresh_token_reused",
        "not_found_or_foreign",
        "upload_refused",
    }
    requests = [each for each in told if each["logger"] == "backend.requests"]
    assert len({each["request"] for each in requests}) == len(requests) > 20
    assert all(each["ms"] >= 0 for each in requests)
    wrong = {each["message"] for each in told if each["level"] in {"ERROR", "CRITICAL"}}
    assert wrong == {"Refused: a Host that MIBUDGE_HOSTS does not name"}


def use(owner: Client, account: str) -> None:
    made = owner.spend(account, f"-{AMOUNT}", "2026-03-02T10:00:00Z", raw_description=f"{WORD} pharmacy", memo=WORD)
    budget = owner.budget(account, WORD)["id"]
    owner.split(made["id"], {budget: "0.01"})
    owner.get("/transactions/", search=WORD)
    owner.get("/users/me/")
    graphql(owner, f'{{ {WORD}: me {{ name }} transactions(filters: {{search: "{WORD}"}}) {{ totalCount }} }}')


def abuse(owner: Client, stranger: Client, account: str) -> None:
    for path in (f"/bank-accounts/{account}/", f"/{WORD}/", f"/users/{WORD}/", f"/budgets/{WORD}/"):
        stranger.send("GET", path, search=WORD)
    owner.send("POST", "/transactions/", {"bank_account": account, "amount": f"{AMOUNT}9", "memo": WORD})
    owner.raw("POST", "/api/v1/transactions/", f'{{"memo": "{WORD}'.encode(), {"Content-Type": "application/json"})
    file = File(f"{WORD}.png", f"<svg>{WORD}</svg>".encode(), "image/png")
    whole = {"bank_account": account, "amount": "-1", "posted_date": "2026-03-02", "transaction_type": "ach"}
    reply = owner.send("POST", "/transactions/", whole | {"raw_description": WORD, "image": file}, kind="multipart")
    assert reply.status == 400
    for document in (f"{{ {WORD} }}", f'{{ budget(id: "{WORD}") {{ name }} }}', f"{{ {WORD} {AMOUNT}", WORD * 100):
        graphql(owner, document)
    owner.raw("GET", f"/?{WORD}", headers={"Host": WORD, "User-Agent": WORD, "Referer": WORD, "Cookie": WORD})
    owner.raw(
        "GET", "/api/v1/budgets/", headers={"Authorization": f"Bearer {WORD}", "X-Request-ID": f"{WORD}.{AMOUNT}"}
    )


def graphql(client: Client, document: str) -> None:
    body = json.dumps({"query": document, "operationName": None}).encode()
    client.raw("POST", "/graphql/", body, {"Content-Type": "application/json"})


def sign_in_and_out(service: Service, secrets: list[Any]) -> None:
    client = Client(service.port)
    asks = {"Content-Type": "application/json"}
    wrong = json.dumps({"username": WORD, "password": "wrong " + WORD}).encode()
    assert client.raw("POST", "/api/token/", wrong, asks).status == 401
    right = json.dumps({"username": "owner", "password": PASSWORD}).encode()
    reply = client.raw("POST", "/api/token/", right, asks)
    cookie = reply.headers["Set-Cookie"].split(";")[0]
    secrets += [cookie.split("=")[1], reply.json()["access"]]
    for status in (200, 401):
        assert client.raw("POST", "/api/token/refresh/", b"", {"Cookie": cookie}).status == status
    assert client.raw("POST", "/api/token/logout/", b"", {"Cookie": cookie}).status == 204
    client.close_all()
