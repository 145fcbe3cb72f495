"""Writes and reads archives: whole or not at all, and nothing in them but what belongs there."""

import errno
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from backend import counters

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
MANIFEST = "manifest.json"
FORMAT = 1
FOLDERS = ("database", "media", "secrets", "demo")
PIECE = 1024**2
LARGEST_MANIFEST = 256 * PIECE


class Damaged(Exception):
    """The file is no archive of ours, or not what was written."""


class Vanished(Exception):
    """A file went away before it was copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the manifest says of a file."""

    size: int
    sha256: str


@dataclass(slots=True, kw_only=True)
class Manifest:
    """What is in an archive. `tables`: rows of each; `migrations`: app and name of those that made them.

    `elsewhere`: the variables whose secrets came from the environment and so are not in it.
    """

    made_at: str
    vendor: str
    migrations: list[list[str]]
    tables: dict[str, int]
    elsewhere: list[str] = field(default_factory=list)
    files: dict[str, Content] = field(default_factory=dict)
    format: int = FORMAT


class Writer:
    """Adds files to an archive; what is added again takes the place of what was added before."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.files: dict[str, Content] = {}

    def add(self, name: str, path: Path) -> None:
        """Raises Vanished if the file is not there."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise Vanished(str(path)) from None
        with file:
            self._add(name, file, size=os.fstat(file.fileno()).st_size)

    def finish(self, manifest: Manifest) -> None:
        manifest.files = self.files
        text = json.dumps(asdict(manifest), indent=1).encode()
        self._add(MANIFEST, io.BytesIO(text), size=len(text))

    def _add(self, name: str, file: IO[bytes], *, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        hashed = _Hashed(file)
        self._tar.addfile(info, hashed)
        self.files[name] = Content(size=size, sha256=hashed.digest.hexdigest())


class _Hashed:
    """Reads on behalf of somebody and hashes what passes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


@contextmanager
def written(path: Path) -> Iterator[tuple[Writer, Path]]:
    """A writer, and a private folder for drafts beside the archive. The archive appears when all went well.

    Nobody but its owner may read it. Raises FileExistsError rather than to replace a file.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists")
    with drafts(path.parent, ".mibudge-backup") as folder:
        draft = folder / "archive"
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar), folder
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    _sync(path.parent)


@contextmanager
def drafts(parent: Path, name: str) -> Iterator[Path]:
    """A private folder, removed in the end; one that a killed process left here is removed now."""
    for left in parent.glob(f"{name}-*-*"):
        process = left.name.removeprefix(f"{name}-").partition("-")[0]
        if process.isdecimal() and not counters.is_alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=f"{name}-{os.getpid()}-") as made:
        yield Path(made)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def extracted(path: Path, folder: Path) -> Manifest:
    """Unpack the archive into the folder, check each file against the manifest, and give that.

    Raises Damaged, and OSError where there is no room for what is in it.
    """
    found: dict[str, Content] = {}
    text = None
    try:
        with tarfile.open(path, mode="r:gz") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isreg() else None
                if file is None:
                    raise Damaged(f"{member.name} is no file")
                if member.name == MANIFEST:
                    text = file.read(LARGEST_MANIFEST)
                else:
                    found[member.name] = _unpack(file, folder / _safe(member.name))
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        raise Damaged(f"it cannot be read to its end ({type(error).__name__})") from error
    if text is None:
        raise Damaged("it has no manifest")
    manifest = _manifest(text)
    for name in sorted(found.keys() | manifest.files.keys()):
        if found.get(name) != manifest.files.get(name):
            raise Damaged(f"{name} is not what the manifest says")
    return manifest


def _unpack(file: IO[bytes], path: Path) -> Content:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as copy:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
            copy.write(piece)
    return Content(size=size, sha256=digest.hexdigest())


def _safe(name: str) -> PurePosixPath:
    """The path within an archive, if it is one that we would have written."""
    path = PurePosixPath(name)
    if len(path.parts) < 2 or path.parts[0] not in FOLDERS or ".." in path.parts or "\0" in name:
        raise Damaged(f"{name!r} does not belong in it")
    return path


def _manifest(text: bytes) -> Manifest:
    try:
        given: dict[str, Any] = json.loads(text)
        if given["format"] != FORMAT:
            raise Damaged(f"its format is {given['format']}, and this version of mibudge reads {FORMAT}")
        files = {name: Content(**content) for name, content in given.pop("files").items()}
        return Manifest(files=files, **given)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged("its manifest makes no sense") from error
