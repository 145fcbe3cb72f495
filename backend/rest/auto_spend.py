"""Rules of budgets held against the past: a dry run, applying it, and undoing that."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger import access, errors
from backend.ledger.models import AutoSpendRun
from backend.ledger.selectors import auto_spend as selectors
from backend.ledger.services import auto_spend

from . import fields, parsers, views
from .refunds import ReasonSerializer


class AutoSpendAskedSerializer(serializers.Serializer[Any]):
    budget = fields.Id(required=False, help_text="Only what this budget would claim.")
    since = fields.Day(required=False, help_text="Booked on that day or later, in UTC.")
    until = fields.Day(required=False, help_text="Booked on that day or before.")


class AutoSpendPreviewQuerySerializer(AutoSpendAskedSerializer):
    rules = serializers.CharField(
        required=False,
        max_length=20_000,
        help_text="Rules, as a budget's `auto_spend` has them, as JSON text: as if the budget had these instead.",
    )


class AutoSpendApplySerializer(AutoSpendAskedSerializer):
    fingerprint = serializers.CharField(max_length=64, help_text="That of the preview.")


class AutoSpendUndoSerializer(serializers.Serializer[Any]):
    partly = fields.Flag(required=False, help_text="Undo what can be undone and leave what stands in the way.")


class _Amounts(serializers.Serializer[Any]):
    """Shows amounts in the currency of the account that the context names."""

    def _shown(self, amount: Any) -> str:
        return fields.amount_text(amount, currency=self.context["currency"])


class AutoSpendChangeSerializer(_Amounts):
    """A debit that lies on the unallocated budget whole, and the budget that would claim it."""

    transaction = fields.Id(source="transaction_id", read_only=True)
    budget = fields.Id(source="budget_id", read_only=True)
    rule = serializers.IntegerField(source="number", read_only=True, help_text="Which of its rules, counted from 1.")
    amount = serializers.SerializerMethodField()
    category_now = serializers.CharField(source="entry.category", read_only=True)
    category_then = serializers.CharField(source="category", read_only=True)

    def get_amount(self, row: selectors.Row) -> str:
        return self._shown(row.entry.amount)


class AutoSpendEffectSerializer(_Amounts):
    """What all changes together do to a budget."""

    budget = fields.Id(source="budget_id", read_only=True)
    count = serializers.IntegerField(read_only=True)
    balance_now = serializers.SerializerMethodField()
    balance_then = serializers.SerializerMethodField()

    def get_balance_now(self, effect: selectors.Effect) -> str:
        return self._shown(effect.now)

    def get_balance_then(self, effect: selectors.Effect) -> str:
        return self._shown(effect.then)


class AutoSpendPreviewSerializer(serializers.Serializer[Any]):
    """What the rules would change of an account's past, the latest first."""

    fingerprint = serializers.CharField(read_only=True, help_text="Stands for exactly this.")
    currency = serializers.SerializerMethodField()
    more = serializers.BooleanField(read_only=True, help_text="Whether a further run would find more.")
    changes = AutoSpendChangeSerializer(source="rows", many=True, read_only=True)
    effects = AutoSpendEffectSerializer(many=True, read_only=True)

    def get_currency(self, found: selectors.Preview) -> str:
        return str(self.context["currency"])


class AutoSpendDoneSerializer(_Amounts):
    """A transaction that a run put on a budget, and what stands in the way of undoing that."""

    transaction = fields.Id(source="transaction_id", read_only=True)
    budget = fields.Id(source="budget_id", read_only=True)
    amount = serializers.SerializerMethodField()
    category_before = serializers.CharField(read_only=True)
    category_after = serializers.CharField(read_only=True)
    undone = serializers.BooleanField(read_only=True)
    obstacle = ReasonSerializer(read_only=True, allow_null=True)

    def get_amount(self, done: selectors.Done) -> str:
        return self._shown(done.amount)


class AutoSpendRunSerializer(serializers.Serializer[AutoSpendRun]):
    """One time that the rules of an account's budgets were applied to its past."""

    id = fields.Id(read_only=True)
    bank_account = fields.Id(source="bank_account_id", read_only=True)
    applied_at = fields.Instant(source="created_at", read_only=True)
    applied_by = serializers.CharField(source="actor.username", read_only=True)
    undone_at = fields.Instant(read_only=True, allow_null=True)
    undone_by = serializers.CharField(source="undone_by.username", read_only=True, allow_null=True, default=None)
    count = serializers.SerializerMethodField(help_text="Transactions that it changed.")

    def get_count(self, run: AutoSpendRun) -> int:
        return len(run.rows)


class AutoSpendRunDetailSerializer(AutoSpendRunSerializer):
    """The same with what it did, the latest transaction first."""

    currency = fields.Currency()
    changes = serializers.SerializerMethodField()

    @extend_schema_field(AutoSpendDoneSerializer(many=True))
    def get_changes(self, run: AutoSpendRun) -> Any:
        return AutoSpendDoneSerializer(
            selectors.done(run), many=True, context={"currency": fields.currency_of(run)}
        ).data


class AutoSpend(views.View):
    noun = "BankAccount"
    serializer_class = AutoSpendRunSerializer
    filter_backends = ()
    pagination_class = None

    def rows(self) -> QuerySet[Any]:
        return access.auto_spend_runs(self.actor).select_related("bank_account", "actor", "undone_by")

    def named(self) -> QuerySet[Any]:
        return access.accounts(self.actor)

    @extend_schema(parameters=[AutoSpendPreviewQuerySerializer], responses=AutoSpendPreviewSerializer)
    def preview(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return what the rules of an account's budgets would change of its past; nothing is changed.

        Debits that lie on the unallocated budget whole are claimed as new ones are; a split that somebody made stays,
        and so does a category. At most 500 at once.
        """
        account = access.one(self.named(), self.key)
        serializer = AutoSpendPreviewQuerySerializer(data=request.query_params.dict())
        serializer.is_valid(raise_exception=True)
        given = dict(serializer.validated_data)
        candidate = _rules(given.pop("rules")) if "rules" in given else None
        found = selectors.preview(self.actor, account.pk, _asked(given, candidate=candidate))
        return Response(AutoSpendPreviewSerializer(found, context={"currency": fields.currency_of(account)}).data)

    @extend_schema(request=AutoSpendApplySerializer, responses={201: AutoSpendRunDetailSerializer})
    def apply(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Do exactly what the preview of that fingerprint showed, and return the run; refused if it is another now."""
        given = self.given(AutoSpendApplySerializer)
        run = auto_spend.apply(
            actor=self.actor,
            account_id=self.key,
            fingerprint=given.pop("fingerprint"),
            asked=_asked(given),
            now=clock.now(),
        )
        return self._run(run.pk, status=status.HTTP_201_CREATED)

    def list(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return the times that the rules of an account were applied to its past; at most 100, the latest first."""
        account = access.one(self.named(), self.key)
        return Response(self.represented(selectors.runs(self.actor, account.pk)))

    def _run(self, key: UUID, *, status: int = status.HTTP_200_OK) -> Response:
        return Response(AutoSpendRunDetailSerializer(access.one(self.rows(), key)).data, status=status)


class AutoSpendRuns(AutoSpend):
    noun = "AutoSpendRun"
    serializer_class = AutoSpendRunDetailSerializer

    @property
    def key(self) -> UUID:
        found = fields.uuid_of(self.kwargs["run_id"])
        if found is None:
            raise errors.NotFound("There is no such thing.")
        return found

    def rows(self) -> QuerySet[Any]:
        return super().rows().filter(bank_account=super().key)

    def named(self) -> QuerySet[Any]:
        return self.rows()

    @extend_schema(responses=AutoSpendRunDetailSerializer)
    def retrieve(self, request: Request, id: str, run_id: str) -> Response:  # noqa: A002  the API's word
        """Return one time that the rules were applied, with what stands in the way of undoing each change."""
        return self._run(self.key)

    @extend_schema(request=AutoSpendUndoSerializer, responses=AutoSpendRunDetailSerializer)
    def undo(self, request: Request, id: str, run_id: str) -> Response:  # noqa: A002  the API's word
        """Lay what a run changed on the unallocated budget again, under the categories of before.

        What was changed since, or has refunds, cannot be undone: then nothing is, unless `partly` asks for the rest.
        """
        given = self.given(AutoSpendUndoSerializer)
        run = access.one(self.rows(), self.key)
        auto_spend.undo(actor=self.actor, run_id=run.pk, partly=given.get("partly", False), now=clock.now())
        return self._run(run.pk)


def _asked(given: dict[str, Any], *, candidate: object = None) -> selectors.Asked:
    return selectors.Asked(
        budget_id=given.get("budget"), candidate=candidate, since=given.get("since"), until=given.get("until")
    )


def _rules(text: str) -> object:
    try:
        found: object = parsers.loads(text)
    except ValueError as error:
        raise errors.InvalidRule("Value must be valid JSON.", field="rules") from error
    return found
