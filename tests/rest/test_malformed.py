"""Whatever is sent: never a failure of the service, and what is refused changes nothing."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.contract.document import CONTRACT, Operation, operations
from tests.rest import house as houses
from tests.rest.house import House

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

OPERATIONS = [each for each in operations() if not each.path.startswith("/api/token/")]
WRITES = [each for each in OPERATIONS if each.writes and each.id in houses.BODIES and "{username}" not in each.path]
WITH_FIELDS = [each for each in WRITES if each.method != "PUT" and each.id != "budgets_archive_create"]
LISTS = [each for each in OPERATIONS if each.id.endswith("_list") and each.id != "users_list"]

BODIES = {
    "nothing of an object": [b"[]", b"null", b'"x"', b"1", b"true"],
    "no JSON": [b"{", b"}", b'{"name": ', b"{'a': 1}", b"\x00", b"{} {}"],
    "not a number": [b'{"amount": NaN}', b'{"amount": Infinity}', b'{"amount": -Infinity}'],
    "a byte-order mark": [b"\xef\xbb\xbf{}"],
    "not UTF-8": [b'{"name": "\xff"}', '{"name": "ä"}'.encode("latin-1")],
    "half a surrogate pair": [b'{"name": "\\ud800"}', b'{"\\udfff": 1}', b'{"auto_spend": [{"party": "\\ud800"}]}'],
    "a key that occurs twice": [b'{"name": "a", "name": "b"}', b'{"auto_spend": [{"min": "1", "min": "2"}]}'],
    "too deep": [b"[" * 100_000, b'{"auto_spend": ' + b"[" * 33 + b"]" * 33 + b"}", b'{"a":' * 50_000],
    "numbers out of range": [b'{"name": ' + b"9" * 5_000 + b"}", b'{"name": 1e99999999999999999999}'],
}
HOSTILE: list[Any] = [
    None,
    True,
    [[1]],
    {"a": "b"},
    "",
    "a\0b",
    "x" * 600,
    -1,
    10**30,
    1.005,
    "1e3",
    "NaN",
    "zzz",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30",
]


def post(operation: Operation, house: House, body: bytes, content_type: str = "application/json") -> Any:
    send = getattr(houses.client(house.owner), operation.method.lower())
    return send(houses.url(operation, house), body, content_type=content_type)


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.id)
def test_a_broken_body_is_refused(operation: Operation, house: House) -> None:
    before = houses.ledger()
    for kind, bodies in BODIES.items():
        for body in bodies:
            response = post(operation, house, body)
            assert response.status_code == 400, (kind, body[:60], response.content)
            assert response.headers["Content-Type"] == "application/json"
    assert houses.ledger() == before


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.id)
def test_a_body_of_another_type_or_charset_is_refused(operation: Operation, house: House) -> None:
    before = houses.ledger()
    good = json.dumps(houses.BODIES[operation.id](house)).encode()
    for content_type, status in (
        ("text/plain", 415),
        ("application/xml", 415),
        ("application/json; charset=hex", 400),
        ("application/json; charset=zlib", 400),
        ("application/json; charset=nonsense", 400),
        ("application/x-www-form-urlencoded; charset=base64", 400),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=\xff", 400),
    ):
        response = post(operation, house, good, content_type)
        assert response.status_code == status, (content_type, response.content)
    assert houses.ledger() == before


PART = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n%s\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        PART % b"Broken off",
        (PART % b"Broken off")[:-2],
        PART % b"Broken off" + b"--x",
        PART % b"Broken off" + b"--x-",
        PART % b"Broken off" + b"--xy--",
        PART % b"Not a line of its own --x--",
        PART % (b"y" * 200_000),
    ],
    ids=["at once", "after a part", "in a line", "after a boundary", "in the end", "elsewhere", "in a value", "late"],
)
def test_a_form_that_breaks_off_is_refused(body: bytes, house: House) -> None:
    before = houses.ledger()
    operation = next(each for each in WRITES if each.id == "users_me_partial_update")
    response = post(operation, house, b"--x\r\n\r\n\r\n" + body, "multipart/form-data; boundary=x")
    assert response.status_code == 400
    assert "closing boundary" in response.json()["detail"]
    assert houses.ledger() == before


@pytest.mark.parametrize("size", [1, 65_510, 65_530, 200_000])
@pytest.mark.parametrize("end", [b"--x--", b"--x--\r\n", b"--x--\r\nand an epilogue\r\n"])
def test_a_form_that_ends_is_read_wherever_its_pieces_are_cut(size: int, end: bytes, house: House) -> None:
    operation = next(each for each in WRITES if each.id == "users_me_partial_update")
    for longer in range(12):
        body = PART.replace(b'name="name"', b'name="other"') % (b"y" * (size + longer)) + PART % b"Whole" + end
        response = post(operation, house, body, "multipart/form-data; boundary=x")
        assert (response.status_code, response.json()["name"]) == (200, "Whole")


def test_a_body_in_another_charset_is_read(house: House) -> None:
    operation = next(each for each in WRITES if each.id == "budgets_create")
    body = json.dumps(houses.budget_body(house) | {"name": "Büro"}, ensure_ascii=False).encode("utf-16")
    response = post(operation, house, body, "application/json; charset=utf-16")
    assert (response.status_code, response.json()["name"]) == (201, "Büro")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_a_large_body_is_refused(content_type: str, house: House) -> None:
    before = houses.ledger()
    operation = next(each for each in WRITES if each.id == "budgets_create")
    body = json.dumps(houses.budget_body(house) | {"memo": "x" * 1024**2}).encode()
    response = post(operation, house, body, content_type)
    assert response.status_code == 413
    assert "detail" in response.json()
    assert houses.ledger() == before


def request_fields(operation: Operation) -> list[str]:
    facts = next(each for each in CONTRACT["operations"] if each["operation"] == operation.id)["request"]["schema"]
    found = set(CONTRACT["schemas"][facts]["fields"] if isinstance(facts, str) else facts["properties"])
    return sorted(found | ({"amount_currency", "description"} if "amount" in found else set()))


@pytest.mark.parametrize("operation", WITH_FIELDS, ids=lambda operation: operation.id)
def test_no_value_of_a_field_makes_the_service_fail(operation: Operation, house: House) -> None:
    send, path = getattr(houses.client(house.owner), operation.method.lower()), houses.url(operation, house)
    before = houses.marks()
    for name in request_fields(operation):
        for value in HOSTILE:
            response = send(path, houses.BODIES[operation.id](house) | {name: value})
            assert response.status_code < 500, (name, value)
            after = houses.marks()
            assert response.status_code < 300 or after == before, (name, value)
            before = after


def test_amounts_are_written_in_digits_and_nothing_else(house: House) -> None:
    before = houses.ledger()
    for amount in ("", ".", "-", "+5", "1e3", "1_000", "1,000.00", "$5", "١٢", "１２", "NaN", "Infinity", "5 5", "0x1"):  # noqa: RUF001
        response = houses.client(house.owner).post(
            "/api/v1/transactions/", houses.transaction_body(house) | {"amount": amount}
        )
        assert (response.status_code, list(response.json())) == (400, ["amount"]), amount
    for literal in ("1e3", "1E2", "10000000000000", "1.234", "-0.001"):
        body = json.dumps(houses.transaction_body(house) | {"amount": 0}).replace('"amount": 0', f'"amount": {literal}')
        response = houses.client(house.owner).post("/api/v1/transactions/", body, content_type="application/json")
        assert (response.status_code, list(response.json())) == (400, ["amount"]), literal
    assert houses.ledger() == before


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(5, "5.00"), (5.5, "5.50"), (".5", "0.50"), ("5.", "5.00"), (" 5.00 ", "5.00"), ("-7", "-7.00")],
)
def test_an_amount_is_a_string_or_a_number(amount: Any, shown: str, house: House) -> None:
    made = houses.client(house.owner).post("/api/v1/transactions/", houses.transaction_body(house) | {"amount": amount})
    assert (made.status_code, made.json()["amount"]) == (201, shown)


@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.id)
def test_no_query_makes_the_service_fail(operation: Operation, house: House) -> None:
    api = houses.client(house.owner)
    for name in operation.parameters:
        for value in HOSTILE:
            response = api.get(operation.path, {name: "" if value is None else str(value)})
            assert response.status_code in (200, 400, 404), (name, value)
            if response.status_code == 400:
                assert list(response.json()) == [name]


def test_forms_are_read_like_json(house: House) -> None:
    api = houses.client(house.owner)
    body = houses.transaction_body(house) | {"memo": ""}
    for kind in ("multipart", "json"):
        made = api.post("/api/v1/transactions/", body, format=kind)
        assert (made.status_code, made.json()["amount"], made.json()["memo"]) == (201, "-12.34", "")
    body = houses.budget_body(house) | {"auto_spend": '[{"party": "kiosk", "min": 1.50}]', "target_date": ""}
    made = api.post("/api/v1/budgets/", body, format="multipart")
    assert (made.status_code, made.json()["auto_spend"]) == (201, [{"party": "kiosk", "min": "1.50"}])
    assert made.json()["target_date"] is None


@pytest.mark.parametrize("text", ["[", "[" * 50_000, '[{"party": 1, "party": 2}]', "nonsense"])
def test_json_in_a_form_is_read_as_narrowly(text: str, house: House) -> None:
    body = houses.budget_body(house) | {"auto_spend": text}
    response = houses.client(house.owner).post("/api/v1/budgets/", body, format="multipart")
    assert (response.status_code, list(response.json())) == (400, ["auto_spend"])


def test_a_file_is_no_value_of_another_field(house: House) -> None:
    for name in ("name", "auto_spend", "target_balance", "bank_account", "target_date", "paused"):
        body = houses.budget_body(house) | {name: SimpleUploadedFile("x.txt", b"x")}
        response = houses.client(house.owner).post("/api/v1/budgets/", body, format="multipart")
        assert (response.status_code, list(response.json())) == (400, [name]), response.content


def test_a_form_without_a_boolean_leaves_it_as_it_is(house: House) -> None:
    api = houses.client(house.owner)
    body = houses.transaction_body(house) | {"pending": "true"}
    made = api.post("/api/v1/transactions/", body, format="multipart").json()
    body = houses.transaction_body(house) | {"memo": "seen"}
    changed = api.put(f"/api/v1/transactions/{made['id']}/", body, format="multipart").json()
    assert (changed["memo"], changed["pending"]) == ("seen", True)
