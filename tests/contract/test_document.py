"""The OpenAPI document keeps what the contract documents, and the printed one is the present one."""

from typing import Any

import pytest
import yaml

from tests import documents
from tests.contract import check
from tests.contract.document import CONTRACT


@pytest.fixture(scope="module")
def printed() -> str:
    return documents.openapi()


@pytest.fixture(scope="module")
def document(printed: str) -> dict[str, Any]:
    return yaml.safe_load(printed)


def test_nothing_in_the_document_breaks_a_documented_client(document: dict[str, Any]) -> None:
    assert list(check.differences(CONTRACT, document)) == []


def test_the_components_require_what_is_documented(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, facts in CONTRACT["schemas"].items():
        wanted = set(facts.get("required", ())) - ({"refresh"} if name.startswith("Token") else set())
        assert set(schemas[name].get("required", ())) == wanted, name


def test_the_committed_document_is_the_present_one(printed: str) -> None:
    assert documents.compare(documents.OPENAPI, printed) == ""
