from uuid import uuid4

from django.conf import settings
from django.db import models


class Session(models.Model):
    """A sign-in: the family of refresh tokens that descend from one log-in."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True, help_text="No token of this family lives longer.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"session {self.id}"


class SpentToken(models.Model):
    """A refresh token that was used. The row is written before its successor is issued: one insert wins."""

    jti = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="spent")
    spent_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.jti
