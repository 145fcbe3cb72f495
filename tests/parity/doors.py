"""The same input through either door: the REST body, and the mutation that is its twin, made from it."""

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from backend.ledger.models import User
from backend.schema import enums, errors
from backend.schema.api_tokens import ApiTokenScope
from backend.schema.funding_event_filters import FundingEventKind
from backend.schema.root import schema
from backend.schema.statement_rows import StatementFormat, StatementRowChoice
from backend.schema.webhooks import WebhookEventKind
from tests.documents import OPENAPI
from tests.parity.world import World
from tests.tokens import bearer

NOUNS = {
    "bank_accounts": "BankAccount",
    "budgets": "Budget",
    "transactions": "Transaction",
    "internal_transactions": "Transfer",
    "bank_accounts_webhooks": "Webhook",
    "users": "User",
    "users_me": "Me",
}
VERBS = {"create": "create", "update": "update", "partial_update": "update", "destroy": "delete"}
ACTIONS = {
    "bank_accounts_auto_spend_apply_create": "applyAutoSpend",
    "bank_accounts_auto_spend_runs_undo_create": "undoAutoSpend",
    "bank_accounts_imports_commit_create": "commitImport",
    "bank_accounts_imports_create": "importStatement",
    "bank_accounts_imports_destroy": "discardImport",
    "bank_accounts_imports_partial_update": "adjustImport",
    "bank_accounts_imports_revert_create": "revertImport",
    "bank_accounts_mark_imported_create": "markImported",
    "bank_accounts_funding_events_retry_create": "retryFundingEvent",
    "bank_accounts_funding_events_skip_create": "skipFundingEvent",
    "bank_accounts_funding_events_take_back_create": "unskipFundingEvent",
    "bank_accounts_run_funding_create": "runFunding",
    "bank_accounts_webhook_deliveries_replay_create": "replayWebhookDelivery",
    "bank_accounts_webhooks_rotate_secret_create": "rotateWebhookSecret",
    "bank_accounts_webhooks_test_create": "testWebhook",
    "budgets_archive_create": "archiveBudget",
    "transactions_link_create": "linkTransactions",
    "transactions_link_destroy": "unlinkTransaction",
    "transactions_reject_link_create": "rejectLink",
    "transactions_refund_of_create": "tieRefund",
    "transactions_refund_of_destroy": "untieRefund",
    "bank_accounts_invitations_create": "inviteOwner",
    "bank_accounts_invitations_destroy": "revokeInvitation",
    "invitations_accept_create": "acceptInvitation",
    "sessions_destroy": "endSession",
    "sessions_end_all_create": "endAllSessions",
    "tokens_create": "createApiToken",
    "tokens_destroy": "revokeApiToken",
    "transactions_splits_create": "splitTransaction",
    "users_me_password_create": "changePassword",
}
ENUMS: dict[str, type[Enum]] = {
    "account_type": enums.AccountType,
    "budget_type": enums.BudgetType,
    "funding_type": enums.FundingType,
    "transaction_type": enums.TransactionType,
    "kind": FundingEventKind,
    "scopes": ApiTokenScope,
    "format": StatementFormat,
    "action": StatementRowChoice,
}
NOT_SAID = {"createTransfer": {"bank_account"}}
"""What a mutation tells from the rest of its input."""

ROWS_TOLD = {"plan_changed", "cannot_revert"}
"""Refusals that name rows."""

RULES = {"min": "least", "max": "most"}


def twin(operation_id: str) -> str | None:
    """The mutation that does what an operation of the REST API does, by its name."""
    if operation_id in ACTIONS:
        return ACTIONS[operation_id]
    match = re.fullmatch(r"(.+?)_(create|partial_update|update|destroy)", operation_id)
    return f"{VERBS[match[2]]}{NOUNS[match[1]]}" if match and match[1] in NOUNS else None


def mutations() -> dict[str, Any]:
    root = schema._schema.mutation_type
    assert isinstance(root, GraphQLObjectType)
    return dict(root.fields)


@dataclass(frozen=True)
class Write:
    """An operation of the REST API that writes."""

    id: str
    method: str
    path: str


def writes() -> dict[str, Write]:
    """All of them but the sign-in, from the printed document."""
    paths = yaml.safe_load(OPENAPI.read_text())["paths"]
    return {
        operation["operationId"]: Write(id=operation["operationId"], method=method.upper(), path=path)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in {"post", "put", "patch", "delete"} and not path.startswith("/api/token/")
    }


@dataclass(frozen=True)
class Refused:
    """What a client is told. Of a refusal that is about no field the code counts, of others the field and the words."""

    code: str | None = None
    field: str | None = None
    message: str | None = None
    rows: tuple[str, ...] = ()
    """Why which rows of an import stand in the way."""


def rest(world: World, user: User, operation: Write, thing: str, body: dict[str, Any]) -> Refused | None:
    path = operation.path
    if "{event_id}" in path:
        path = path.replace("{id}", world.key("funded_account"))
    if "{import_id}" in path:
        path = path.replace("{id}", world.key("import_account"))
    if "{webhook_id}" in path or "{delivery_id}" in path or "{invitation_id}" in path:
        path = path.replace("{id}", world.key("account"))
    if "{run_id}" in path:
        path = path.replace("{id}", world.key("ruled_account"))
    path = re.sub(r"\{\w+\}", thing, path)
    client = Client(headers=bearer(user))
    if "file" in body:
        file = SimpleUploadedFile("statement.csv", body["file"].encode())
        response = client.post(path, {**body, "file": file})
    else:
        response = client.generic(
            operation.method, path, data=json.dumps(world.filled(body)), content_type="application/json"
        )
    if response.status_code < 300:
        return None
    found = response.json()
    assert response.status_code < 500, found
    if "detail" in found:
        assert (found["code"] in ROWS_TOLD) == ("hindrances" in found)
        return Refused(code=found["code"], rows=tuple(each["reason"] for each in found.get("hindrances", ())))
    ((name, (message, *_)),) = found.items()
    return Refused(field=None if name == "non_field_errors" else name, message=message)


def graphql(world: World, user: User, operation: Write, thing: str, body: dict[str, Any]) -> Refused | None:
    name = twin(operation.id)
    assert name is not None
    document, variables = _document(name, thing, world.filled(body))
    response = Client(headers=bearer(user)).post(
        "/graphql/", {"query": document, "variables": variables}, content_type="application/json"
    )
    answer = response.json()
    assert "errors" not in answer, answer
    found = answer["data"][name]
    if found["__typename"] != "Problem":
        return None
    if found["field"] is None and found["code"] != "same_budget":
        return Refused(code=found["code"], rows=tuple(each["reason"] for each in found["hindrances"]))
    return Refused(field=found["field"] and _ledger_name(found["field"], body), message=found["message"])


def _document(name: str, thing: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    field = mutations()[name]
    given: dict[str, Any] = {}
    for argument, definition in field.args.items():
        kind = get_named_type(definition.type)
        if argument == "file":
            said = {key: value for key, value in body.items() if key != "file"}
            given[argument] = _input(said, set(kind.fields)) | {"text": body["file"], "name": "statement.csv"}
        elif argument == "account" and "file" in body:
            given[argument] = thing
        elif argument == "decisions":
            given[argument] = [_input(each, {"row", "action", "transaction"}) for each in body.get("decisions", [])]
        elif argument in ("id", "username") and thing:
            given[argument] = thing
        elif argument == "input" and isinstance(kind, GraphQLInputObjectType):
            said = {key: value for key, value in body.items() if key not in NOT_SAID.get(name, ())}
            given[argument] = _input(said, set(kind.fields))
        elif argument == "shares" and "splits" in body:
            shares = body["splits"].items()
            given[argument] = [{"budget": key, "amount": amount} for key, amount in shares]
        else:
            own = {_camel(key): value for key, value in body.items()}
            if argument in own:
                given[argument] = own[argument]
    types = {argument: field.args[argument].type for argument in given}
    declared = ", ".join(f"${argument}: {kind}" for argument, kind in types.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in given)
    selection = "__typename ... on Problem { code field message hindrances { reason } } "
    header = f"mutation ({declared})" if declared else "mutation"
    call = f"{name}({passed})" if passed else name
    return f"{header} {{ {call} {{ {selection} }} }}", given


def _input(body: dict[str, Any], fields: set[str]) -> dict[str, Any]:
    """The body as an input: names and words of GraphQL. What the input does not have, clients cannot say there."""
    found = {_camel(name): _word(name, value) for name, value in body.items()}
    unknown = set(found) - fields
    assert not unknown, f"not in the input: {unknown}"
    return found


def _ledger_name(shown: str, body: dict[str, Any]) -> str:
    """The field of the body that a problem names."""
    plain = re.sub(r"([A-Z])", r"_\1", shown).lower()
    names = [plain, *(name for name, other in errors.FIELDS.items() if other == shown)]
    return next((name for name in names if name in body), plain)


def _camel(name: str) -> str:
    shown = errors.FIELDS.get(name)
    return shown or re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def _word(name: str, value: Any) -> Any:
    if name in ENUMS and isinstance(value, list):
        return [_word(name, each) for each in value]
    if name in ENUMS and isinstance(value, str):
        return ENUMS[name](value).name
    if name == "kinds":
        return [WebhookEventKind(kind).name for kind in value]
    if name == "auto_spend":
        return [{RULES.get(key, key): each for key, each in rule.items()} for rule in value]
    return value
