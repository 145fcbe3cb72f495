"""The documented contract, as facts to iterate over."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTRACT: dict[str, Any] = json.loads(Path(__file__).with_name("rest-contract.json").read_text())

ADDED = {"Transaction": {"description"}, "TokenObtainPair": set(), "TokenRefresh": set()}
"""Keys of answers beyond the facts; `description` stands in the prose only."""

REMOVED = {"TokenObtainPair": {"refresh"}, "TokenRefresh": {"refresh"}}
"""The refresh token is in the cookie alone."""

NULL_IN_FACT = {("Transaction", "linked_transaction")}
"""Documented without null, though a transaction may be linked to none."""

FORMATS = {
    "uuid": re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z"),
    "decimal": re.compile(r"-?\d{1,12}\.\d{2}"),
    "uri": re.compile(r"https?://[^\s]+"),
}
TYPES: Mapping[str, type] = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}


@dataclass(frozen=True)
class Operation:
    """An operation of the contract."""

    id: str
    method: str
    path: str
    status: int
    schema: Any
    parameters: tuple[str, ...]
    """Its query parameters."""

    @property
    def is_object(self) -> bool:
        return "{id}" in self.path

    @property
    def writes(self) -> bool:
        return self.method != "GET"


def operations() -> list[Operation]:
    return [
        Operation(
            id=each["operation"],
            method=each["method"],
            path=each["path"],
            status=int(next(iter(each["responses"]))),
            schema=next(iter(each["responses"].values())),
            parameters=tuple(p["name"] for p in each.get("parameters") or () if p["in"] == "query"),
        )
        for each in CONTRACT["operations"]
    ]


def faults(schema: str, value: Any) -> Iterator[str]:
    """What in an answer is not as the schema of that name has it."""
    if not isinstance(value, dict):
        yield f"{schema}: not an object"
        return
    fields = CONTRACT["schemas"][schema]["fields"]
    documented = set(fields) - REMOVED.get(schema, set())
    if missing := documented - set(value):
        yield f"{schema} lacks {sorted(missing)}"
    if extra := set(value) - documented - ADDED.get(schema, set()):
        yield f"{schema} has {sorted(extra)} beyond the contract"
    for name in documented & set(value):
        yield from field_faults(
            f"{schema}.{name}", fields[name], value[name], may_be_null=(schema, name) in NULL_IN_FACT
        )


def field_faults(where: str, facts: dict[str, Any], value: Any, *, may_be_null: bool = False) -> Iterator[str]:
    if value is None:
        if not facts.get("nullable") and not may_be_null and facts:
            yield f"{where} is null"
        return
    if "type" in facts and not isinstance(value, TYPES[facts["type"]]):
        yield f"{where} is {value!r}, not of type {facts['type']}"
        return
    pattern = FORMATS.get(facts.get("format", ""))
    if pattern and not pattern.fullmatch(value):
        yield f"{where} is {value!r}, not of format {facts['format']}"
    if "enum" in facts and value not in facts["enum"]:
        yield f"{where} is {value!r}, none of the documented values"
    if facts.get("maxLength", len(str(value))) < len(str(value)):
        yield f"{where} is longer than {facts['maxLength']}"
    items = facts.get("items", {})
    for item in value if isinstance(value, list) else ():
        yield from faults(items["schema"], item) if "schema" in items else field_faults(where, items, item)
