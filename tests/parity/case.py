"""One input that both doors are given."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    operation: str
    body: dict[str, Any] = field(default_factory=dict)
    thing: str = ""
    user: str = "owner"
    refused: str | None = None
    """The field that is refused, or the code; None where it is done."""

    def __str__(self) -> str:
        return f"{self.operation} {self.user} {self.refused or 'done'} {self.thing} {sorted(self.body)[:4]}"
