"""The URL map."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

handler400 = "backend.fallback.bad_request"
handler403 = "backend.fallback.forbidden"
handler404 = "backend.fallback.not_found"
handler500 = "backend.fallback.failed"

DOORS = [door for door in ("backend.rest", "backend.schema") if find_spec(door) and find_spec(f"{door}.urls")]

urlpatterns: list[URLPattern | URLResolver] = [path("", include(f"{door}.urls")) for door in DOORS]

if settings.ADMIN:
    from django.contrib import admin

    urlpatterns.append(path("admin/", admin.site.urls))
