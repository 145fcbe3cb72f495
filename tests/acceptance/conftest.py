"""One running service for all tests that leave it running, and who speaks to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import prepared

from .browser import FLAGS, Visits
from .client import Client
from .service import PASSWORD, Service

PEOPLE = {
    "owner": ["--name", "Owner"],
    "coowner": ["--timezone", "Europe/Berlin"],
    "stranger": [],
    "staff": ["--staff"],
    "leaver": [],
}
BANKS = {"First Bank": "USD", "Zweite Bank": "EUR"}


@dataclass
class World:
    """The service with its people signed in; banks by name."""

    service: Service
    banks: dict[str, str]
    owner: Client
    coowner: Client
    stranger: Client
    staff: Client
    nobody: Client

    def close(self) -> None:
        for client in (self.owner, self.coowner, self.stranger, self.staff, self.nobody):
            client.close_all()

    @property
    def bank(self) -> str:
        return self.banks["First Bank"]


def build(service: Service) -> World:
    banks = service.people_and_banks(PEOPLE, BANKS)
    names = ("owner", "coowner", "stranger", "staff")
    signed_in = {name: Client(service.port, username=name, password=PASSWORD) for name in names}
    return World(service=service, banks=banks, nobody=Client(service.port), **signed_in)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    # On a busy machine the tests go on for longer than a token counts, and sign in once.
    service = Service(tmp_path_factory.mktemp("acceptance"), {"MIBUDGE_ACCESS_MINUTES": "600"})
    prepared.migrated(service.data)
    try:
        service.start()
        world = build(service)
        yield world
        world.close()
        log = service.log.read_text()
    finally:
        service.kill()
    assert "Traceback" not in log, log


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(scope="session")
def demo_service(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the demo household, for people with browsers."""
    service = Service(tmp_path_factory.mktemp("explorer"))
    prepared.moved_in(service.data)
    try:
        service.start()
        yield service
        log = service.log.read_text()
        service.verify()
    finally:
        service.kill()
    assert "Traceback" not in log, log


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:  # one per module: while it runs, Django takes this thread for an async one
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visits(chromium: Browser, demo_service: Service) -> Iterator[Visits]:
    """Opens tabs. None of them may have complained, or asked another host, when the test is done."""
    password = (demo_service.data / "demo" / "password").read_text().strip()
    visits = Visits(chromium, base=f"http://127.0.0.1:{demo_service.port}", password=password)
    yield visits
    visits.close()
    assert visits.complaints() == []
