"""Migrations: one after the other, killed and run again, and such that the version before goes on meanwhile.

MIBUDGE_TEST_KILLS says at how many points they are killed on each database.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tests import servers, zero_downtime

ROOT = Path(__file__).resolve().parents[1]
KILLS = os.environ.get("MIBUDGE_TEST_KILLS") or ("10" if servers.STRICT else "3")
BEFORE = 4
"""Up to this number the migrations made tables that no version had yet."""

GONE: set[tuple[str, str]] = set()
"""Migrations, by name, and the columns or tables that they take away after a version in which nothing used them."""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_migration_that_was_killed_is_done_again(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else f"sqlite:///{tmp_path}/killed"
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed_migration", KILLS],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "MIBUDGE_DATA": str(tmp_path / "data"), "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{KILLS} kills among ")


def test_the_migrations_are_one_chain() -> None:
    graph = MigrationLoader(None).graph
    assert len(graph.leaf_nodes("ledger")) == 1
    numbers = sorted(int(name[:4]) for app, name in graph.nodes if app == "ledger")
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_version_before_lives_with_each_migration() -> None:
    loader = MigrationLoader(None)
    (leaf,) = loader.graph.leaf_nodes("ledger")
    found, checked = [], 0
    for app, name in loader.graph.forwards_plan(leaf):
        if app != "ledger" or int(name[:4]) <= BEFORE:
            continue
        state = loader.project_state((app, name), at_end=False)
        for operation in loader.graph.nodes[app, name].operations:
            checked += 1
            told = [] if (name, operation.describe()) in GONE else zero_downtime.breaches(operation, state, app)
            found += [f"{name}: {each}" for each in told]
            operation.state_forwards(app, state)
    assert found == []
    assert checked > 3


def state() -> ProjectState:
    """A table as the version before has it."""
    made = ProjectState()
    key, text = models.BigAutoField(primary_key=True), models.CharField(max_length=9, null=True)
    fields: list[tuple[str, models.Field[Any, Any]]] = [("id", key), ("text", text)]
    migrations.CreateModel("Thing", fields).state_forwards("some", made)
    return made


@pytest.mark.parametrize(
    "operation",
    [
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("thing", "more", models.TextField(null=True)),
        migrations.AddField("thing", "more", models.IntegerField(default=0, db_default=0)),
        migrations.AddIndex("thing", models.Index(fields=["text"], name="by_text")),
        migrations.AlterField("thing", "text", models.CharField(max_length=9, null=True, choices=[("a", "A")])),
        migrations.AlterField("thing", "text", models.CharField(max_length=9, default="", db_default="")),
        migrations.RunPython(migrations.RunPython.noop),
    ],
    ids=lambda each: each.describe(),
)
def test_what_a_migration_may_do(operation: Operation) -> None:
    assert list(zero_downtime.breaches(operation, state(), "some")) == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("thing", "more", models.IntegerField(default=0)),
        migrations.AddField("thing", "more", models.ForeignKey("some.Thing", models.CASCADE)),
        migrations.RemoveField("thing", "text"),
        migrations.DeleteModel("Thing"),
        migrations.RenameField("thing", "text", "words"),
        migrations.RenameModel("Thing", "Object"),
        migrations.AlterModelTable("thing", "things"),
        migrations.AlterField("thing", "text", models.CharField(max_length=9)),
        migrations.AlterField("thing", "text", models.IntegerField(null=True)),
        migrations.RunSQL("DROP TABLE some_thing"),
    ],
    ids=lambda each: each.describe(),
)
def test_what_it_may_not(operation: Operation) -> None:
    assert len(list(zero_downtime.breaches(operation, state(), "some"))) == 1
