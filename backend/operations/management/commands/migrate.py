"""Django's `migrate`, of which each migration is one transaction with the note that it was made.

Django notes a migration a moment after its transaction if statements are put off to its end, such as those that make
indexes. A process that is killed in that moment would leave tables that the next run makes again, and fails.
"""

import copy
from functools import partial
from typing import Any

from django.core.management.commands import migrate
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class Executor(MigrationExecutor):
    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        whole = copy.copy(migration)
        whole.apply = partial(_with_what_was_put_off, migration)  # type: ignore[method-assign]  # of the copy alone
        return super().apply_migration(state, whole, fake=fake, fake_initial=fake_initial)


def _with_what_was_put_off(
    migration: Migration, state: ProjectState, editor: BaseDatabaseSchemaEditor, **more: Any
) -> ProjectState:
    """Nothing is left to be done after it: that is when Django notes the migration before the transaction ends."""
    after = migration.apply(state, editor, **more)
    for statement in editor.deferred_sql:
        editor.execute(statement, params=None)
    editor.deferred_sql.clear()
    return after


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        vars(migrate)["MigrationExecutor"] = Executor  # where Django's command looks for it
        return super().handle(*args, **options)
