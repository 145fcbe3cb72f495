"""Signing in to the admin is signing in: wrong passwords count, it is listed among the user's sign-ins, and it ends as
they do, by a sign-out everywhere too.
"""

import logging
from collections.abc import Callable
from math import ceil
from typing import Any
from uuid import UUID

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from backend import addresses, clock, trace
from backend.ledger import errors
from backend.ledger.models import User
from backend.ledger.services import sessions, sign_in

PATH = "/admin/"
KEY = "sign_in"
"""Under which the browser's session has the key of the sign-in."""


class SignInForm(AdminAuthenticationForm):
    """Wrong passwords count here as they do at `/api/token/`: it is the same password."""

    def clean(self) -> dict[str, Any]:
        if not {"username", "password"} <= self.cleaned_data.keys():
            return self.cleaned_data
        assert self.request is not None
        try:
            self.user_cache = sign_in.checked(
                username=self.cleaned_data["username"],
                password=self.cleaned_data["password"],
                address=addresses.client(self.request.META),
                now=clock.now(),
            )
            self.confirm_login_allowed(self.user_cache)
        except errors.TooManyAttempts as refusal:
            trace.security_event("sign_in_held_back")
            minutes = ceil(refusal.wait / 60)
            raise ValidationError(f"{refusal.message} Try again in {minutes} min.", code=refusal.code) from refusal
        except (errors.WrongCredentials, ValidationError) as refusal:
            trace.security_event("sign_in_failed")
            raise self.get_invalid_login_error() from refusal
        trace.security_event("signed_in", level=logging.INFO, user=self.user_cache.pk)
        return self.cleaned_data


class SignIns:
    """Lets nobody into the admin whose sign-in does not count any more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(PATH) and request.user.is_authenticated and not _counts(request):
            logout(request)
        return self.get_response(request)


def _counts(request: HttpRequest) -> bool:
    try:
        found = sessions.live(session_id=UUID(request.session[KEY]), now=clock.now())
    except (KeyError, errors.SessionOver):
        return False
    return found.user.pk == request.user.pk


@receiver(user_logged_in)
def _begin(sender: object, *, request: HttpRequest, user: User, **more: Any) -> None:
    agent = request.headers.get("User-Agent", "")
    request.session[KEY] = str(sessions.start(user, agent=agent, now=clock.now()).pk)


@receiver(user_logged_out)
def _end(sender: object, *, request: HttpRequest, **more: Any) -> None:
    if KEY in request.session:
        sessions.end(session_id=UUID(request.session[KEY]), now=clock.now())
