"""What somebody may do who did not sign in but shows an API token."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an API token lets its bearer do in its user's name.

    `scopes`: kinds of work, as `ApiToken.Scope` has them. `limited`: only the accounts that the token names are there.
    """

    token_id: UUID
    name: str
    scopes: frozenset[str]
    limited: bool
