"""What every mutation has: an answer that is the thing or a `Problem`, and a key under which it happens once.

A mutation that names an `idempotencyKey` runs in one database transaction with the key and its answer, the selected
fields included; sent again, it is answered from there. What was refused is not stored, so it may be mended and sent
again under the same key.
"""

from typing import Any

import orjson
import strawberry
from django.db.models import Model
from graphql import GraphQLError, GraphQLObjectType, print_ast
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.extensions import FieldExtension
from strawberry.types import Info
from strawberry.types.field import StrawberryField
from strawberry_django import optimizer

from backend import authentication
from backend.ledger import errors
from backend.ledger.services import idempotency

from . import base, context, execution, scopes
from .pages import argument

KEY = "idempotencyKey"
KEY_FIELD = "idempotency_key"
SAYS = "A name of your own for this write: sent again under it, within seven days, it happens once."


class Keyed(FieldExtension):
    """Gives a mutation its `idempotencyKey`, which the executor looks at before the resolver is called."""

    def apply(self, field: StrawberryField) -> None:
        field.arguments = [*field.arguments, argument(KEY_FIELD, str | None, SAYS)]

    def resolve(self, next_: Any, source: Any, info: Info, *, idempotency_key: str | None = None, **given: Any) -> Any:
        refusal = context.of(info).refusal
        if refusal is not None:
            raise refusal
        answer = next_(source, info, **given)
        context.of(info).forget()
        return _reread(answer, info)


def _reread(answer: Any, info: Info) -> Any:
    """A row that a mutation answers with, as it is now, with what is selected of it loaded in as few queries."""
    kind = base.kind_of(type(answer)) if isinstance(answer, Model) else None
    if kind is None:
        return answer
    rows = kind.get_queryset(type(answer)._default_manager.filter(pk=answer.pk), info)
    return optimizer.optimize(rows, info).first() or answer


class Unkeyed(FieldExtension):
    """Of a mutation whose input or answer holds a secret: no key, since what is sent under one is remembered."""

    def resolve(self, next_: Any, source: Any, info: Info, **given: Any) -> Any:
        answer = next_(source, info, **given)
        context.of(info).forget()
        return answer


def mutation(description: str, *, secret: bool = False) -> Any:
    """A mutation. What the ledger refuses becomes the `Problem` of its union."""
    return strawberry.mutation(description=description, extensions=[Unkeyed() if secret else Keyed()])


class Refused(Exception):
    """A keyed mutation came to nothing; `result` is what the client is told."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


class Executor(execution.Executor):
    """Runs a keyed mutation once, and none at all that an API token is not for."""

    def execute_fields_serially(
        self, parent_type: GraphQLObjectType, source: Any, path: Path | None, fields: GroupedFieldSet, position: Any
    ) -> Any:
        user = self.context_value.user
        for details in fields.values():
            name, node = details[0].node.name.value, details[0].node
            try:
                if not name.startswith("__"):
                    authentication.check(user, needs=scopes.needed(name))
            except errors.InsufficientScope as refusal:
                raise GraphQLError(refusal.message, nodes=node, original_error=refusal) from refusal
        return super().execute_fields_serially(parent_type, source, path, fields, position)

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, details: FieldDetailsList, path: Path, position: Any
    ) -> Any:
        key = self._key(parent_type, details)
        if key is None:
            return super().execute_field(parent_type, source, details, path, position)
        request: context.Context = self.context_value

        def run() -> Any:
            return super(Executor, self).execute_field(parent_type, source, details, path, position)

        def act() -> idempotency.Answer:
            known, request.refused = len(self.collected_errors.errors), False
            result = run()
            if request.refused or len(self.collected_errors.errors) > known:
                raise Refused(result)
            return idempotency.Answer(status=200, body=orjson.dumps(result).decode())

        try:
            answer = idempotency.once(
                user=request.user,
                key=idempotency.check(key, field=KEY_FIELD),
                asked=self._asked(details),
                now=request.now,
                act=act,
            )
        except Refused as refused:
            return refused.result
        except errors.LedgerError as refusal:
            request.refusal = refusal
            try:
                return run()
            finally:
                request.refusal = None
        return orjson.loads(answer.body)

    def _key(self, parent: GraphQLObjectType, details: FieldDetailsList) -> str | None:
        if parent is not self.schema.mutation_type:
            return None
        node = details[0].node
        field = self.schema.get_field(parent, node.name.value)
        if field is None or all(each.name.value != KEY for each in node.arguments or ()):
            return None
        return get_argument_values(field, node, self.variable_values).get(KEY)

    def _asked(self, details: FieldDetailsList) -> str:
        """What the client asks for: the field as written, the fragments it may use, and what the variables say."""
        fields = [print_ast(each.node) for each in details]
        fragments = sorted(print_ast(each) for each in self.fragment_definitions.values())
        return idempotency.fingerprint("mutation", fields, fragments, self.variable_values.coerced)
