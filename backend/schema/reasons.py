"""Why two things may belong together."""

import strawberry

from backend.ledger.rules import reasons


@strawberry.type(description="A reason why two things may belong together.")
class MatchReason:
    code: str = strawberry.field(description='What a program can act on, such as "same_party" or "days_apart".')
    text: str = strawberry.field(description="The same for people.")


def shown(match: reasons.Match) -> list[MatchReason]:
    return [MatchReason(code=each.code, text=each.text) for each in match.reasons]
