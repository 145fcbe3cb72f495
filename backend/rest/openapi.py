"""The OpenAPI document, and two pages that show it from local files.

All three are public: the document says what the source says, and it holds no data.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.request import Request
from rest_framework.views import APIView

SIDECAR = "drf_spectacular_sidecar"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)

RENDERERS = {
    renderer.media_type: renderer
    for renderer in (OpenApiYamlRenderer, OpenApiYamlRenderer2, OpenApiJsonRenderer, OpenApiJsonRenderer2)
}
REFUSALS = {
    "Refusal": {
        "type": "object",
        "description": "What was refused; clients may act on the code.",
        "properties": {
            "detail": {"type": "string"},
            "code": {"type": "string"},
            "hindrances": {
                "type": "array",
                "description": "Where rows of an import stand in the way: which, and why.",
                "items": {
                    "type": "object",
                    "properties": {
                        "row": {"type": "integer", "nullable": True},
                        "transaction": {"type": "string", "format": "uuid", "nullable": True},
                        "reason": {"type": "string"},
                        "message": {"type": "string"},
                    },
                },
            },
        },
        "required": ["detail"],
    },
    "BadRequest": {
        "type": "object",
        "description": "Messages by field, with `non_field_errors` for what spans fields; or `detail` and `code`.",
        "additionalProperties": {
            "oneOf": [
                {"type": "array", "items": {"type": "string"}},
                {"type": "string"},
                {"type": "object", "description": "Messages by place, of a list.", "additionalProperties": {}},
            ],
        },
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "A name of your own for this write. Sent again under it within seven days, with the same body, it "
    "happens once and is answered as the first time, with `Idempotency-Replayed: true`; with another body it is "
    "refused (422), and while the first is still running too (409).",
}
SECRET = ("bank_accounts_invitations_create", "tokens_create", "users_me_password_create")
"""Operations that take no key, since what is sent or answered is kept nowhere."""

REFUSING = (
    "bank_accounts_invitations_create",
    "budgets_archive_create",
    "budgets_destroy",
    "bank_accounts_funding_events_retry_create",
    "bank_accounts_funding_events_take_back_create",
    "transactions_link_destroy",
    "bank_accounts_webhooks_test_create",
    "bank_accounts_webhook_deliveries_replay_create",
    "transactions_refund_of_destroy",
)
CONFLICTING = (
    "bank_accounts_imports_partial_update",
    "bank_accounts_imports_destroy",
    "bank_accounts_invitations_create",
    "tokens_create",
)

SIGN_IN = {
    "api_token_create": ("400", "401", "403", "429"),
    "api_token_refresh_create": ("401", "403"),
    "api_token_register_create": ("400", "403", "404"),
}
"""What the operations refuse by which people sign in."""


class BearerScheme(SimpleJWTScheme):
    target_class = "backend.authentication.ScopedAuthentication"
    name = "jwtAuth"


@cache
def document(renderer: str) -> bytes:
    """The document as one of RENDERERS writes it; the same for everybody, so each process writes it once."""
    found = SchemaGenerator().get_schema(request=None, public=True)
    return bytes(RENDERERS[renderer]().render(found, renderer_context={}))


class Document(APIView):
    """The OpenAPI document, as YAML or JSON: by Accept, or by `format` in the query."""

    schema = None
    authentication_classes = ()
    permission_classes = ()
    renderer_classes = tuple(RENDERERS.values())

    def get(self, request: Request) -> HttpResponse:
        media_type = request.accepted_renderer.media_type
        return HttpResponse(document(media_type), content_type=f"{media_type}; charset=utf-8")


def swagger_ui(request: HttpRequest) -> HttpResponse:
    """The document as a page on which requests can be tried."""
    head = format_html('<link rel="stylesheet" href="{}">', static(f"{SIDECAR}/swagger-ui-dist/swagger-ui.css"))
    body = format_html(
        '<div id="swagger-ui"></div><script src="{}"></script><script src="{}"></script>',
        static(f"{SIDECAR}/swagger-ui-dist/swagger-ui-bundle.js"),
        reverse("swagger-ui-start"),
    )
    return _page(head, body)


def swagger_ui_start(request: HttpRequest) -> HttpResponse:
    """What starts the page: a file of its own, since the page may run no script that stands in it."""
    settings = {
        "url": f"{reverse('schema')}?format=json",
        "dom_id": "#swagger-ui",
        "deepLinking": True,
        "validatorUrl": None,  # else it shows the document to a service elsewhere
    }
    return HttpResponse(f"SwaggerUIBundle({json.dumps(settings)});\n", content_type="text/javascript; charset=utf-8")


def redoc(request: HttpRequest) -> HttpResponse:
    """The document as a page to read."""
    body = format_html(
        '<redoc spec-url="{}"></redoc><script src="{}"></script>',
        f"{reverse('schema')}?format=json",
        static(f"{SIDECAR}/redoc/bundles/redoc.standalone.js"),
    )
    return _page(SafeString("<style>body { margin: 0; }</style>"), body)


def _page(head: SafeString, body: SafeString) -> HttpResponse:
    page = format_html(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>mibudge API</title>{}</head>'
        "<body>{}</body></html>\n",
        head,
        body,
    )
    return HttpResponse(page, headers={"Content-Security-Policy": POLICY})


def with_refusals(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Describe what the operations may refuse: the shapes are the same everywhere."""
    result["components"]["schemas"] |= REFUSALS
    for path, operations in result["paths"].items():
        if path.startswith("/api/v1/") and "post" in operations and operations["post"]["operationId"] not in SECRET:
            operations["post"].setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        for operation in operations.values():
            for status in _refused_with(path, operation):
                schema = "BadRequest" if status == "400" else "Refusal"
                content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
                operation["responses"].setdefault(status, {"description": "", "content": content})
    return result


def _refused_with(path: str, operation: dict[str, Any]) -> Iterator[str]:
    if not path.startswith("/api/v1/"):
        yield from SIGN_IN.get(operation["operationId"], ())
        return
    queries = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
    if "requestBody" in operation or queries or operation["operationId"] in REFUSING:
        yield "400"
    if operation.get("security"):
        yield "401"
        yield "403"  # whatever is asked, there are API tokens that are not for it
    if "{" in path or "page" in queries:
        yield "404"
    if path.startswith("/api/v1/exports/"):
        yield "429"
    if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ())):
        yield from ("400", "409", "422")
    if operation["operationId"] in CONFLICTING:
        yield "409"
