"""The paths of the REST door."""

from django.urls import path

from backend.rest import openapi, tokens  # noqa: F401  (openapi registers itself)

urlpatterns = [
    path("api/token/", tokens.SignInView.as_view()),
    path("api/token/refresh/", tokens.RefreshView.as_view()),
    path("api/token/logout/", tokens.SignOutView.as_view()),
]
