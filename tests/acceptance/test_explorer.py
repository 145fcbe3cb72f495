"""The explorer as people use it: each ready query, on a desktop and on a phone, in the light and in the dark."""

import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from backend.schema.explorer import stories
from tests import servers

from .browser import DESKTOP, PHONE, Explorer, Visits

PICTURES = os.environ.get("MIBUDGE_TEST_PICTURES")
"""A folder to leave screenshots in, for whoever wants to look at them."""

DEVICES = {
    "desktop-light": {**DESKTOP, "color_scheme": "light"},
    "desktop-dark": {**DESKTOP, "color_scheme": "dark"},
    "phone-light": {**PHONE, "color_scheme": "light"},
    "phone-dark": {**PHONE, "color_scheme": "dark"},
}
GROUND = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number).reduce((a, b) => a + b) / 3"


def picture(tab: Explorer, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(exist_ok=True)
        tab.page.wait_for_timeout(300)
        tab.page.screenshot(path=Path(PICTURES) / f"{name}.png")


EACH = DEVICES if servers.STRICT else ["desktop-light", "phone-dark"]


@pytest.mark.parametrize("device", EACH)
def test_every_ready_query_runs(visits: Visits, device: str) -> None:
    tab = visits.tab(visits.device(**DEVICES[device]))
    tab.open()
    assert tab.overflows() == []
    picture(tab, f"{device}-0-sign-in")
    tab.sign_in()
    tab.is_in()
    assert tab.result()["data"]["me"] == {"name": "Demo"}
    assert (tab.page.evaluate(GROUND) < 128) == device.endswith("dark")
    assert tab.overflows() == []
    picture(tab, f"{device}-1-first")
    tab.menu()
    assert tab.overflows() == []
    picture(tab, f"{device}-2-menu")
    for story in stories.stories():
        answer = tab.tell(story)
        assert answer.keys() == {"data"}, (story.name, answer)
        assert None not in answer["data"].values()
        assert problems(answer) == []
        assert "{{" not in tab.page.content().split("</script>")[-1]
        assert tab.query().strip() == story.query.strip()
        assert tab.overflows() == []
        picture(tab, f"{device}-{story.name}")
        tab.lint()
        expect(tab.page.locator(".CodeMirror-lint-mark-error")).to_have_count(0)


def problems(found: Any) -> list[Any]:
    """Each refusal in an answer, wherever it stands."""
    if isinstance(found, list):
        return [problem for each in found for problem in problems(each)]
    if not isinstance(found, dict):
        return []
    return [found] if found.keys() >= {"code", "message"} else problems(list(found.values()))


def test_a_ready_query_that_changes_data_waits_until_it_is_run(visits: Visits) -> None:
    story = next(each for each in stories.stories() if each.kind == "mutation")
    tab = visits.tab()
    tab.enter()
    before = tab.graphql_requests()
    tab.choose(story)
    tab.page.wait_for_timeout(600)

    looked_up = tab.graphql_requests() - before
    assert tab.query().strip() == story.query.strip()
    assert looked_up == 2  # what it is filled in with
    assert tab.run().keys() == {"data"}
    assert tab.graphql_requests() - before == 3


def test_who_comes_back_catches_up_from_where_they_left(visits: Visits) -> None:
    move, catch_up = (each for name in ("move-money", "catch-up") for each in stories.stories() if each.name == name)
    tab = visits.tab()
    tab.page.clock.install()
    tab.enter()
    tab.tell(move)
    assert len(tab.tell(catch_up)["data"]["changes"]["transfers"]) == 1

    tab.page.clock.set_system_time(tab.page.evaluate("Date.now()") / 1_000 + 86_400)
    tab.page.reload()
    tab.is_in()
    tab.tell(move)
    assert len(tab.tell(catch_up)["data"]["changes"]["transfers"]) == 2


def test_a_second_choice_finds_the_tab_again(visits: Visits) -> None:
    first, second = stories.stories()[:2]
    tab = visits.tab()
    tab.enter()
    for story in (second, first, second):
        tab.choose(story)
        expect(tab.page.locator(".graphiql-tab-active")).to_contain_text(story.operation)

    expect(tab.page.locator(".graphiql-tab")).to_have_count(2)


def test_what_was_typed_is_not_written_over(visits: Visits) -> None:
    tab = visits.tab()
    tab.enter()
    tab.type_query("query Mine { me { username } }")
    tab.tell(stories.stories()[0])
    expect(tab.page.locator(".graphiql-tab")).to_have_count(2)
    tab.page.get_by_role("tab", name="Mine").click()

    assert tab.query() == "query Mine { me { username } }"
    assert tab.run() == {"data": {"me": {"username": "demo"}}}


def test_the_schema_is_documented_beside_the_editor(visits: Visits) -> None:
    tab = visits.tab()
    tab.enter()
    tab.page.get_by_role("button", name="Show Documentation Explorer").click()
    panel = tab.page.locator(".graphiql-doc-explorer")
    panel.get_by_role("link", name="Query").click()
    expect(panel).to_contain_text("Who asks.")
    panel.get_by_role("link", name="Me", exact=True).click()
    expect(panel).to_contain_text("The name to sign in with.")


def test_the_editor_knows_the_schema(visits: Visits) -> None:
    tab = visits.tab()
    tab.enter()
    marks = tab.page.locator(".graphiql-query-editor .CodeMirror-lint-mark-error")
    tab.type_query("{ me { nonsense } }")
    tab.lint()
    assert marks.count() > 0

    tab.type_query("{ me { username } }")
    expect(marks).to_have_count(0)
    tab.type_query("{ me { nonsense } }")
    expect(marks.first).to_be_visible()


def test_what_was_run_is_in_the_history_after_a_reload(visits: Visits) -> None:
    tab = visits.tab()
    tab.enter()
    tab.type_query("query Once { me { timezone } }")
    tab.run()
    tab.page.reload()
    tab.is_in()
    tab.page.get_by_role("button", name="Show History").click()

    expect(tab.page.locator(".graphiql-history-items")).to_contain_text("Once")
    assert tab.query() == "query Once { me { timezone } }"


def test_an_error_is_shown_in_the_service_s_words(visits: Visits) -> None:
    tab = visits.tab()
    tab.enter()
    tab.type_query("{ me { nonsense } }")
    (error,) = tab.run()["errors"]

    assert error["extensions"] == {"code": "invalid_document"}


def test_what_a_call_cost_is_told_until_there_is_another(visits: Visits) -> None:
    tab = visits.tab()
    tab.enter()
    cost = tab.page.locator(".cost")
    expect(cost).to_have_text(re.compile(r"One call: \d+ ms, \d+\.\d KB"))
    tab.page.get_by_role("button", name="New tab").click()

    expect(cost).to_have_text("")


def test_a_request_is_copied_as_a_command_without_the_token(visits: Visits) -> None:
    """It runs in a shell as it is, whatever quotes are in it."""
    tab = visits.tab(visits.device(permissions=["clipboard-read", "clipboard-write"]))
    tab.enter()
    tab.type_query('query Mine { me { username } } # it\'s "mine"')
    tab.page.get_by_role("button", name="Copy as curl").click()
    expect(tab.page.get_by_role("button", name="Copied")).to_be_visible()
    command = tab.page.evaluate("navigator.clipboard.readText()")
    words = shlex.split(command)

    assert words[:2] == ["curl", f"{visits.base}/graphql/"]
    assert "Authorization: Bearer $TOKEN" in words
    assert json.loads(words[-1])["query"] == 'query Mine { me { username } } # it\'s "mine"'


def test_the_switch_goes_through_the_colours_and_remembers(visits: Visits) -> None:
    tab = visits.tab(visits.device(color_scheme="light"))
    tab.enter()
    switch = tab.page.locator("#theme")
    seen = []
    for _ in range(3):
        seen.append((switch.get_attribute("title"), tab.page.evaluate(GROUND) < 128))
        switch.click()
    assert seen == [("Colours of the system", False), ("Light colours", False), ("Dark colours", True)]

    switch.click()
    switch.click()
    tab.page.reload()
    tab.is_in()
    assert tab.page.evaluate(GROUND) < 128
    expect(tab.page.locator("body")).to_have_class("graphiql-dark")


def test_colours_follow_the_system_while_the_page_is_open(visits: Visits) -> None:
    tab = visits.tab(visits.device(color_scheme="light"))
    tab.open()
    assert tab.page.evaluate(GROUND) > 128
    tab.page.emulate_media(color_scheme="dark")
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "dark")

    assert tab.page.evaluate(GROUND) < 128


def test_dialogs_open_without_a_complaint(visits: Visits) -> None:
    """They add a style to the page, which its policy lets through by its nonce."""
    tab = visits.tab()
    tab.enter()
    tab.page.get_by_role("button", name="Open settings dialog").click()
    expect(tab.page.locator(".graphiql-dialog")).to_be_visible()
    tab.page.keyboard.press("Escape")
    tab.page.get_by_role("button", name="Open short keys dialog").click()
    expect(tab.page.locator(".graphiql-dialog")).to_contain_text("Short Keys")
