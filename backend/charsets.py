"""The charsets that a body may be written in. Django takes whatever Python calls a codec, ciphers and archives too."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

KNOWN = ("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252", "utf-16", "utf-32")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def unknown(content_type: str) -> str | None:
    """The charset that a Content-Type names, if it is none of KNOWN."""
    try:
        charset = parse_header_parameters(content_type)[1].get("charset")
    except (ValueError, LookupError):
        return content_type
    return charset if charset and charset.lower() not in KNOWN else None


def checked(application: Application) -> Application:
    """Refuse an unknown charset before Django reads anything: it fails over one, since it reads the query by it too."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        charset = unknown(environ.get("CONTENT_TYPE", ""))
        if charset is None:
            return application(environ, start_response)
        body = json.dumps({"detail": f"Unsupported charset {charset[:40]!r}.", "code": "parse_error"}).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response("400 Bad Request", headers)
        return [body]

    return answer
