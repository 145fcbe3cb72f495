"""The rows of a statement as an import shows them, and what a client says is to be done with some of them."""

from typing import Any

from rest_framework import serializers

from backend.ledger import errors
from backend.ledger.selectors.statement_imports import ImportRow
from backend.ledger.statements import SOURCES
from backend.ledger.statements.decisions import Reason, Verdict
from backend.ledger.statements.steps import Action, Choice

from . import fields

DEFAULT = "default"


def _words(words: Any) -> list[tuple[str, str]]:
    return [(str(word), str(word).replace("_", " ").capitalize()) for word in words]


FORMATS = _words(SOURCES)
VERDICTS, REASONS, ACTIONS = _words(Verdict), _words(Reason), _words(Action)
CHOICES = [*ACTIONS, (DEFAULT, "Default")]


class StatementRowSerializer(serializers.Serializer[Any]):
    """A row of a statement: what the bank says, what was decided over it and why, and what is or was done with it."""

    row = serializers.IntegerField(read_only=True, help_text="Its number, from 1 on; the oldest row comes first.")
    posted_date = fields.Day(read_only=True)
    amount = serializers.CharField(read_only=True)
    amount_currency = serializers.CharField(read_only=True)
    raw_description = serializers.CharField(read_only=True)
    party = serializers.CharField(read_only=True, allow_null=True)
    memo = serializers.CharField(read_only=True, allow_null=True)
    pending = serializers.BooleanField(read_only=True)
    verdict = fields.Choice(VERDICTS, read_only=True)
    reason = fields.Choice(REASONS, read_only=True)
    why = serializers.CharField(read_only=True, help_text="The same as a sentence.")
    score = serializers.IntegerField(read_only=True, allow_null=True, help_text="Of 100, where likeness decided.")
    known_transaction = fields.Id(
        read_only=True, allow_null=True, help_text="The transaction that it repeats, settles or resembles."
    )
    known_row = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="The same, where it is another row of the file."
    )
    action = fields.Choice(ACTIONS, read_only=True, help_text="What is or was done with it.")
    settles = fields.Id(read_only=True, allow_null=True, help_text="The pending transaction that it settles.")
    adjusted = serializers.BooleanField(read_only=True, help_text="Whether an owner chose that.")
    transaction = fields.Id(
        read_only=True, allow_null=True, help_text="What it became or settled, once committed and while it is there."
    )


class DecisionSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField(min_value=1, help_text="The number of the row.")
    action = fields.Choice(CHOICES, help_text="`default` takes a choice back.")
    transaction = fields.Id(
        required=False, allow_null=True, help_text="Of `settle`: the pending transaction whose posted row this is."
    )


class AdjustmentSerializer(serializers.Serializer[Any]):
    decisions = DecisionSerializer(many=True, required=False, help_text="At most 1,000 at once.")
    refresh = fields.Flag(required=False, help_text="Decide over all rows anew, as the ledger is now.")


MOST_DECISIONS = 1_000


def shown(row: ImportRow, *, currency: str) -> dict[str, Any]:
    """The body of a row."""
    decision, said = row.decision, row.decision.row
    return {
        "row": decision.place + 1,
        "posted_date": str(said.posted_on),
        "amount": fields.amount_text(said.amount, currency=currency),
        "amount_currency": currency,
        "raw_description": said.description,
        "party": said.party,
        "memo": said.memo,
        "pending": said.pending,
        "verdict": decision.verdict.value,
        "reason": decision.reason.value,
        "why": decision.why,
        "score": decision.score,
        "known_transaction": str(decision.of.id) if decision.of else None,
        "known_row": None if decision.of_place is None else decision.of_place + 1,
        "action": row.step.action.value,
        "settles": str(row.step.of) if row.step.of else None,
        "adjusted": row.adjusted,
        "transaction": str(row.transaction) if row.transaction else None,
    }


def choices(given: list[dict[str, Any]]) -> dict[int, Choice | None]:
    """What is to be done with rows, by their places. Raises InvalidValue."""
    if len(given) > MOST_DECISIONS:
        raise errors.InvalidValue(f"At most {MOST_DECISIONS} decisions are taken at once.", field="decisions")
    return {
        each["row"] - 1: None
        if each["action"] == DEFAULT
        else Choice(action=Action(each["action"]), of=each.get("transaction"))
        for each in given
    }
