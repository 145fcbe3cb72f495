"""Images and documents of transactions: taken as files, shown as addresses, handed out to owners alone."""

from typing import Any
from urllib.parse import urlsplit

from django.http import FileResponse
from rest_framework import serializers
from rest_framework.fields import SkipField, empty
from rest_framework.reverse import reverse

from backend.ledger import attachments
from backend.ledger.models import Transaction

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


class Upload(serializers.FileField):
    """A file; null or an empty text removes the present one, its address leaves it as it is."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_null=True, help_text="At most 10 MiB.")

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, str):
            if self._is_present(data):
                raise SkipField
            data = data or None
        return super().run_validation(data)

    def _is_present(self, text: str) -> bool:
        view = self.context["view"]
        try:
            return "id" in view.kwargs and urlsplit(text).path == urlsplit(self._address(view.key)).path
        except ValueError:
            return False

    def get_attribute(self, instance: Transaction) -> Any:
        stored = instance.__dict__[str(self.field_name)]  # asked as an attribute it becomes a file that holds the row
        return self._address(instance.pk) if stored else None

    def to_representation(self, value: Any) -> Any:
        return value

    def _address(self, key: object) -> str:
        """Where the upload of a transaction is handed out."""
        return reverse(f"transaction-{self.field_name}", args=[key], request=self.context["request"])


def download(row: Transaction, field: str) -> FileResponse:
    """The file, as something to save: no browser shows or runs it here. Raises NotFound."""
    found = attachments.stored(row, field)
    response = FileResponse(found.file, as_attachment=True, filename=found.name, content_type=found.content_type)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
