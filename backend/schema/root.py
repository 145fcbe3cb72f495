"""The schema: what can be asked at its root, and how a query runs."""

from collections.abc import Iterator
from typing import Annotated, cast
from uuid import UUID

import strawberry
from django.db import connection
from graphql import GraphQLError
from strawberry import relay
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, Info
from strawberry.types.graphql import OperationType
from strawberry_django.optimizer import DjangoOptimizerExtension

from backend import replica
from backend.ledger.selectors import snapshot

from . import deadline, documents, errors, ids, mutations, names
from .accounts import BankAccount
from .allocations import Allocation
from .api_tokens import ApiTokenQueries
from .auto_spend_runs import AutoSpendQueries, AutoSpendRun
from .banks import Bank
from .budgets import Budget
from .exports import ExportQueries
from .forecast import ForecastQueries
from .funding_events import FundingEvent, FundingEventQueries
from .history import HistoryEntry, HistoryQueries
from .invitations import InvitationQueries
from .links import LinkQueries
from .money import AMOUNT, Amount
from .queries import LedgerQueries
from .reference_data import ReferenceQueries
from .refunds import RefundQueries
from .reports import ReportQueries
from .sessions import SessionQueries
from .statement_imports import StatementImport, StatementImportQueries
from .sync import SyncQueries
from .transactions import Transaction
from .transfers import Transfer
from .webhooks import Webhook, WebhookDelivery, WebhookQueries
from .writes import Mutation

NODES: dict[str, type[relay.Node]] = {
    each.__name__: each
    for each in (
        Allocation,
        AutoSpendRun,
        Bank,
        BankAccount,
        Budget,
        FundingEvent,
        HistoryEntry,
        StatementImport,
        Transaction,
        Transfer,
        Webhook,
        WebhookDelivery,
    )
}


@strawberry.type(description="What can be read. Everything belongs to whoever asks.")
class Query(
    LedgerQueries,
    FundingEventQueries,
    ReferenceQueries,
    ReportQueries,
    RefundQueries,
    LinkQueries,
    AutoSpendQueries,
    SyncQueries,
    HistoryQueries,
    ForecastQueries,
    WebhookQueries,
    ExportQueries,
    ApiTokenQueries,
    SessionQueries,
    InvitationQueries,
    StatementImportQueries,
):
    @strawberry.field(description="The thing of that id; null if there is none that the user may see.")
    def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The `id` of any thing.")],  # noqa: A002  the API's word
    ) -> relay.Node | None:
        found = ids.parse(id)
        kind = NODES.get(found[0] or "") if found else None
        if found is None or kind is None:
            return None
        row = kind.resolve_node(str(found[1]), info=info, required=False)
        return cast(relay.Node | None, row and strawberry.cast(kind, row))


class Snapshot(SchemaExtension):
    """Runs a query on one state of the ledger, so that the amounts in its answer fit together, and not for ever."""

    def on_execute(self) -> Iterator[None]:
        if self.execution_context.operation_type is OperationType.QUERY:
            owned = not connection.in_atomic_block
            with replica.reading(), snapshot.reading(), deadline.limited(deadline.SECONDS, owned=owned):
                yield
        else:
            yield


class Schema(strawberry.Schema):
    def process_errors(self, errors_: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        if not replica.is_to_be_repeated(map(errors.cause_of, errors_)):
            errors.log(errors_)


schema = Schema(
    query=Query,
    mutation=Mutation,
    types=list(NODES.values()),
    config=StrawberryConfig(
        disable_field_suggestions=True,
        scalar_map={Amount: AMOUNT, UUID: ids.UUID_SCALAR},
        name_converter=names.Names(),
    ),
    exception_handlers=[errors.ProblemHandler()],
    execution_context_class=mutations.Executor,
    extensions=[
        documents.Parser,
        documents.Validation,
        Snapshot,
        DjangoOptimizerExtension,
    ],
)
