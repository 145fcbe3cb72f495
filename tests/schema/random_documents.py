"""Valid documents at random, made from the schema itself: any field by any path, with arguments as its types allow."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
)

DEEPEST = 6
"""Fields within one another, with lists, edges and nodes one each."""

AT_ROOT = 3
IN_OBJECT = 4
GIVEN = 0.35
"""How often what may be left out is given."""

IN_A_VARIABLE = 0.3
KINDS = {
    "account": "BankAccount",
    "bank": "Bank",
    "budget": "Budget",
    "source": "Budget",
    "target": "Budget",
    "fillup": "Budget",
    "transaction": "Transaction",
    "other": "Transaction",
    "defaultBankAccount": "BankAccount",
    "removeBudget": "Budget",
}
"""The types of ids, by the names of arguments and inputs."""

WORDS = ("", "canary", "Food", "Ünïcode ẞ", "%", "_", '"two words" three', "x" * 60, "\\", "'; --", "1", "💶", "a\nb")
DAYS = ("2026-06-15", "2026-06-01", "2025-12-31", "2027-03-28", "2024-02-29", "0001-01-01", "9999-12-31")
TIMES = ("T00:00:00Z", "T12:00:00+00:00", "T23:59:59.999999-12:00", "T02:30:00+14:00", "T00:00:00")
AMOUNTS = ("0.00", "1.00", "-1.00", "12.5", "9999999999.99", "-0.01", "0.001", "1000")
NUMBERS = (0, 1, 2, 5, 20, -1, 2**31 - 1, -(2**31))
SIZES = (None, 0, 1, 2, 3, 3)
SCHEDULES = ("RRULE:FREQ=WEEKLY", "RRULE:FREQ=MONTHLY;BYMONTHDAY=31", "DTSTART:20260601\nRRULE:FREQ=DAILY;COUNT=3")
CURRENCIES = ("USD", "EUR", "JPY", "KWD", "XXX", "usd")


@dataclass
class Writer:
    """Writes documents; the same `seed`, the same document. `ids` are what ids are chosen from, by type."""

    schema: GraphQLSchema
    seed: int
    ids: Mapping[str, Sequence[str]]
    cursors: Sequence[str] = ()
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311  the same again is what is wanted

    def query(self) -> dict[str, Any]:
        """The body of a request that asks for something."""
        root = self.schema.query_type
        assert root
        return self._request("query", self._fields(root, sorted(root.fields), most=AT_ROOT, depth=1))

    def mutation(self, name: str) -> dict[str, Any]:
        """The body of a request that does something."""
        root = self.schema.mutation_type
        assert root
        return self._request("mutation", self._field(name, root.fields[name], depth=DEEPEST - 1))

    def _request(self, kind: str, selection: str) -> dict[str, Any]:
        declared = f" d({', '.join(self.declared)})" if self.declared else ""
        return {"query": f"{kind}{declared} {{ {selection} }}", "variables": self.variables}

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _fields(self, kind: GraphQLObjectType, names: Sequence[str], *, most: int, depth: int) -> str:
        chosen = self.random.sample(names, self.random.randint(1, min(most, len(names))))
        return " ".join(self._field(name, kind.fields[name], depth=depth) for name in chosen)

    def _field(self, name: str, what: GraphQLField, *, depth: int) -> str:
        kind, inner = get_named_type(what.type), ""
        if is_object_type(kind):
            inner = f" {{ {self._selection(kind, depth=depth + 1)} }}"
        elif is_abstract_type(kind):
            one = self.random.choice(sorted(self.schema.get_possible_types(kind), key=str))
            inner = f" {{ __typename ... on {one} {{ {self._selection(one, depth=depth + 1)} }} }}"
        condition = ""
        if self._chance(0.05):
            shown = self.random.choice(["true", "false"])
            condition = f" @{self.random.choice(['skip', 'include'])}(if: {shown})"
        return f"{name}{self._arguments(what)}{condition}{inner}"

    def _selection(self, kind: GraphQLObjectType, *, depth: int) -> str:
        wrapped = {"edges", "node"} & set(kind.fields)
        leaves = [name for name, each in sorted(kind.fields.items()) if is_leaf_type(get_named_type(each.type))]
        if wrapped and depth <= DEEPEST * 2:
            (name,) = wrapped
            return "__typename " + self._field(name, kind.fields[name], depth=depth)
        if depth > DEEPEST:
            return "__typename" if not leaves else self._fields(kind, leaves, most=IN_OBJECT, depth=depth)
        inner = self._fields(kind, sorted(kind.fields), most=IN_OBJECT, depth=depth)
        return f"... on {kind} {{ {inner} }} __typename" if self._chance(0.1) else inner

    def _arguments(self, what: GraphQLField) -> str:
        self._type_of_id = _named(what)
        pages = {"first", "last"} <= set(what.args)
        sizes = self._sizes() if pages else {}
        given = []
        for name, each in what.args.items():
            if name in sizes:
                value = sizes[name]
            elif pages and name in {"first", "last"}:
                continue
            elif is_required_argument(each) or self._chance(0.08 if name in {"after", "before"} else GIVEN):
                value = self._value(name, each.type, depth=0)
            else:
                continue
            given.append(f"{name}: {self._written(name, each, value)}")
        return f"({', '.join(given)})" if given else ""

    def _sizes(self) -> dict[str, int | None]:
        return {self.random.choice(["first", "first", "last"]): self.random.choice(SIZES)}

    def _written(self, name: str, argument: GraphQLArgument, value: Any) -> str:
        if not self._chance(IN_A_VARIABLE):
            return literal(value, argument.type)
        variable = f"{name}{len(self.declared)}"
        self.declared.append(f"${variable}: {argument.type}")
        self.variables[variable] = value
        return f"${variable}"

    def _value(self, name: str, kind: GraphQLInputType, *, depth: int, needed: bool = False) -> Any:
        if not needed and not isinstance(kind, GraphQLNonNull) and self._chance(0.1):
            return None
        plain = get_nullable_type(kind)
        if is_list_type(plain):
            return [self._value(name, plain.of_type, depth=depth) for _ in range(self.random.randint(0, 3))]
        if isinstance(plain, GraphQLInputObjectType):
            return self._object(plain, depth=depth + 1)
        if isinstance(plain, GraphQLEnumType):
            return self.random.choice(sorted(plain.values))
        assert isinstance(plain, GraphQLScalarType)
        return self._scalar(name, plain.name)

    def _object(self, kind: GraphQLInputObjectType, *, depth: int) -> dict[str, Any]:
        share = GIVEN if depth < 3 else 0.1
        names = {name: each for name, each in kind.fields.items() if is_required_input_field(each)}
        others = [name for name in kind.fields if name not in names]
        if kind.is_one_of:
            names = {(name := self.random.choice(others)): kind.fields[name]}
            others = []
        names |= {name: kind.fields[name] for name in others if self._chance(share)}
        return {name: self._value(name, each.type, depth=depth, needed=kind.is_one_of) for name, each in names.items()}

    def _scalar(self, name: str, kind: str) -> Any:
        pick = self.random.choice
        if name in {"after", "before", "since"} and kind == "String":
            return pick([*self.cursors, *WORDS]) if self.cursors else pick(WORDS)
        if "schedule" in name.lower():
            return pick([*SCHEDULES, "", "FREQ=NEVER"])
        if name in {"currency", "currencies", "defaultCurrency"}:
            return pick(CURRENCIES)
        makers: Mapping[str, Callable[[], Any]] = {
            "ID": lambda: self._id(name),
            "UUID": lambda: str(UUID(int=self.random.getrandbits(128))),
            "String": lambda: pick(WORDS),
            "Boolean": lambda: pick([True, False]),
            "Int": lambda: pick(SIZES[1:]) if name in {"first", "last"} else pick(NUMBERS),
            "Float": lambda: pick([0.0, 0.5, 1e9]),
            "Amount": lambda: pick(AMOUNTS),
            "Date": lambda: pick(DAYS),
            "DateTime": lambda: pick(DAYS) + pick(TIMES),
        }
        return makers[kind]()

    def _id(self, name: str) -> str:
        """Mostly one of the type that is meant."""
        kind = KINDS.get(name.removesuffix("s")) or self._type_of_id
        if kind not in self.ids or self._chance(0.1):
            kind = self.random.choice(sorted(self.ids))
        return "x" if self._chance(0.03) else self.random.choice(self.ids[kind])


def _named(what: GraphQLField) -> str:
    """The type whose id a field takes: that of its answer."""
    return str(get_named_type(what.type)).removesuffix("Result").removeprefix("Delete").removeprefix("Unskip")


def literal(value: Any, kind: GraphQLInputType) -> str:
    """The value as it stands in a document."""
    plain = get_nullable_type(kind)
    if value is None or value is Undefined:
        return "null"
    if is_list_type(plain):
        return "[" + ", ".join(literal(each, plain.of_type) for each in value) + "]"
    if isinstance(plain, GraphQLInputObjectType):
        members = (f"{name}: {literal(each, plain.fields[name].type)}" for name, each in value.items())
        return "{" + ", ".join(members) + "}"
    return str(value) if isinstance(plain, GraphQLEnumType) else json.dumps(value)
