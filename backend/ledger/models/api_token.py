from uuid import uuid4

from django.conf import settings
from django.db import models

from .account import BankAccount


class ApiToken(models.Model):
    """A key that a script of its user holds: for some kinds of work, in some accounts or in all. Never deleted."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        IMPORT = "import", "Import"
        MOVE_MONEY = "move_money", "Move money"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=64, help_text="What the user calls it; the history tells it.")
    secret_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, which is kept nowhere.")
    prefix = models.CharField(max_length=12, help_text="How the token begins, to tell it from others.")
    scopes = models.JSONField(default=list, help_text="What it is for.")
    all_accounts = models.BooleanField(help_text="Whether it reaches whatever its user owns.")
    accounts = models.ManyToManyField(BankAccount, related_name="+", help_text="Those that it reaches, where not all.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Null: never.")
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.prefix
