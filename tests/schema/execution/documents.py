"""Valid queries, made up from the schema."""

from dataclasses import dataclass, field

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_object_type,
    is_required_argument,
)
from hypothesis import strategies as st

DEEPEST = 7
DEAR = {"ledgerCheck"}
"""The fields that one document can ask for once."""

VARIABLES = "($yes: Boolean! = true, $no: Boolean! = false)"
USED = "__typename @include(if: $yes) @skip(if: $no)"
CONDITIONS = ["", "@include(if: $yes)", "@include(if: $no)", "@skip(if: $no)", "@skip(if: $yes)"]


@dataclass
class Writer:
    """Writes one query; `draw` takes the decisions."""

    schema: GraphQLSchema
    draw: st.DrawFn
    fragments: list[str] = field(default_factory=list)
    aliases: int = 0

    def query(self) -> str:
        root = self.schema.query_type
        assert root
        names = self.draw(st.lists(st.sampled_from(self.names(root)), min_size=1, max_size=2, unique=True))
        body = " ".join(self.field(root, name, depth=1) for name in names)
        return f"query {VARIABLES} {{ {USED} {body} }} " + " ".join(self.fragments)

    def names(self, kind: GraphQLObjectType) -> list[str]:
        """The fields that can be asked for without knowing more, and for many rows."""
        return [
            name
            for name, each in kind.fields.items()
            if not any(map(is_required_argument, each.args.values())) and name not in DEAR
        ]

    def selection(self, kind: GraphQLObjectType, *, depth: int) -> str:
        names = [
            name for name in self.names(kind) if depth < DEEPEST or not is_composite_type(self.leads_to(kind, name))
        ]
        chosen = self.draw(st.lists(st.sampled_from([*names, "__typename"]), min_size=1, max_size=6))
        chosen += [name for name in ("edges", "node") if name in names and name not in chosen]  # where the rows are
        parts = [self.field(kind, name, depth=depth) if name != "__typename" else name for name in chosen]
        if self.draw(st.integers(0, 5)) == 0:
            parts.append(self.wrapped(kind, parts.pop()))
        return "{ " + " ".join(parts) + " }"

    def wrapped(self, kind: GraphQLObjectType, part: str) -> str:
        """A fragment around a part of the selection, spread or in place."""
        when = self.draw(st.sampled_from(CONDITIONS))
        if self.draw(st.booleans()):
            return f"... on {kind.name} {when} {{ {part} }}"
        name = f"Fragment{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {kind.name} {{ {part} }}")
        return f"...{name} {when}"

    def field(self, parent: GraphQLObjectType, name: str, *, depth: int) -> str:
        kind = self.leads_to(parent, name)
        alias = ""
        if self.aliases < 10 and self.draw(st.integers(0, 4)) == 0:
            self.aliases += 1
            alias = f"as{self.aliases}: "
        first = "(first: 3)" if "first" in parent.fields[name].args else ""
        inside = ""
        if is_object_type(kind):
            inside = self.selection(kind, depth=depth + 1)
        elif is_composite_type(kind):
            inside = "{ __typename }"
        return f"{alias}{name}{first} {inside}"

    def leads_to(self, parent: GraphQLObjectType, name: str) -> object:
        found: GraphQLField = parent.fields[name]
        return get_named_type(found.type)


@st.composite
def queries(draw: st.DrawFn, schema: GraphQLSchema) -> str:
    return Writer(schema, draw).query()
