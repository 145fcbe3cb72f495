"""Passwords are looked at one after the other: each takes much memory, and strangers choose how many there are."""

import pytest
from django.contrib.auth import hashers

from backend import hashing


class Watched:
    """Stands for the library, and notes whether another one could have come in meanwhile."""

    def __init__(self) -> None:
        self.alone: list[bool] = []

    def encode(self, *given: object) -> str:
        self.alone.append(hashing.turn.locked())
        return "argon2$"

    def verify(self, *given: object) -> bool:
        self.alone.append(hashing.turn.locked())
        return True


def test_one_password_is_looked_at_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched()
    monkeypatch.setattr(hashers.Argon2PasswordHasher, "encode", watched.encode)
    monkeypatch.setattr(hashers.Argon2PasswordHasher, "verify", watched.verify)
    ours = hashing.Argon2PasswordHasher()

    assert (ours.encode("a password", "salt"), ours.verify("a password", "argon2$")) == ("argon2$", True)

    assert watched.alone == [True, True]
    assert not hashing.turn.locked()


def test_passwords_of_before_are_known() -> None:
    theirs, ours = hashers.Argon2PasswordHasher(), hashing.Argon2PasswordHasher()
    kept = theirs.encode("a password", theirs.salt())

    assert (ours.verify("a password", kept), ours.verify("another", kept)) == (True, False)
    assert not ours.must_update(kept)
