"""A person at the explorer: a real browser, and whatever it complains about."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from backend.schema.explorer.stories import Story

FLAGS = (
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the network is unplugged
)
DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: Mapping[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PAUSE = 50.0  # milliseconds between two looks
PATIENCE = 20_000.0  # milliseconds after which waiting is given up; nothing is measured
READ = "(document.querySelector('{} .CodeMirror')?.CodeMirror.getValue() ?? '')"
TOKEN = re.compile(r"eyJ[\w-]+\.")


@dataclass
class Explorer:
    """The explorer in one tab."""

    page: Page
    base: str
    password: str
    allowed: tuple[str, ...] = ()
    """Statuses whose answers the browser's console may mention."""
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """Method and path."""

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda message: self._heard(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("request", lambda request: self._asked(request.method, request.url))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(f"status of {status}" in text for status in self.allowed):
            self.complaints.append(f"{kind}: {text}")

    def _asked(self, method: str, url: str) -> None:
        if url.startswith(self.base):
            self.requests.append(f"{method} {url.removeprefix(self.base)}")
        elif not url.startswith("data:"):
            self.complaints.append(f"another host: {url}")

    # The sign-in

    def open(self) -> None:
        self.page.goto(f"{self.base}/graphql/")

    def sign_in(self, username: str = "demo", password: str | None = None) -> None:
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(self.password if password is None else password)
        self.page.get_by_role("button", name="Sign in").click()

    def enter(self, username: str = "demo") -> None:
        """Open, sign in, and wait for the result of the first ready query."""
        self.open()
        self.sign_in(username)
        self.is_in()
        self.result()

    def is_in(self) -> None:
        expect(self.page.get_by_role("button", name="Log out")).to_be_visible(timeout=PATIENCE)
        expect(self.page.locator(".graphiql-query-editor .CodeMirror")).to_have_count(1, timeout=PATIENCE)

    def is_out(self) -> None:
        expect(self.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=PATIENCE)
        expect(self.page.get_by_role("button", name="Log out")).to_be_hidden()

    def problem(self) -> str:
        """What the sign-in says went wrong."""
        expect(self.page.get_by_role("alert")).to_be_visible(timeout=PATIENCE)
        return self.page.get_by_role("alert").inner_text()

    # The workbench

    def menu(self) -> None:
        """Show the ready queries."""
        if self.page.locator(".stories").count() == 0:
            self.page.get_by_role("button", name="Show Ready queries").click()

    def choose(self, story: Story) -> None:
        """Open a ready query."""
        self.menu()
        self.page.locator(f"[data-story={story.name}]").click()
        expect(self.page.locator(".stories button:disabled")).to_have_count(0, timeout=PATIENCE)

    def tell(self, story: Story) -> Any:
        """Open a ready query, run it if it does not do that itself; the answer."""
        if story.kind == "mutation":
            self.choose(story)
            return self.run()
        with self.page.expect_request(lambda request: story.operation in (request.post_data or "")):
            self.choose(story)
        return self.result()

    def type_query(self, text: str) -> None:
        self._type(".graphiql-query-editor", text)

    def type_variables(self, text: str) -> None:
        self._type(".graphiql-editor-tool", text)

    def _type(self, editor: str, text: str) -> None:
        script = f"text => document.querySelector('{editor} .CodeMirror').CodeMirror.setValue(text)"
        self.page.evaluate(script, text)
        self.page.wait_for_timeout(200)  # GraphiQL looks at what was typed after a tenth of a second

    def lint(self) -> None:
        """Have the editor mark at once what the schema does not know; by itself it waits half a second for more."""
        script = """() => { const editor = document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror;
            editor.performLint(); return Boolean(editor.options.lint.schema) }"""
        assert self.page.evaluate(script), "the editor does not know the schema"

    def run(self) -> Any:
        """Press play; the answer."""
        if self.page.locator(".panes").is_visible():
            self.page.get_by_role("button", name="Query", exact=True).click()
        with self.page.expect_request("**/graphql/"):
            self.page.get_by_role("button", name="Execute query").click()
        return self.result()

    def graphql_requests(self) -> int:
        return self.requests.count("POST /graphql/")

    def query(self) -> str:
        return str(self.page.evaluate(READ.format(".graphiql-query-editor")))

    def result(self) -> Any:
        """The answer, once it is there."""
        expect(self.page.locator(".graphiql-spinner")).to_have_count(0, timeout=PATIENCE)
        for _ in range(int(PATIENCE / PAUSE)):  # the page's policy lets Playwright's own waiting for a script not run
            text = str(self.page.evaluate(READ.format(".graphiql-response")))
            if text:
                break
            self.page.wait_for_timeout(PAUSE)
        assert text.startswith("{"), text
        return json.loads(text)

    # What holds at any time

    def overflows(self) -> list[str]:
        """What reaches beyond the window, so that it can neither be seen nor be touched."""
        script = """() => [...document.querySelectorAll('header *, .graphiql-sidebar > button, .panes button, .card *')]
            .filter(each => each.checkVisibility())
            .filter(each => { const box = each.getBoundingClientRect();
                              return box.left < 0 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5 })
            .map(each => each.outerHTML.slice(0, 80))
            .concat(document.documentElement.scrollWidth > innerWidth ? ['the page'] : [])"""
        return list(self.page.evaluate(script))

    def tokens_kept(self) -> list[str]:
        """What a script could read of a token once the page is gone."""
        kept = self.page.evaluate("[...Object.entries(localStorage), ...Object.entries(sessionStorage)].map(String)")
        cookies = self.page.evaluate("document.cookie")
        return [text for text in [*kept, cookies] if TOKEN.search(text)]


@dataclass
class Visits:
    """Browsers of different people, on different devices, at one service."""

    chromium: Browser
    base: str
    password: str
    contexts: list[BrowserContext] = field(default_factory=list)
    tabs: list[Explorer] = field(default_factory=list)

    def device(self, *, before: str = "", **options: Any) -> BrowserContext:
        """A browser that knows nothing yet. `before` is a script that runs before those of a page."""
        context = self.chromium.new_context(**{**DESKTOP, **options})
        if before:
            context.add_init_script(before)
        self.contexts.append(context)
        return context

    def tab(self, device: BrowserContext | None = None, *, allowed: tuple[str, ...] = ()) -> Explorer:
        """A tab of the device, or of a new one; it has yet to open anything."""
        page = (device or self.device()).new_page()
        self.tabs.append(Explorer(page, base=self.base, password=self.password, allowed=allowed))
        return self.tabs[-1]

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def complaints(self) -> list[str]:
        return [each for tab in self.tabs for each in tab.complaints]
