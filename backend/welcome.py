"""The page at the root: where things are, for whoever opens the address in a browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mibudge</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; }
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem; }
dt { font-weight: 600; margin-top: 1rem; }
dd { margin: 0; }
</style>
</head>
<body>
<h1>mibudge</h1>
<p>Every cent of your bank accounts, in exactly one budget.</p>
<dl>
<dt><a href="/api/v1/schema/swagger-ui/">REST API</a></dt>
<dd>The documented operations, to read and to try; also <a href="/api/v1/schema/redoc/">as one page</a> and
<a href="/api/v1/schema/">as OpenAPI</a>.</dd>
<dt><a href="/graphql/">GraphQL</a></dt>
<dd>The whole picture in one call, in an explorer with ready queries; programs POST there with the same bearer
token.</dd>
{admin}</dl>
</body>
</html>
"""
ADMIN = '<dt><a href="/admin/">Admin</a></dt>\n<dd>Banks and users, for the operator.</dd>\n'


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    page = PAGE.replace("{admin}", ADMIN if settings.ADMIN else "")
    return HttpResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})
