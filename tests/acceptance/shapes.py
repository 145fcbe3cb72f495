"""Holds answers against the documented contract: every key, its type, its format."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

CONTRACT = json.loads((Path(__file__).resolve().parents[1] / "contract" / "rest-contract.json").read_text())
SCHEMAS: dict[str, Any] = CONTRACT["schemas"]
OPERATIONS: list[dict[str, Any]] = CONTRACT["operations"]
# The prose outranks the tables: a refresh token is never in a body.
ABSENT = {("TokenObtainPair", "refresh"), ("TokenRefresh", "refresh")}
# A transaction without a twin has no link.
NULLABLE = {("Transaction", "linked_transaction")}
# Named in the document, missing in its tables.
MORE: dict[str, Any] = {"Transaction": {"description": {"type": "string", "maxLength": 512}}}
DECIMALS = {"JPY": 2, "USD": 2, "EUR": 2, "KWD": 3}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
KINDS: dict[str, Any] = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


def check(schema: str, value: Any) -> Any:
    """The value, if it is what the contract calls by this name."""
    assert isinstance(value, dict), value
    documented = SCHEMAS[schema]["fields"] | MORE.get(schema, {})
    fields = {name: facts for name, facts in documented.items() if (schema, name) not in ABSENT}
    assert set(value) == set(fields), f"{schema}: {set(value) ^ set(fields)}"
    for name, facts in fields.items():
        nullable = facts.get("nullable") or (schema, name) in NULLABLE
        where = f"{schema}.{name}"
        if value[name] is None:
            assert nullable or not facts, f"{where} is null"
        elif facts:
            check_value(facts, value[name], where, currency_beside(value, name))
    return value


def check_value(facts: Mapping[str, Any], value: Any, where: str, currency: str) -> None:
    if "schema" in facts:
        check(facts["schema"], value)
        return
    kind = KINDS[facts["type"]]
    assert isinstance(value, kind), f"{where}: {value!r}"
    assert kind is bool or not isinstance(value, bool), f"{where}: {value!r}"
    if "enum" in facts:
        assert value in facts["enum"], f"{where}: {value!r}"
    if "maxLength" in facts:
        assert len(value) <= facts["maxLength"], f"{where}: {value!r}"
    if facts["type"] == "array":
        for item in value:
            check_value(facts["items"], item, f"{where}[]", currency)
    check_format(str(facts.get("format")), value, where, currency)


def check_format(name: str, value: Any, where: str, currency: str) -> None:
    if name == "uuid":
        assert UUID.fullmatch(value), f"{where}: {value!r}"
    elif name == "date-time":
        assert INSTANT.fullmatch(value), f"{where}: {value!r}"
        datetime.fromisoformat(value)
    elif name == "date":
        assert date.fromisoformat(value).isoformat() == value, f"{where}: {value!r}"
    elif name == "uri":
        assert value.startswith("http://127.0.0.1:"), f"{where}: {value!r}"
    elif name == "decimal":
        assert re.fullmatch(rf"-?\d{{1,12}}\.\d{{{DECIMALS[currency]}}}", value), f"{where}: {value!r} {currency}"
        assert not (value.startswith("-") and not value.strip("-0.")), f"{where}: minus zero"


def currency_beside(value: Mapping[str, Any], name: str) -> str:
    """The currency that an amount bears: in the field beside it, except where that one is null."""
    found = value.get(f"{name}_currency") or value.get("balance_currency") or value.get("currency")
    return str(found) if isinstance(found, str) else "USD"


def page(schema: str, value: Any) -> list[dict[str, Any]]:
    """The objects on a page of a list of these."""
    check(f"Paginated{schema}List", value)
    rows: list[dict[str, Any]] = value["results"]
    return rows


def check_next_funding(value: Any, currency: str) -> None:
    assert set(value) == {"date", "amount", "amount_currency", "deferred"}, value
    assert date.fromisoformat(value["date"]).isoformat() == value["date"]
    assert value["amount_currency"] == currency
    assert isinstance(value["deferred"], bool)
    check_format("decimal", value["amount"], "next_funding.amount", currency)
