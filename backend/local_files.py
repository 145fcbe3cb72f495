"""Private files of this installation: data folders, the secrets made at first start, database files.

Everything made here is readable by its owner alone. Processes that start at once agree on one secret.
"""

import os
import secrets
from pathlib import Path


def private_folder(path: Path) -> Path:
    """Make the folder (mode 0700) and its parents unless it is there."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def private_file(path: Path) -> Path:
    """Make an empty file (mode 0600) unless it is there."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return path


def secret(path: Path) -> str:
    """The secret kept in the file, made at the first call: 64 characters, about 380 random bits."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return _make_secret(path)


def _make_secret(path: Path) -> str:
    # The link appears with its whole content or not at all, and only for the first to come.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
