"""Imports of bank statements: a file in, looked at or not, committed, reverted."""

from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger import access, errors, models
from backend.ledger.selectors import statement_imports as selectors
from backend.ledger.services import import_files, import_revert, imports, statement_imports
from backend.ledger.statements.text import MAX_BYTES

from . import fields, filters, pagination, parsers, statement_rows, views

HEAVY = ("statement", "decisions", "choices", "left_out", "undo")
"""Columns that hold a list per row, which lists of imports do not show."""


class StatementImportSerializer(serializers.Serializer[models.StatementImport]):
    """A bank statement that was shown to an owner, and what became of it."""

    id = serializers.SerializerMethodField(help_text="Null in the answer to a dry run.")
    bank_account = fields.Id(source="bank_account_id", read_only=True)
    status = fields.Choice(models.StatementImport.Status.choices, read_only=True)
    format = fields.Choice(statement_rows.FORMATS, source="source", read_only=True)
    file_name = serializers.CharField(read_only=True)
    file_hash = serializers.CharField(read_only=True, help_text="SHA-256 of the file.")
    account_number = serializers.CharField(read_only=True, help_text="The account that the file names, if it does.")
    period_start = fields.Day(source="starts_on", read_only=True, allow_null=True)
    period_end = fields.Day(source="ends_on", read_only=True, allow_null=True)
    row_count = serializers.IntegerField(read_only=True)
    entered = serializers.IntegerField(read_only=True, help_text="Rows that become or became transactions.")
    settled = serializers.IntegerField(read_only=True, help_text="Rows by which something pending posts.")
    duplicates = serializers.IntegerField(read_only=True, help_text="Rows that the account has already.")
    suspicious = serializers.IntegerField(read_only=True, help_text="Rows that somebody should look at.")
    zeros = serializers.IntegerField(read_only=True, help_text="Rows that move no money.")
    stated_balance = serializers.SerializerMethodField(help_text="The bank's closing balance, where the file has it.")
    stated_balance_currency = fields.Currency()
    stated_on = fields.Day(read_only=True, allow_null=True)
    balance_before = fields.Amount(
        read_only=True, help_text="Our posted balance at the end of that day, or the last one, without the import."
    )
    balance_before_currency = fields.Currency()
    balance_after = fields.Amount(read_only=True, help_text="The same with it.")
    balance_after_currency = fields.Currency()
    difference = serializers.SerializerMethodField(help_text="The bank's less ours; it is never corrected.")
    difference_currency = fields.Currency()
    created_by = serializers.CharField(source="actor.username", read_only=True)
    created_at = fields.Instant(read_only=True)
    committed_by = serializers.CharField(source="committed_by.username", read_only=True, allow_null=True, default=None)
    committed_at = fields.Instant(read_only=True, allow_null=True)
    reverted_by = serializers.CharField(source="reverted_by.username", read_only=True, allow_null=True, default=None)
    reverted_at = fields.Instant(read_only=True, allow_null=True)

    @extend_schema_field({"type": "string", "format": "uuid", "nullable": True, "readOnly": True})
    def get_id(self, record: models.StatementImport) -> str | None:
        return str(record.pk) if self.context.get("stored", True) else None

    @extend_schema_field({"type": "string", "format": "decimal", "nullable": True, "readOnly": True})
    def get_stated_balance(self, record: models.StatementImport) -> str | None:
        return _amount(record.stated_balance, record)

    @extend_schema_field({"type": "string", "format": "decimal", "nullable": True, "readOnly": True})
    def get_difference(self, record: models.StatementImport) -> str | None:
        return _amount(selectors.difference(record), record)


class StatementRowsSerializer(serializers.Serializer[Any]):
    """A page of the rows of an import."""

    count = serializers.IntegerField(read_only=True)
    next = serializers.URLField(read_only=True, allow_null=True)
    previous = serializers.URLField(read_only=True, allow_null=True)
    results = statement_rows.StatementRowSerializer(many=True, read_only=True)


class StatementImportDetailSerializer(StatementImportSerializer):
    """The same with a page of its rows: of `page` and `page_size`."""

    rows = serializers.SerializerMethodField()

    @extend_schema_field(StatementRowsSerializer)
    def get_rows(self, record: models.StatementImport) -> dict[str, Any]:
        pages = pagination.NearestPage() if self.context["request"].method != "GET" else pagination.Pages()
        numbers: list[int] = (
            pages.paginate_queryset(cast(Any, range(len(record.decisions))), self.context["request"]) or []
        )
        found = selectors.rows(
            record,
            start=numbers[0] if numbers else 0,
            limit=len(numbers),
            stored=self.context.get("stored", True),
        )
        currency = fields.currency_of(record)
        return dict(
            pages.get_paginated_response([statement_rows.shown(each, currency=currency) for each in found]).data
        )


class StatementUploadSerializer(serializers.Serializer[Any]):
    """A statement file and what is said about it."""

    file = serializers.FileField(help_text="OFX, QFX, camt.053, QIF or CSV; at most 5 MiB.")
    preview = fields.Flag(required=False, help_text="Show what would become of each row, to be committed.")
    dry_run = fields.Flag(required=False, help_text="Show the same, and keep nothing.")
    format = fields.Choice(
        statement_rows.FORMATS, required=False, help_text="The format, where the file does not tell."
    )
    mapping = fields.Value(required=False, help_text="JSON that says what a CSV file does not: see docs/statements.md.")
    any_account = fields.Flag(required=False, help_text="Take a file that names another account number.")


def _amount(amount: Decimal | None, record: models.StatementImport) -> str | None:
    return None if amount is None else fields.amount_text(amount, currency=fields.currency_of(record))


def with_all_they_show(rows: QuerySet[models.StatementImport]) -> QuerySet[models.StatementImport]:
    return rows.select_related("bank_account", "actor", "committed_by", "reverted_by")


class StatementImports(views.View):
    noun = "BankAccount"
    serializer_class = StatementImportSerializer
    filterset_class = filters.StatementImportFilters
    ordering_fields = ("created_at",)
    ordering = ("-created_at",)
    parser_classes = (parsers.Multipart,)

    def rows(self) -> QuerySet[Any]:
        found = access.statement_imports(self.actor).filter(bank_account=self.key)
        return with_all_they_show(found).defer(*HEAVY)

    def named(self) -> QuerySet[Any]:
        return access.accounts(self.actor)

    def get_queryset(self) -> QuerySet[Any]:
        return access.statement_imports(self.actor)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A file is read before the database transaction of a keyed write begins: reading takes seconds."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            self.upload = self.given(StatementUploadSerializer)
            self.statement = self._read(self.upload)

    def list(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return the statement imports of a bank account, previews included, without their rows.

        Filterable by status. Orderable by created_at; the latest first unless told otherwise.
        """
        access.one(self.named(), self.key)
        return self.page()

    @extend_schema(
        request={"multipart/form-data": StatementUploadSerializer},
        responses={200: StatementImportDetailSerializer, 201: StatementImportDetailSerializer},
    )
    def create(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Import a bank statement: all of its rows or none, and no row twice.

        With `preview` nothing is entered yet; the answer can be adjusted and committed within seven days. With
        `dry_run` nothing is kept, and the answer (200) has no id. Of several statements in a file the one with this
        account's number is taken. Pages of the rows are had by page and page_size.
        """
        stored = not self.upload.get("dry_run", False)
        if self.upload.get("preview", False) and stored:
            record = statement_imports.preview(
                actor=self.actor,
                account_id=self.key,
                statement=self.statement.statement,
                file_name=self.statement.name,
                file_hash=self.statement.digest,
                now=clock.now(),
            )
            return self._shown(record)
        result = imports.run(
            actor=self.actor,
            account_id=self.key,
            statement=self.statement.statement,
            source=self.statement.statement.source,
            file_name=self.statement.name,
            file_hash=self.statement.digest,
            dry_run=not stored,
            now=clock.now(),
        )
        return self._shown(cast(models.StatementImport, result.record), stored=stored)

    def _read(self, upload: dict[str, Any]) -> import_files.File:
        file = upload["file"]
        data = file.read(MAX_BYTES + 1)
        file.seek(0)
        return import_files.read(
            actor=self.actor,
            account_id=self.key,
            data=data,
            name=file.name,
            options=import_files.Options(
                source=upload.get("format"),
                mapping=upload.get("mapping"),
                any_account=upload.get("any_account", False),
            ),
        )

    def _shown(self, record: models.StatementImport, *, stored: bool = True) -> Response:
        context = {**self.get_serializer_context(), "stored": stored}
        body = StatementImportDetailSerializer(record, context=context).data
        return Response(body, status=status.HTTP_201_CREATED if stored else status.HTTP_200_OK)


class StatementImport(views.View):
    noun = "StatementImport"
    serializer_class = StatementImportDetailSerializer
    filter_backends = ()

    @property
    def key(self) -> UUID:
        found = fields.uuid_of(self.kwargs["import_id"])
        if found is None:
            raise errors.NotFound("There is no such thing.")
        return found

    def rows(self) -> QuerySet[Any]:
        return with_all_they_show(self._known())

    def retrieve(self, request: Request, id: str, import_id: str) -> Response:  # noqa: A002  the API's word
        """Return a statement import with a page of its rows: what was decided over each, and what became of it."""
        return self.answer(self.key)

    @extend_schema(request=statement_rows.AdjustmentSerializer, responses=StatementImportDetailSerializer)
    def partial_update(self, request: Request, id: str, import_id: str) -> Response:  # noqa: A002  the API's word
        """Have other things done with rows of a preview, or decide over all of them anew (`refresh`)."""
        given = self.given(statement_rows.AdjustmentSerializer)
        statement_imports.adjust(
            actor=self.actor,
            import_id=self._own(),
            decisions=statement_rows.choices(given.get("decisions", [])),
            refresh=given.get("refresh", False),
            now=clock.now(),
        )
        return self.answer(self.key)

    def destroy(self, request: Request, id: str, import_id: str) -> Response:  # noqa: A002  the API's word
        """Forget a preview. What was committed can be reverted, and its record stays (409)."""
        statement_imports.discard(actor=self.actor, import_id=self._own(), now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=StatementImportDetailSerializer)
    def commit(self, request: Request, id: str, import_id: str) -> Response:  # noqa: A002  the API's word
        """Do exactly what the preview shows; twice is once.

        If the ledger has changed so that something else would become of a row, nothing is done: a 409 (`plan_changed`)
        names the rows, and a PATCH with `refresh` shows what would become of them now.
        """
        self.check_ignored_body()
        statement_imports.commit(actor=self.actor, import_id=self._own(), now=clock.now())
        return self.answer(self.key)

    @extend_schema(request=None, responses=StatementImportDetailSerializer)
    def revert(self, request: Request, id: str, import_id: str) -> Response:  # noqa: A002  the API's word
        """Take a committed import back: what it entered goes, what it settled is pending again as it was.

        If rows were worked on since, or a later import found them there, nothing is done: a 409 (`cannot_revert`) names
        the rows and why.
        """
        self.check_ignored_body()
        import_revert.revert(actor=self.actor, import_id=self._own(), now=clock.now())
        return self.answer(self.key)

    def _own(self) -> UUID:
        """The import, if it is one of the account in the path. Raises NotFound."""
        return access.one(self._known().only("pk"), self.key).pk

    def _known(self) -> QuerySet[models.StatementImport]:
        return access.statement_imports(self.actor).filter(bank_account=super().key)
