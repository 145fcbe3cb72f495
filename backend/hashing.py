"""Argon2, one password at a time in a process: each takes 100 MB while it is looked at, and all processors.

Anybody may send passwords, many at once. They are looked at no sooner side by side than one after the other.
"""

import threading

from django.contrib.auth import hashers

turn = threading.Lock()


class Argon2PasswordHasher(hashers.Argon2PasswordHasher):
    def encode(self, password: str, salt: str) -> str:
        with turn:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with turn:
            return super().verify(password, encoded)
