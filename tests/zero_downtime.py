"""What a migration may not do if the version before it is to go on meanwhile: the rules of docs/production.md."""

from collections.abc import Iterator

from django.db import connection, models
from django.db.migrations import operations as kinds
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

GOES_AWAY = (kinds.RemoveField, kinds.DeleteModel)
RENAMES = (kinds.RenameField, kinds.RenameModel, kinds.AlterModelTable)
"""RenameIndex is no matter: no query names an index."""


def breaches(operation: Operation, before: ProjectState, app: str) -> Iterator[str]:
    """What the operation does that the version before cannot live with, given the state that it starts from."""
    if isinstance(operation, RENAMES):
        yield f"{operation.describe()}: nothing is renamed; the new one comes, the old one goes a version later"
    if isinstance(operation, GOES_AWAY):
        yield f"{operation.describe()}: it goes a version after nothing uses it any more; then list it in GONE"
    if isinstance(operation, kinds.AddField) and _needs_a_value(operation.field):
        yield f"{operation.describe()}: what the version before inserts has no value for it; give it a db_default"
    if isinstance(operation, kinds.AlterField):
        old = before.models[app, operation.model_name_lower].get_field(operation.name)
        new = operation.field
        if old.db_parameters(connection)["type"] != new.db_parameters(connection)["type"]:
            yield f"{operation.describe()}: its type changes under the version before; a new column takes its place"
        if old.null and _needs_a_value(new):
            yield f"{operation.describe()}: the version before may write nothing into it"
    if isinstance(operation, kinds.RunSQL):
        yield f"{operation.describe()}: SQL that nobody can check; say it in Django's operations"


def _needs_a_value(field: models.Field) -> bool:
    """Whether a row cannot be inserted without naming the column."""
    return not (field.many_to_many or field.null or field.db_default is not NOT_PROVIDED)
