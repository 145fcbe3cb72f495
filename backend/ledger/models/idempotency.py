from django.conf import settings
from django.db import models

from .sealed import SealedField


class IdempotencyKey(models.Model):
    """A write that a client named, and its answer; stored in the database transaction of the write itself."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255, help_text="The client's name for the write.")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was asked.")
    status = models.SmallIntegerField(default=0, help_text="HTTP status of the answer.")
    answer = SealedField(blank=True, help_text="The answer as JSON.")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="one_effect_per_user_and_key"),)

    def __str__(self) -> str:
        return self.key
