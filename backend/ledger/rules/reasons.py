"""Why two things may belong together, for programs and for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A word for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How well two things fit, from 1 to 100, and why."""

    score: int
    reasons: tuple[Reason, ...]


def days_apart(days: int, *, later: str) -> str:
    """A sentence: on the same day, or so many days `later`, which may be another word."""
    return "On the same day." if not days else f"{days} {'day' if days == 1 else 'days'} {later}."
