"""The paths of the REST door."""

from collections.abc import Mapping

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from .accounts import BankAccounts
from .allocations import Allocations
from .api_tokens import ApiTokens
from .auto_spend import AutoSpend, AutoSpendRuns
from .banks import Banks
from .budgets import Budgets
from .currencies import Currencies
from .exports import ExportLinks, Exports
from .funding_events import FundingEventActions, FundingEvents
from .invitations import Acceptance, InvitationActions, Invitations
from .links import AccountLinks, Links
from .openapi import Document, redoc, swagger_ui, swagger_ui_start
from .refunds import Refunds
from .sessions import Password, Sessions
from .statement_imports import StatementImport, StatementImports
from .tokens import RefreshView, RegisterView, SignInView, SignOutView
from .transactions import Transactions, Uploads
from .transfers import InternalTransactions
from .users import Me, Users
from .views import View
from .webhooks import OneWebhook, OneWebhookDelivery, WebhookDeliveries, Webhooks

LIST = {"get": "list"}
LIST_CREATE = {"get": "list", "post": "create"}
RETRIEVE = {"get": "retrieve"}
OBJECT = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}


class Key(StringConverter):
    """A text that may spell a UUID; the view says so, once it knows who asks."""


register_converter(Key, "key")


def v1(route: str, view: type[View], methods: Mapping[str, str], name: str | None = None) -> URLPattern:
    return path(f"api/v1/{route}", view.as_view(dict(methods)), name=name)


urlpatterns = [
    path("api/token/", SignInView.as_view()),
    path("api/token/refresh/", RefreshView.as_view()),
    path("api/token/logout/", SignOutView.as_view()),
    path("api/token/register/", RegisterView.as_view()),
    path("api/v1/schema/", Document.as_view(), name="schema"),
    path("api/v1/schema/swagger-ui/", swagger_ui),
    path("api/v1/schema/swagger-ui/start.js", swagger_ui_start, name="swagger-ui-start"),
    path("api/v1/schema/redoc/", redoc),
    v1("allocations/", Allocations, LIST),
    v1("allocations/<key:id>/", Allocations, RETRIEVE),
    v1("bank-accounts/", BankAccounts, LIST_CREATE),
    v1("bank-accounts/<key:id>/", BankAccounts, OBJECT),
    v1("bank-accounts/<key:id>/auto-spend/apply/", AutoSpend, {"post": "apply"}),
    v1("bank-accounts/<key:id>/auto-spend/preview/", AutoSpend, {"get": "preview"}),
    v1("bank-accounts/<key:id>/auto-spend/runs/", AutoSpend, LIST),
    v1("bank-accounts/<key:id>/auto-spend/runs/<key:run_id>/", AutoSpendRuns, RETRIEVE),
    v1("bank-accounts/<key:id>/auto-spend/runs/<key:run_id>/undo/", AutoSpendRuns, {"post": "undo"}),
    v1("bank-accounts/<key:id>/funding-events/", FundingEvents, LIST),
    v1("bank-accounts/<key:id>/funding-events/skip/", FundingEvents, {"post": "skip"}),
    v1("bank-accounts/<key:id>/funding-events/<key:event_id>/retry/", FundingEventActions, {"post": "retry"}),
    v1("bank-accounts/<key:id>/funding-events/<key:event_id>/take-back/", FundingEventActions, {"post": "take_back"}),
    v1("bank-accounts/<key:id>/funding-summary/", BankAccounts, {"get": "funding_summary"}),
    v1("bank-accounts/<key:id>/imports/", StatementImports, LIST_CREATE),
    v1(
        "bank-accounts/<key:id>/imports/<key:import_id>/",
        StatementImport,
        {"get": "retrieve", "patch": "partial_update", "delete": "destroy"},
    ),
    v1("bank-accounts/<key:id>/imports/<key:import_id>/commit/", StatementImport, {"post": "commit"}),
    v1("bank-accounts/<key:id>/imports/<key:import_id>/revert/", StatementImport, {"post": "revert"}),
    v1("bank-accounts/<key:id>/link-candidates/", AccountLinks, {"get": "candidates"}),
    v1("bank-accounts/<key:id>/invitations/", Invitations, LIST_CREATE),
    v1("bank-accounts/<key:id>/invitations/<key:invitation_id>/", InvitationActions, {"delete": "destroy"}),
    v1("bank-accounts/<key:id>/mark-imported/", BankAccounts, {"post": "mark_imported"}),
    v1("bank-accounts/<key:id>/run-funding/", BankAccounts, {"post": "run_funding"}),
    v1("bank-accounts/<key:id>/webhooks/", Webhooks, LIST_CREATE),
    v1(
        "bank-accounts/<key:id>/webhooks/<key:webhook_id>/",
        OneWebhook,
        {"get": "retrieve", "patch": "partial_update", "delete": "destroy"},
    ),
    v1("bank-accounts/<key:id>/webhooks/<key:webhook_id>/rotate-secret/", OneWebhook, {"post": "rotate"}),
    v1("bank-accounts/<key:id>/webhooks/<key:webhook_id>/test/", OneWebhook, {"post": "ping"}),
    v1("bank-accounts/<key:id>/webhook-deliveries/", WebhookDeliveries, LIST),
    v1("bank-accounts/<key:id>/webhook-deliveries/<key:delivery_id>/replay/", OneWebhookDelivery, {"post": "replay"}),
    v1("banks/", Banks, LIST),
    v1("banks/<key:id>/", Banks, RETRIEVE),
    v1("budgets/", Budgets, LIST_CREATE),
    v1("budgets/<key:id>/", Budgets, OBJECT),
    v1("budgets/<key:id>/archive/", Budgets, {"post": "archive"}),
    v1("currencies/", Currencies, LIST),
    v1("exports/beancount/", Exports, {"get": "beancount"}),
    v1("exports/csv/", Exports, {"get": "csv"}),
    v1("exports/json/", Exports, {"get": "everything"}),
    v1("exports/once/<str:ticket>/", ExportLinks, {"get": "once"}, name="export-once"),
    v1("internal-transactions/", InternalTransactions, LIST_CREATE),
    v1("internal-transactions/<key:id>/", InternalTransactions, RETRIEVE),
    v1("invitations/accept/", Acceptance, {"post": "accept"}),
    v1("sessions/", Sessions, LIST),
    v1("sessions/end-all/", Sessions, {"post": "end_all"}),
    v1("sessions/<key:id>/", Sessions, {"delete": "destroy"}),
    v1("tokens/", ApiTokens, LIST_CREATE),
    v1("tokens/<key:id>/", ApiTokens, {"delete": "destroy"}),
    v1("transactions/", Transactions, LIST_CREATE),
    v1("transactions/<key:id>/", Transactions, OBJECT),
    v1("transactions/<key:id>/link/", Links, {"post": "link", "delete": "destroy"}),
    v1("transactions/<key:id>/link-candidates/", Links, {"get": "candidates"}),
    v1("transactions/<key:id>/reject-link/", Links, {"post": "reject"}),
    v1("transactions/<key:id>/refund-candidates/", Refunds, {"get": "candidates"}),
    v1("transactions/<key:id>/refund-of/", Refunds, {"get": "retrieve", "post": "tie", "delete": "destroy"}),
    v1("transactions/<key:id>/splits/", Transactions, {"post": "splits"}),
    v1("transactions/<key:id>/image/", Uploads, {"get": "image"}, name="transaction-image"),
    v1("transactions/<key:id>/document/", Uploads, {"get": "document"}, name="transaction-document"),
    v1("users/", Users, LIST),
    v1("users/me/", Me, {"get": "retrieve", "patch": "partial_update"}),
    v1("users/me/password/", Password, {"post": "change"}),
    v1(
        "users/<str:username>/",
        Users,
        {"get": "retrieve", "put": "update", "patch": "partial_update"},
        name="user",
    ),
]
