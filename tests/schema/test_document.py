"""The printed schema: pinned, described, and the same words as the ledger's."""

from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from django.db.models import TextChoices
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    is_introspection_type,
    is_specified_scalar_type,
)

from backend.ledger import models
from backend.schema import enums, root
from backend.schema.funding_event_filters import FundingEventKind, FundingEventStatus
from tests import documents

TYPES = [each for each in root.schema._schema.type_map.values() if not is_introspection_type(each)]
PINNED = Path(root.__file__).with_name("schema.graphql")


def test_the_printed_schema_is_what_the_code_says() -> None:
    """`make schema` writes it."""
    assert documents.compare(PINNED, root.schema.as_str() + "\n") == ""


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_everything_says_what_it_is(kind: GraphQLNamedType) -> None:
    silent = []
    if not kind.description and not is_specified_scalar_type(kind):
        silent.append(kind.name)
    if isinstance(kind, GraphQLEnumType):
        silent += [name for name, value in kind.values.items() if not value.description]
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for name, field in kind.fields.items():
            silent += [] if field.description else [name]
            arguments: dict[str, Any] = getattr(field, "args", {})
            silent += [f"{name}({each})" for each, argument in arguments.items() if not argument.description]

    assert silent == []


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        (enums.AccountType, models.BankAccount.Type),
        (enums.BudgetType, models.Budget.Type),
        (enums.FundingType, models.Budget.Funding),
        (enums.TransactionType, models.Transaction.Type),
        (FundingEventKind, models.FundingEvent.Kind),
    ],
)
def test_an_enum_has_a_word_for_each_stored_code(words: type[Enum], choices: type[TextChoices]) -> None:
    assert {each.name: each.value for each in words} == {each.name: each.value for each in choices}


def test_an_event_has_a_word_for_each_status_and_one_for_what_is_to_come() -> None:
    stored = {each.name: each.value for each in models.FundingEvent.Status}
    assert {each.name: each.value for each in FundingEventStatus} == {"PLANNED": "planned", **stored}


def test_amounts_are_never_floats() -> None:
    assert "Float" not in root.schema._schema.type_map


def test_clients_find_recurrence_spelled_right() -> None:
    text = root.schema.as_str()

    assert "recurrenceSchedule" in text
    assert "recurrance" not in text
