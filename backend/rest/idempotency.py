"""`Idempotency-Key`: a POST that is sent again under its key happened once and is answered as the first time."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger.models import User
from backend.ledger.services import idempotency

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"

Handler = Callable[..., Response]


def guarded(handler: Handler, request: Request) -> Handler:
    """The handler of a POST, or one that does the same at most once where the request names a key."""
    key = request.headers.get(HEADER)
    if key is None:
        return handler

    def once(request: Request, *args: Any, **kwargs: Any) -> Response:
        def act() -> idempotency.Answer:
            response = handler(request, *args, **kwargs)
            return idempotency.Answer(status=response.status_code, body=JSONRenderer().render(response.data).decode())

        answer = idempotency.once(
            user=cast(User, request.user),
            key=idempotency.check(key, field=HEADER),
            asked=idempotency.fingerprint(request.method, request.get_full_path(), _plain(request.data)),
            now=clock.now(),
            act=act,
        )
        response = Response(json.loads(answer.body), status=answer.status)
        if answer.replayed:
            response[REPLAYED] = "true"
        return response

    return once


def _plain(data: Any) -> Any:
    """A body whichever way it was written: files by what is in them."""
    if isinstance(data, QueryDict):
        return {name: [_plain(value) for value in values] for name, values in data.lists()}
    if isinstance(data, Mapping):
        return {name: _plain(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    if isinstance(data, UploadedFile):
        digest = hashlib.sha256()
        for chunk in data.chunks():
            digest.update(chunk)
        data.seek(0)
        return digest.hexdigest()
    return data
