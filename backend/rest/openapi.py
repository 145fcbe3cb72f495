"""What the generator of the OpenAPI document cannot see for itself."""

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme


class BearerScheme(SimpleJWTScheme):
    target_class = "backend.authentication.BearerAuthentication"
    name = "jwtAuth"
