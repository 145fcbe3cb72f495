"""A charset that decodes no text is refused before Django trips over it."""

from typing import Any

import pytest
from django.test import RequestFactory

from backend import charsets
from backend.wsgi import application


def statuses(content_type: str) -> list[str]:
    environ = RequestFactory().get("/api/v1/banks/?page=1").environ | {"CONTENT_TYPE": content_type}
    found: list[str] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
        found.append(status)

    list(application(environ, start_response))
    return found


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=hex",
        "text/html;charset=ZLIB",
        "application/json; charset=nonsense",
        "a/b; charset*=utf-8''rot13",
        "application/json; charset=undefined",
    ],
)
def test_a_charset_that_is_none_is_refused(content_type: str) -> None:
    assert statuses(content_type) == ["400 Bad Request"]


@pytest.mark.django_db  # Django looks at the connection before each request
@pytest.mark.any_database
@pytest.mark.parametrize("content_type", ["", "application/json", "application/json; charset=UTF-8", "x", ";;;"])
def test_other_types_are_for_the_views_to_judge(content_type: str) -> None:
    assert charsets.unknown(content_type) is None
    assert statuses(content_type) == ["401 Unauthorized"]
