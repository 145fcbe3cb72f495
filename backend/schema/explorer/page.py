"""The page at /graphql/: our own files, nothing from another host, no script within the page."""

import secrets
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.template import Context, Template

from . import stories

PAGE = Path(__file__).parent / "page.html"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
)
"""The nonce is for the one style element that GraphiQL's dialogs add: it keeps the page behind them from scrolling."""


def is_asked_for(request: HttpRequest) -> bool:
    """Whether a person's browser opens the address: it names HTML, where programs take whatever comes."""
    named = (kind for kind in request.accepted_types if (kind.main_type, kind.sub_type) == ("text", "html"))
    return request.method in ("GET", "HEAD") and any(kind.quality > 0 for kind in named)


def page(request: HttpRequest) -> HttpResponse:
    """The explorer, the same for everybody: the browser signs in from there."""
    nonce = secrets.token_urlsafe(16)
    text = _template().render(Context({"nonce": nonce, "stories": stories.for_page()}))
    policy = CONTENT_SECURITY_POLICY.format(nonce=nonce)
    return HttpResponse(text, headers={"Content-Security-Policy": policy, "Vary": "Accept"})


@cache
def _template() -> Template:
    return Template(PAGE.read_text(encoding="utf-8"))
