"""How the REST framework and the OpenAPI document are set up; `backend.settings` takes it in."""

from typing import Any


def rest_framework(*, proxies: int) -> dict[str, Any]:
    """`proxies`: how many reverse proxies in front are believed about the client's address."""
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": ["backend.authentication.BearerAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": [
            "backend.rest.parsers.JSON",
            "backend.rest.parsers.Form",
            "backend.rest.parsers.Multipart",
        ],
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        "EXCEPTION_HANDLER": "backend.rest.errors.handle",
        "NUM_PROXIES": proxies,
        "TEST_REQUEST_DEFAULT_FORMAT": "json",
    }


SPECTACULAR: dict[str, Any] = {
    "TITLE": "mibudge API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "REST API for the mibudge personal budgeting service.",
    "SCHEMA_PATH_PREFIX": "/api/v1",  # what is below it names tags and operations
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {"key": {"type": "string", "format": "uuid"}},
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "AccountTypeEnum": "backend.ledger.models.BankAccount.Type",
        "BudgetTypeEnum": "backend.ledger.models.Budget.Type",
        "FundingTypeEnum": "backend.ledger.models.Budget.Funding",
        "TransactionTypeEnum": "backend.ledger.models.Transaction.Type",
        "ApiTokenScopeEnum": "backend.ledger.models.ApiToken.Scope",
        "FundingEventKindEnum": "backend.ledger.models.FundingEvent.Kind",
        "FundingEventStatusEnum": "backend.ledger.models.FundingEvent.Status",
        "UpcomingFundingEventStatusEnum": "backend.rest.funding_events.UPCOMING_STATUSES",
        "StatementImportStatusEnum": "backend.ledger.models.StatementImport.Status",
        "StatementFormatEnum": "backend.rest.statement_rows.FORMATS",
        "StatementRowVerdictEnum": "backend.rest.statement_rows.VERDICTS",
        "StatementRowReasonEnum": "backend.rest.statement_rows.REASONS",
        "StatementRowActionEnum": "backend.rest.statement_rows.ACTIONS",
        "StatementDecisionEnum": "backend.rest.statement_rows.CHOICES",
        "CategoryEnum": "backend.rest.allocations.CATEGORIES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.rest.openapi.with_refusals",
    ],
}
