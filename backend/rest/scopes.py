"""What an API token must be for, by operation: view and action. What is not listed here no token may do."""

from backend.ledger.models import ApiToken

SCOPES: dict[str | None, str] = {
    ApiToken.Scope.READ: """
        AccountLinks.candidates Links.candidates
        Allocations.list Allocations.retrieve
        AutoSpend.list AutoSpend.preview AutoSpendRuns.retrieve
        BankAccounts.list BankAccounts.retrieve BankAccounts.funding_summary
        Banks.list Banks.retrieve
        Budgets.list Budgets.retrieve
        Currencies.list
        Exports.beancount Exports.csv Exports.everything
        FundingEvents.list
        InternalTransactions.list InternalTransactions.retrieve
        Me.retrieve
        Refunds.candidates Refunds.retrieve
        Transactions.list Transactions.retrieve
        Uploads.document Uploads.image
    """,
    ApiToken.Scope.IMPORT: """
        BankAccounts.mark_imported
        StatementImport.commit StatementImport.destroy StatementImport.partial_update StatementImport.retrieve
        StatementImports.create StatementImports.list
        Transactions.create Transactions.partial_update Transactions.update
    """,
    ApiToken.Scope.MOVE_MONEY: """
        AutoSpend.apply AutoSpendRuns.undo
        BankAccounts.run_funding
        FundingEventActions.retry FundingEventActions.take_back FundingEvents.skip
        InternalTransactions.create
        Refunds.destroy Refunds.tie
        Transactions.splits
    """,
    None: """
        Acceptance.accept InvitationActions.destroy Invitations.create Invitations.list
        ApiTokens.create ApiTokens.destroy ApiTokens.list
        BankAccounts.create BankAccounts.destroy BankAccounts.partial_update BankAccounts.update
        Budgets.archive Budgets.create Budgets.destroy Budgets.partial_update Budgets.update
        ExportLinks.once
        Links.destroy Links.link Links.reject
        Me.partial_update Password.change
        Sessions.destroy Sessions.end_all Sessions.list
        StatementImport.revert Transactions.destroy
        OneWebhook.destroy OneWebhook.partial_update OneWebhook.ping OneWebhook.retrieve OneWebhook.rotate
        OneWebhookDelivery.replay
        Users.list Users.partial_update Users.retrieve Users.update
        WebhookDeliveries.list Webhooks.create Webhooks.list
    """,
}
"""By scope; those for which somebody must sign in come last."""

OPERATIONS = {operation: scope for scope, operations in SCOPES.items() for operation in operations.split()}


def needed(view: str, action: str) -> str | None:
    """The scope that a token must have for an action of a view; None where no token is for it."""
    if action == "metadata":
        return ApiToken.Scope.READ  # what OPTIONS tells is the same for everybody
    return OPERATIONS.get(f"{view}.{action}")
