"""What resolvers may return, however odd: the same comes of it as with graphql-core's own executor."""

import asyncio
import gc
import math
import warnings
from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any

import pytest
import strawberry
from graphql import Undefined
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.permission import BasePermission
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Ordinary
from strawberry.types import Info

from backend.schema.execution import Executor


class Refused(Exception):
    pass


class Never(BasePermission):
    message = "never"

    def has_permission(self, source: object, info: Info, **arguments: object) -> bool:
        return False


class Louder(FieldExtension):
    def resolve(self, next_: Any, source: object, info: Info, **arguments: object) -> str:
        return str(next_(source, info, **arguments)).upper()


@strawberry.enum
class Colour(Enum):
    RED = "r"
    BLUE = "b"


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Thing(Named):
    number: int = 1
    ratio: float = 0.5
    yes: bool = True
    word: str | None = None
    colour: Colour = Colour.RED
    id: strawberry.ID = strawberry.ID("1")
    words: list[str] = strawberry.field(default_factory=list)
    gaps: list[str | None] = strawberry.field(default_factory=list)
    children: list["Thing"] = strawberry.field(default_factory=list)
    orphans: list["Thing | None"] = strawberry.field(default_factory=list)
    partner: "Thing | None" = None

    @strawberry.field
    def upper(self) -> str:
        return self.name.upper()

    @strawberry.field
    def place(self, info: Info) -> str:
        return "/".join(map(str, info.path.as_list()))

    @strawberry.field
    def place_shown(self, info: Info) -> str:
        return f"{info.path}"

    @strawberry.field
    def selected(self, info: Info) -> list[str]:
        return [str(each) for each in info.selected_fields]

    @strawberry.field
    def user(self, info: Info) -> str:
        return str(info.context["user"])

    @strawberry.field
    def greeting(self, to: str = "all") -> str:
        return f"{to}, {self.name}"

    @strawberry.field(permission_classes=[Never])
    def secret(self) -> str | None:
        return "secret"

    @strawberry.field(extensions=[Louder()])
    def loud(self) -> str:
        return self.name

    @strawberry.field
    def parent_name(self, parent: strawberry.Parent[Any]) -> str:
        return str(parent.name)

    @strawberry.field
    @staticmethod
    def fixed() -> str:
        return "fixed"

    @strawberry.field
    def named(self) -> Named:
        return self

    @strawberry.field
    def either(self) -> Annotated["Thing | Other", strawberry.union("Either")]:
        return self


@strawberry.type
class Other:
    text: str = "other"


class Loose:
    """An object that is no instance of the type; it has some of the attributes."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)

    def __getattr__(self, name: str) -> Any:
        raise Refused(f"no {name}")


async def later() -> str:
    return "later"


class Sub(Thing):
    pass


NAN, HUGE = math.nan, 2**40


def thing(**given: Any) -> Thing:
    found = Thing(name="thing")
    for name, value in given.items():
        setattr(found, name, value)
    return found


ODD: dict[str, Any] = {
    "nothing where something must be": [thing(name=None)],
    "one of many": [thing(), thing(number=None), thing()],
    "an error": [thing(word=Refused("word"))],
    "an error for a thing": [Refused("thing")],
    "an error of an attribute": [Loose(name="loose")],
    "numbers that are none": [thing(number="x", ratio=NAN, yes="yes")],
    "numbers that are too large": [thing(number=HUGE)],
    "numbers of other kinds": [thing(number=1.0, ratio=2, yes=1, name=5, id=7)],
    "codes of words": [thing(colour="b")],
    "no codes of words": [thing(colour="x")],
    "undefined": [thing(word=Undefined, name=Undefined)],
    "a function": [thing(word=lambda: "called")],
    "gaps": [thing(gaps=["a", None, "b"], words=["a", None, "b"])],
    "errors in lists": [thing(gaps=["a", Refused("gap")]), thing(words=["a", Refused("word")])],
    "tuples": (thing(words=("a", "b")),),
    "generators": [thing(words=iter(()))],
    "a text for a list": [thing(words="abc")],
    "a number for a list": [thing(words=5)],
    "things in things": [thing(children=[thing(partner=thing(name=None)), thing(orphans=[None, thing(name=None)])])],
    "a subclass": [Sub(name="sub")],
    "another type": [Other()],
    "no list": None,
}

QUERIES = [
    "{ things { __typename name number ratio yes word colour id words gaps upper } }",
    "{ things { children { name partner { name number } orphans { name } } } }",
    "{ things { a: name b: name ... on Named { name } selected } }",
    "{ things { place placeShown selected user } }",
    '{ things { greeting b: greeting(to: "you") secret loud parentName fixed } }',
    "{ things { named { __typename name } either { ... on Thing { name number } } } }",
    "{ maybe { name number } thing { name colour } }",
]


def given(info: Info) -> Any:
    found = info.context["things"]
    return found() if callable(found) else found


@strawberry.type
class Query:
    @strawberry.field
    def things(self, info: Info) -> list[Thing] | None:
        found: list[Thing] | None = given(info)
        return found

    @strawberry.field
    def maybe(self, info: Info) -> list[Thing | None] | None:
        found: list[Thing | None] | None = given(info)
        return found

    @strawberry.field
    def thing(self, info: Info) -> Thing | None:
        found: Thing | None = next(iter(given(info) or [None]))
        return found


class Quiet(strawberry.Schema):
    def process_errors(self, errors: object, execution_context: object = None) -> None:
        """Log nothing: the errors are looked at."""


SCHEMAS = {each: Quiet(Query, execution_context_class=each) for each in (Ordinary, Executor)}


def outcome(executor: Any, query: str, things: Any) -> Any:
    result = SCHEMAS[executor].execute_sync(query, context_value={"things": things, "user": "me"})
    errors = [(each.message, each.path, each.locations, type(each.original_error)) for each in result.errors or ()]
    return repr(result.data), errors


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("name", ODD)
def test_odd_values(name: str, query: str) -> None:
    assert outcome(Executor, query, ODD[name]) == outcome(Ordinary, query, ODD[name])


def test_lists_that_can_be_read_once_are() -> None:
    query = "{ things { name } }"

    assert outcome(Executor, query, lambda: iter([thing(), thing()]))[0].count("thing'") == 2


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Where Strawberry cancels what cannot be awaited."""
    with asyncio.Runner() as runner:
        asyncio.set_event_loop(runner.get_loop())
        yield runner.get_loop()
        asyncio.set_event_loop(None)


@pytest.mark.parametrize("query", ["{ things { word } }", "{ things { word named { name } } }"])
def test_what_must_be_awaited_is_refused_as_always(query: str, loop: asyncio.AbstractEventLoop) -> None:
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # about what was not awaited
        found = [outcome(each, query, [thing(word=later())]) for each in SCHEMAS]
        loop.run_until_complete(asyncio.sleep(0))
        gc.collect()

    assert found[0] == found[1]
    assert found[1][1]


def test_other_middleware_is_not_passed_over() -> None:
    class Shout(SchemaExtension):
        def resolve(self, _next: Any, root: Any, info: Any, *given: str, **named: Any) -> Any:
            found = _next(root, info, *given, **named)
            return found.upper() if isinstance(found, str) else found

    schema = Quiet(Query, execution_context_class=Executor, extensions=[Shout])
    result = schema.execute_sync("{ things { name } }", context_value={"things": [thing()]})

    assert result.data == {"things": [{"name": "THING"}]}


def test_asynchronous_execution_is_left_alone() -> None:
    schema = Quiet(Query, execution_context_class=Executor)
    result = asyncio.run(schema.execute("{ things { name word } }", context_value={"things": [thing(word=later())]}))

    assert result.data == {"things": [{"name": "thing", "word": "later"}]}


def test_resolvers_are_called_without_the_machinery(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    execute_field = Ordinary.execute_field

    def count(self: Any, *arguments: Any) -> Any:
        called.append(arguments)
        return execute_field(self, *arguments)

    monkeypatch.setattr(Ordinary, "execute_field", count)
    found, errors = outcome(Executor, "{ things { name upper user selected children { name } } }", [thing()] * 50)

    assert errors == []
    assert found.count("THING") == 50
    assert len(called) == 1
