"""pytest options and fixtures about the servers that tests run on."""

from collections.abc import Generator

import hypothesis
import pytest
from django.db import connection

from tests import servers

hypothesis.settings.register_profile("same", derandomize=True)
if not servers.ANEW:
    hypothesis.settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="only the tests that the database matters to")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database-only"):
        chosen = [item for item in items if concerns_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not concerns_database(item)])
        items[:] = chosen


def concerns_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", [])
    if item.get_closest_marker("any_database") and not servers.STRICT:
        return False
    return item.get_closest_marker("django_db") is not None or bool({"db", "transactional_db"} & set(fixtures))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where every test must run, one that skips itself has failed."""
    report = yield
    if servers.STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Tests that commit leave few rows, and PostgreSQL deletes these much sooner than it truncates each table."""
    if connection.vendor == "postgresql":
        connection.ops.sql_flush = lambda style, tables, **options: [  # type: ignore[method-assign]
            f"DELETE FROM {connection.ops.quote_name(table)}"  # noqa: S608  a table's own name
            for table in tables
        ]


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The address of a PostgreSQL database that tests may use whatever they run on."""
    if reason := servers.POSTGRESQL.missing():
        pytest.skip(reason)
    return servers.POSTGRESQL.url


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The address of a Redis database that tests may empty."""
    if reason := servers.REDIS.missing():
        pytest.skip(reason)
    return servers.REDIS.url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser that tests of pages drive."""
    if reason := servers.CHROMIUM.missing():
        pytest.skip(reason)
    return servers.CHROMIUM.path
