"""The page behind an invitation's link, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .browser import PATIENCE
from .conftest import World
from .service import PASSWORD


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    found = chromium.new_page()
    found.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    yield found
    found.close()
    assert complaints == []


def fill(page: Page, username: str, password: str) -> None:
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Accept").click()


def test_who_signs_in_there_owns_the_account_too(world: World, page: Page) -> None:
    account = world.owner.open_account(world.bank, name="Shared by a link")
    made = world.owner.post(f"/bank-accounts/{account['id']}/invitations/", {})
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto(made["link"])
    fill(page, "coowner", "a wrong password")
    expect(page.get_by_role("status")).to_contain_text("No active account found")
    fill(page, "coowner", PASSWORD)
    expect(page.get_by_role("status")).to_have_text("“Shared by a link” is yours too.")

    assert world.coowner.get(f"/bank-accounts/{account['id']}/")["owners"] == ["coowner", "owner"]
    assert made["secret"] not in page.url
    assert [url for url in sent if made["secret"] in url.partition("#")[0]] == []
    page.goto("about:blank")
    page.goto(made["link"])
    fill(page, "stranger", PASSWORD)
    expect(page.get_by_role("status")).to_contain_text("does not count any more")


def test_the_page_without_its_secret_says_so(world: World, page: Page) -> None:
    page.goto(f"http://127.0.0.1:{world.service.port}/invitations/")

    expect(page.get_by_role("status")).to_contain_text("open the whole link")
    expect(page.get_by_role("button", name="Accept")).to_be_hidden()
    expect(page.get_by_label("I have no log-in here yet")).to_have_count(0)
