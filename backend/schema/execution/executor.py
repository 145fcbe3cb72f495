"""graphql-core's executor, which takes steps where it can: see the package."""

import asyncio
from collections.abc import Mapping
from typing import Any

from django.db import Error
from graphql import GraphQLObjectType, GraphQLOutputType, Undefined
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry_django.optimizer import DjangoOptimizerExtension

from .objects import Step
from .plans import Plans


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Pass it to a schema as its `execution_context_class`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans = Plans(self) if self._foreseeable() else None
        self._database_error: Error | None = None

    def _foreseeable(self) -> bool:
        """Whether nothing comes between a resolver and its value but the optimizer, which leaves values alone."""
        middlewares = self.middleware_manager.middlewares if self.middleware_manager else ()
        known = all(type(each) is DjangoOptimizerExtension for each in middlewares)
        return known and self.abort_signal is None and not _asynchronous()

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> Any:
        steps = self._steps(parent_type, source_value, grouped_field_set, path)
        if not steps:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        results: dict[str, Any] = {}
        for name, details in grouped_field_set.items():
            if name in steps:
                try:
                    results[name] = steps[name](source_value)
                    continue
                except Exception as error:  # noqa: BLE001  whatever it is, the ordinary way finds it again
                    self._note(error)
            place = Path(path, name, parent_type.name)
            result = self.execute_field(parent_type, source_value, details, place, position_context)
            if self.is_awaitable(result):  # nobody can await it here; the ordinary way says so
                return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
            if result is not Undefined:
                results[name] = result
        return results

    def complete_list_value(self, *given: Any) -> Any:
        written = self._written(*given)
        return super().complete_list_value(*given) if written is Undefined else written

    def complete_object_value(self, *given: Any) -> Any:
        written = self._written(*given)
        return super().complete_object_value(*given) if written is Undefined else written

    def _steps(
        self, kind: GraphQLObjectType, source: Any, fields: GroupedFieldSet, path: Path | None
    ) -> Mapping[str, Step]:
        """The steps for those of the fields that have one, if they are made for such an object."""
        if self._plans and path:  # a root has no steps
            try:
                found = self._plans.selection(kind, fields, path)
                if found:
                    found.accept(source)
                    return found.steps
            except Exception as error:  # noqa: BLE001  an object may raise anything when it is asked what it is
                self._note(error)
        return {}

    def _written(
        self, kind: GraphQLOutputType, details: FieldDetailsList, info: object, path: Path, value: Any, *others: Any
    ) -> Any:
        """The value as JSON; Undefined where the ordinary way must write it."""
        if self._plans:
            try:
                write = self._plans.writer(kind, details, path)
                if write:
                    return write(value)
            except Exception as error:  # noqa: BLE001  whatever it is, the ordinary way finds it again
                self._note(error)
        return Undefined

    def _note(self, error: Exception) -> None:
        if isinstance(error, Error):
            self._database_error = error

    def handle_field_error(
        self, raw_error: Exception, return_type: GraphQLOutputType, field_details_list: FieldDetailsList, path: Path
    ) -> None:
        """As usual, but after an error of the database report that one: a second try may have met its aftermath."""
        if isinstance(raw_error, Error) and self._database_error:
            raw_error, self._database_error = self._database_error, None
        super().handle_field_error(raw_error, return_type, field_details_list, path)


def _asynchronous() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
