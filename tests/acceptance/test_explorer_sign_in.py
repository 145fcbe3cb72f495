"""Signing in to the explorer and out: one tab, several, two people, tokens that run out, a service that is gone."""

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from .browser import Explorer, Visits
from .service import Service

REFRESH, GRAPHQL = "POST /api/token/refresh/", "POST /graphql/"
ALONE = "delete globalThis.BroadcastChannel; Object.defineProperty(navigator, 'locks', { value: undefined });"
"""Tabs that cannot speak to each other, as on an address without HTTPS."""


def who(tab: Explorer) -> str | None:
    return tab.page.locator("#who").get_attribute("title")


def cookies(device: BrowserContext) -> list[str]:
    return [each["name"] for each in device.cookies() if each["value"]]


def test_a_visit_begins_with_the_sign_in_and_without_a_refusal(visits: Visits) -> None:
    tab = visits.tab()
    tab.open()
    tab.is_out()

    assert [each for each in tab.requests if each.startswith("POST")] == []


def test_a_reload_stays_signed_in_and_nothing_to_steal_is_kept(visits: Visits) -> None:
    tab = visits.tab()
    tab.enter()
    assert who(tab) == "Signed in as demo"
    assert tab.page.locator("#who").inner_text() == "Demo"
    for _ in range(2):
        tab.page.reload()
        tab.is_in()

    assert tab.requests.count("POST /api/token/") == 1
    assert tab.tokens_kept() == []


def test_a_reload_answers_the_first_ready_query_with_the_variables_that_somebody_changed(visits: Visits) -> None:
    tab = visits.tab()
    tab.enter()
    tab.type_variables('{"since": "2100-01-01T00:00:00Z"}')
    changed = tab.run()
    tab.page.wait_for_timeout(1_000)  # GraphiQL keeps what was typed after half a second
    tab.page.reload()
    tab.is_in()

    assert changed["data"]["transactions"] == {"edges": []}
    assert tab.result() == changed


def test_after_the_log_out_nothing_is_left(visits: Visits) -> None:
    device = visits.device()
    tab = visits.tab(device)
    tab.enter()
    tab.page.get_by_role("button", name="Log out").click()
    tab.is_out()
    assert cookies(device) == []
    assert "Joint Checking" not in tab.page.content()

    tab.page.reload()
    tab.is_out()
    assert tab.page.get_by_role("alert").is_hidden()


def test_a_wrong_password_is_told_in_words(visits: Visits) -> None:
    tab = visits.tab(allowed=("401",))
    tab.open()
    tab.sign_in(password="wrong")
    assert tab.problem() == "The user name and the password do not match."

    tab.sign_in()
    tab.is_in()


def test_too_many_wrong_passwords_are_told_with_the_time_to_wait(visits: Visits) -> None:
    tab = visits.tab(allowed=("401", "429"))
    tab.open()
    for _ in range(11):
        with tab.page.expect_response("**/api/token/"):
            tab.sign_in("somebody", "wrong")
        expect(tab.page.get_by_role("button", name="Sign in")).to_be_enabled()

    assert re.fullmatch(r"Too many wrong attempts. Try again in \d+ minutes.", tab.problem())


def test_a_service_that_is_gone_is_told_in_words(visits: Visits) -> None:
    tab = visits.tab()
    tab.enter()
    tab.page.route("**/*", lambda route: route.abort())
    tab.type_query("query Other { me { name } }")
    tab.page.get_by_role("button", name="Execute query").click()
    expect(tab.page.locator(".graphiql-response")).to_contain_text("The service does not answer.")
    tab.page.get_by_role("button", name="Log out").click()
    expect(tab.page.locator("#notice")).to_contain_text("The service does not answer.")
    tab.page.unroute("**/*")

    assert tab.run() == {"data": {"me": {"name": "Demo"}}}
    tab.complaints = [each for each in tab.complaints if "net::ERR_FAILED" not in each]


def test_a_token_is_renewed_before_it_runs_out(visits: Visits) -> None:
    tab = visits.tab()
    tab.page.clock.install()
    tab.enter()
    assert REFRESH not in tab.requests
    with tab.page.expect_response("**/api/token/refresh/") as renewed:
        tab.page.clock.run_for("14:30")

    assert renewed.value.status == 200
    assert tab.run().keys() == {"data"}
    assert tab.requests.count(REFRESH) == 1


def test_a_token_that_ran_out_while_the_machine_slept_is_renewed_first(visits: Visits) -> None:
    tab = visits.tab()
    tab.page.clock.install()
    tab.enter()
    tab.page.clock.set_system_time(tab.page.evaluate("Date.now()") / 1_000 + 3_600)  # no timer fires
    asked = len(tab.requests)

    assert tab.run().keys() == {"data"}
    assert tab.requests[asked:] == [REFRESH, GRAPHQL]


def test_a_refused_token_is_renewed_and_the_request_repeated(visits: Visits) -> None:
    tab = visits.tab(allowed=("401",))
    tab.enter()
    refuse_once(tab)
    asked = len(tab.requests)

    assert tab.run().keys() == {"data"}
    assert tab.requests[asked:] == [GRAPHQL, REFRESH, GRAPHQL]


def refuse_once(tab: Explorer) -> None:
    refused: list[Route] = []

    def answer(route: Route) -> None:
        if refused:
            route.fallback()
        else:
            refused.append(route)
            route.fulfill(status=401, body=json.dumps({"detail": "…", "code": "token_not_valid"}))

    tab.page.route("**/graphql/", answer)


def test_a_sign_in_that_was_ended_elsewhere_is_told_and_the_work_is_still_there(visits: Visits) -> None:
    device = visits.device()
    tab = visits.tab(device, allowed=("401",))
    tab.enter()
    tab.type_query("query Mine { me { username } }")
    tab.run()
    assert device.request.post(f"{visits.base}/api/token/logout/").status == 204
    tab.page.get_by_role("button", name="Execute query").click()
    tab.is_out()
    assert tab.problem() == "Your sign-in has ended. Sign in again."

    tab.sign_in()
    tab.is_in()
    assert tab.query() == "query Mine { me { username } }"


@pytest.mark.parametrize("before", ["", ALONE], ids=["that take turns", "that cannot speak to each other"])
def test_tabs_that_refresh_at_once_stay_signed_in(visits: Visits, before: str) -> None:
    device = visits.device(before=before)
    tabs = [visits.tab(device, allowed=("401",)) for _ in range(3)]
    tabs[0].enter()
    for tab in tabs[1:]:
        tab.open()
        tab.is_in()
    for _ in range(3):
        for tab in tabs:  # all are on their way before the first is there
            tab.page.evaluate("setTimeout(() => location.reload(), 100)")
        for tab in tabs:
            tab.page.wait_for_timeout(200)
            tab.is_in()

    assert [tab.run().keys() for tab in tabs] == [{"data"}] * 3
    assert sum(tab.requests.count("POST /api/token/") for tab in tabs) == 1


def test_tabs_that_take_turns_are_never_refused(visits: Visits) -> None:
    device = visits.device()
    tabs = [visits.tab(device) for _ in range(2)]  # each refusal would be a complaint
    tabs[0].enter()
    tabs[1].open()
    tabs[1].is_in()
    for tab in tabs:
        tab.page.evaluate("setTimeout(() => location.reload(), 100)")
    for tab in tabs:
        tab.page.wait_for_timeout(200)
        tab.is_in()

    assert tabs[1].run().keys() == {"data"}


def test_a_reload_in_the_midst_of_a_refresh_stays_signed_in(visits: Visits) -> None:
    tab = visits.tab(allowed=("401",))
    tab.enter()
    for pause in (0, 5, 20, 60, 150):
        tab.page.reload(wait_until="commit")
        tab.page.wait_for_timeout(pause)
    tab.page.reload()
    tab.is_in()

    assert tab.requests.count("POST /api/token/") == 1


def test_a_log_out_in_one_tab_is_one_in_all(visits: Visits) -> None:
    device = visits.device()
    first, second = visits.tab(device), visits.tab(device)
    first.enter()
    second.open()
    second.is_in()
    first.page.get_by_role("button", name="Log out").click()

    first.is_out()
    second.is_out()


def test_a_sign_in_in_one_tab_is_one_in_all(visits: Visits) -> None:
    device = visits.device()
    first, second = visits.tab(device), visits.tab(device)
    second.open()
    second.is_out()
    first.enter()

    second.is_in()
    assert who(second) == "Signed in as demo"


def test_the_tab_that_comes_second_answers_the_first_ready_query_too(visits: Visits) -> None:
    """It finds the query of the other tab in what the browser keeps for the user."""
    device = visits.device()
    first, second = visits.tab(device), visits.tab(device)
    second.open()
    second.is_out()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    first.page.route("**/workbench.js", hold)
    first.open()
    first.sign_in()
    second.is_in()
    second.result()
    for each in held:
        each.continue_()
    first.is_in()

    assert first.result() == second.result()
    assert first.query() == second.query()


def test_another_user_of_the_browser_sees_nothing_of_the_first(visits: Visits) -> None:
    tab = visits.tab()
    tab.enter("demo")
    tab.type_query("query Secret { me { username } }")
    tab.run()
    tab.page.get_by_role("button", name="Log out").click()
    tab.is_out()
    tab.sign_in("partner")
    tab.is_in()
    tab.result()
    assert who(tab) == "Signed in as partner"
    assert "Secret" not in tab.page.content()
    assert tab.query() != "query Secret { me { username } }"
    tab.page.get_by_role("button", name="Show History").click()
    expect(tab.page.locator(".graphiql-history")).not_to_contain_text("Secret")


def test_a_tab_whose_browser_somebody_else_signed_in_to_begins_anew(visits: Visits, demo_service: Service) -> None:
    """Its next token would be the other user's."""
    device = visits.device(before=ALONE)
    tab = visits.tab(device)
    tab.enter("demo")
    body = {"username": "partner", "password": visits.password}
    assert device.request.post(f"{visits.base}/api/token/", data=body).status == 200
    refuse_once(tab)
    tab.allowed = ("401",)
    tab.page.get_by_role("button", name="Execute query").click()
    expect(tab.page.locator("#who")).to_have_attribute("title", "Signed in as partner", timeout=20_000)
    tab.is_in()
