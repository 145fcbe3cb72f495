"""Images and documents on transactions: checked by content, stored outside the web root under names of our own.

A file is written before the row that names it, and removed after the last row that did: a crash in between leaves a
file that nothing names, never a row that names no file.
"""

import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image, ImageOps

from backend.ledger import errors
from backend.ledger.models import Transaction

FIELDS = ("image", "document")
MOST_PIXELS = 25_000_000
IMAGES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}
CONTENT_TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".pdf": "application/pdf",
}
ENCODED: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90},
    "PNG": {"compress_level": 1},
    "WEBP": {"quality": 90},
    "GIF": {},
}
OPAQUE = "application/octet-stream"

_decoding = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file to hand out: its open content, a name to save it by, its type."""

    file: IO[bytes]
    name: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """The names under which the new files of a transaction are stored, by field; "" where a file goes."""

    names: dict[str, str] = field(default_factory=dict)

    def attach(self, row: Transaction) -> None:
        """Make `row`, which the caller saves, name the new files; those it named before go when that is committed."""
        for name, stored_as in self.names.items():
            detach(row, name)
            setattr(row, name, stored_as)


@contextmanager
def uploaded(given: Mapping[str, Any]) -> Iterator[Uploads]:
    """Check and store what `given` has as `image` and `document` around the database transaction that names them.

    None removes the present file. If the transaction fails, nothing of the new ones stays. Raises InvalidFile.
    """
    files: dict[str, UploadedFile | None] = {name: given[name] for name in FIELDS if name in given}
    checked = {name: None if file is None else _checked(file, name) for name, file in files.items()}
    names: dict[str, str] = {}
    try:
        for name, content in checked.items():
            names[name] = default_storage.save(str(content.name), content) if content else ""
        yield Uploads(names=names)
    except BaseException:
        for stored_as in filter(None, names.values()):
            default_storage.delete(stored_as)
        raise


def detach(row: Transaction, name: str) -> None:
    """Remove the file in that field of `row`, once the transaction is committed."""
    present = getattr(row, name)
    if present:
        stored_as = present.name
        transaction.on_commit(lambda: default_storage.delete(stored_as))


def stored(row: Transaction, name: str) -> Stored:
    """The file in that field of a transaction. Raises NotFound."""
    stored_as = getattr(row, name).name
    try:
        file = default_storage.open(stored_as) if stored_as else None
    except FileNotFoundError:
        file = None
    if file is None:
        raise errors.NotFound(f"The transaction has no {name}.")
    suffix = PurePath(stored_as).suffix
    return Stored(file=file, name=f"{row.pk}-{name}{suffix}", content_type=CONTENT_TYPES.get(suffix, OPAQUE))


def _checked(upload: UploadedFile, name: str) -> ContentFile | File:
    """The upload as it will be stored, named."""
    size = upload.size or 0
    if not size:
        raise errors.InvalidFile("The submitted file is empty.", field=name)
    if size > settings.UPLOAD_MAX_SIZE:
        raise errors.InvalidFile(f"The file is larger than {settings.UPLOAD_MAX_SIZE // 1024**2} MiB.", field=name)
    return _image(upload, field=name) if name == "image" else _document(upload)


def _image(upload: UploadedFile, *, field: str) -> ContentFile:
    """The picture drawn anew, the way up its camera meant, without whatever else the file held; its first frame."""
    with _decoding:  # one at a time: a large picture takes some 200 MB
        try:
            suffix, content = _redrawn(upload, field=field)
        except errors.InvalidFile:
            raise
        except Exception as error:
            raise errors.InvalidFile("Upload a valid image: JPEG, PNG, WebP or GIF.", field=field) from error
    return ContentFile(content, name=f"{uuid4().hex}{suffix}")


def _redrawn(upload: UploadedFile, *, field: str) -> tuple[str, bytes]:
    upload.seek(0)
    with Image.open(upload, formats=tuple(IMAGES)) as picture:
        kind = "JPEG" if picture.format == "MPO" else str(picture.format)  # a JPEG with further pictures behind it
        if picture.width * picture.height > MOST_PIXELS:
            message = f"The image has more than {MOST_PIXELS // 1_000_000} million pixels."
            raise errors.InvalidFile(message, field=field)
        picture.load()
        drawn = ImageOps.exif_transpose(picture)
    drawn.info = {key: value for key, value in drawn.info.items() if key in ("transparency", "icc_profile")}
    content = io.BytesIO()
    drawn.save(content, format=kind, **ENCODED[kind])
    return IMAGES[kind], content.getvalue()


def _document(upload: UploadedFile) -> File:
    """Any file, as it is: it is only ever handed out as something to save."""
    upload.seek(0)
    start = upload.read(16)
    upload.seek(0)
    return File(upload, name=f"{uuid4().hex}{_suffix(start)}")


def _suffix(start: bytes) -> str:
    """The suffix of the kinds that a file's first bytes tell."""
    if start.startswith(b"%PDF-"):
        return ".pdf"
    if start.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return ".gif"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return ".webp"
    return ".bin"
