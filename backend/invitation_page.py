"""The page that an invitation's link leads to: sign in, and own the account too.

The secret stands behind the # of the link, which no browser sends: it gets into no log of a server or a proxy.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

PATH = "/invitations/"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Invitation: mibudge</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; }
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 28rem; margin: 12vh auto; padding: 0 1.5rem; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .35rem .5rem; }
input[type=checkbox] { width: auto; margin-right: .5rem; }
button { font: inherit; margin-top: 1.5rem; padding: .35rem 1rem; }
</style>
</head>
<body>
<h1>You are invited</h1>
<p>Somebody shares a bank account's budgets with you. Accept, and you see everything in it and may change it, as they
do.</p>
<form id="accept" method="post" autocomplete="on">
<label for="username">User name</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
{register}<button>Accept</button>
</form>
<p id="told" role="status"></p>
<noscript><p>This page needs scripts. Without them, sign in by the API and post the text after the # of the link to
<code>/api/v1/invitations/accept/</code>.</p></noscript>
<script src="{script}" defer></script>
</body>
</html>
"""
REGISTER = '<label><input id="register" type="checkbox">I have no log-in here yet: make one</label>\n'


def path_of(secret: str) -> str:
    """Where an invitation's link leads on this host."""
    return f"{PATH}#{secret}"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    register = REGISTER if settings.REGISTRATION == "invited" else ""
    text = PAGE.replace("{register}", register).replace("{script}", static("invitation.js"))
    return HttpResponse(text, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})
