"""The path of the GraphQL door."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from .root import schema
from .view import View

door = View.as_view(schema=schema, graphql_ide=None, allow_queries_via_get=False, subscription_protocols=())
urlpatterns = [path("graphql/", csrf_exempt(door))]  # a browser never sends a bearer token of its own accord
