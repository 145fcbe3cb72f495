"""The URL map. What machines ask to watch the service is answered before it: `backend.operations.probes`."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from backend import invitation_page, welcome

handler400 = "backend.fallback.bad_request"
handler403 = "backend.fallback.forbidden"
handler404 = "backend.fallback.not_found"
handler500 = "backend.fallback.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", welcome.welcome),
    path("invitations/", invitation_page.page),
    path("", include("backend.rest.urls")),
    path("", include("backend.schema.urls")),
]

if settings.ADMIN:
    from django.contrib import admin

    urlpatterns.append(path("admin/", admin.site.urls))
