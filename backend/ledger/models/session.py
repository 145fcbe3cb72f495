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
    password_mark = models.CharField(
        max_length=64, help_text="Keyed hash of the password; another one ends the session."
    )

    agent = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="What the browser or program calls itself."
    )

    def __str__(self) -> str:
        return f"session {self.id}"


class SpentToken(models.Model):
    """A refresh token that was used. The row is written before its successor is issued: one insert wins."""

    jti = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="spent")
    spent_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.jti


class FailedSignIn(models.Model):
    """A wrong password, or a sign-in that is being checked: the row comes first, so that none escapes the count."""

    username_hash = models.CharField(max_length=64, help_text="SHA-256, since people type passwords there.")
    origin = models.CharField(max_length=64, help_text="A network address, or a session that is signed in.")
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = (models.Index(fields=("username_hash", "at"), name="failed_sign_in_by_user"),)

    def __str__(self) -> str:
        return f"failed sign-in at {self.at:%Y-%m-%d %H:%M}"
