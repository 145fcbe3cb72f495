"""What all views share: who acts, what is asked for, how it is answered."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import exceptions, metadata, serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from backend import authentication, charsets, replica
from backend.ledger import access, doors, errors
from backend.ledger.models import User

from . import fields, filters, idempotency, pagination, scopes


class Options(metadata.BaseMetadata):
    """What OPTIONS answers: nothing that depends on data."""

    def determine_metadata(self, request: Request, view: APIView) -> dict[str, Any]:
        return {
            "name": view.get_view_name(),
            "renders": [renderer.media_type for renderer in view.renderer_classes],
            "parses": [parser.media_type for parser in view.parser_classes],
        }


class View(GenericViewSet[Any]):
    """One noun: each method validates the shape, makes one call of the ledger and shapes the answer.

    `noun` is what answers call the thing; `rows` are those the user may see, ready to be shown.
    """

    noun = "object"
    secret = False
    """Whether what is posted or answered is a secret, which no idempotency key may keep."""

    only_reads = True
    """Whether a GET writes nothing, so that a standby may answer it."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (authentication.ScopedAuthentication,)
    metadata_class = Options
    pagination_class: type[pagination.Pages] | None = pagination.Pages
    filter_backends: Sequence[type[BaseFilterBackend]] = (filters.Filters, filters.Ordering)
    ordering_fields: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ("id",)

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def named(self) -> QuerySet[Any]:
        """The rows of which the path names one."""
        return self.rows()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with doors.through(doors.REST):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # The charset of a body is also what Django reads the query by: it must be one that decodes texts.
        charset = charsets.unknown(request.META.get("CONTENT_TYPE", ""))
        if charset:
            request.encoding = "utf-8"
            raise exceptions.ParseError(f"Unsupported charset {charset[:40]!r}.")
        super().initial(request, *args, **kwargs)
        handler = getattr(self, "post", None)
        if request.method == "POST" and handler is not None:
            if self.secret and idempotency.HEADER in request.headers:
                raise exceptions.ValidationError({idempotency.HEADER: ["What is secret is sent without a key."]})
            self.__dict__["post"] = idempotency.guarded(handler, request)  # DRF looks it up after this
        if request.method in {"GET", "HEAD"} and self.only_reads:
            self._let_standbys_answer(request.method.lower())

    def _let_standbys_answer(self, method: str) -> None:
        handler = getattr(self, method, None)
        if handler is not None:
            self.__dict__[method] = lambda *args, **kwargs: replica.read(lambda: handler(*args, **kwargs))

    def check_permissions(self, request: Request) -> None:
        """Refuse who is not signed in or not meant, and an API token that is not for the operation."""
        super().check_permissions(request)
        # Without an action the method is not offered, which is what the answer says.
        if self.action is not None and isinstance(request.user, User):
            authentication.check(self.actor, needs=scopes.needed(type(self).__name__, self.action))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response.headers.setdefault("Cache-Control", "no-store")
        answer = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(answer, Response):
            answer.add_post_render_callback(_apart)
        return answer

    @property
    def actor(self) -> User:
        return cast(User, self.request.user)

    @property
    def key(self) -> UUID:
        """The id in the path. What is no UUID names nothing."""
        found = fields.uuid_of(self.kwargs["id"])
        if found is None:
            raise errors.NotFound("There is no such thing.")
        return found

    def get_queryset(self) -> QuerySet[Any]:
        return self.rows()

    def given(self, kind: type[serializers.Serializer[Any]] | None = None, *, partial: bool = False) -> dict[str, Any]:
        """The body, validated. Read-only and unknown keys are left out, and so is what was not sent."""
        with self._reading():
            serializer = (kind or self.get_serializer_class())(
                data=self.request.data, partial=partial, context=self.get_serializer_context()
            )
            serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def check_ignored_body(self) -> None:
        """Refuse a body that is broken, of an operation that needs nothing from it."""
        with self._reading():
            if not isinstance(self.request.data, Mapping):
                raise exceptions.ParseError("Expected an object.")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """What is not the user's is not there, whatever the body says."""
        try:
            yield
        except exceptions.APIException:
            if "id" in self.kwargs and not self.named().filter(pk=self.key).exists():
                raise errors.NotFound("There is no such thing.") from None
            raise

    def one(self, key: UUID) -> Any:
        """The row of that key; raises NotFound."""
        return access.one(self.rows(), key)

    def answer(self, key: UUID, *, status: int = status.HTTP_200_OK) -> Response:
        """The row of that key as it is now."""
        return self.show(self.one(key), status=status)

    def show(self, row: Any, *, status: int = status.HTTP_200_OK) -> Response:
        return Response(self.represented([row])[0], status=status)

    def page(self) -> Response:
        """The page of the filtered rows that the query asks for."""
        found = self.paginate_queryset(self.filter_queryset(self.rows()))
        answer = self.get_paginated_response(self.represented(found or []))
        cast(pagination.Pages, self.paginator).forget()
        return answer

    def represented(self, rows: list[Any], **more: Any) -> list[dict[str, Any]]:
        """Rows as they are shown; `more` is what their serializer is told beside."""
        serializer = self.get_serializer(many=True, context={**self.get_serializer_context(), **more})
        # It is not given the rows to keep: it is in a circle, which would hold them until the collector comes.
        return cast(list[dict[str, Any]], serializer.to_representation(rows))


def _apart(answer: Response) -> None:
    """Open the circles that an answer is in, once it is rendered; in them it would stay until the collector comes."""
    told: dict[str, Any] = vars(answer)["renderer_context"]
    told.pop("response", None)
    vars(told.pop("view")).pop("response", None)
