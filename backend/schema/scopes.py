"""What an API token must be for, by mutation. Each answer may hold whatever can be read: every document needs `read`.

What is not listed here no token may do.
"""

from backend.ledger.models import ApiToken

QUERIES = ApiToken.Scope.READ

SCOPES: dict[str | None, str] = {
    ApiToken.Scope.IMPORT: """
        adjustImport commitImport createTransaction createTransactions discardImport importStatement markImported
        previewStatement settleTransaction updateTransaction
    """,
    ApiToken.Scope.MOVE_MONEY: """
        applyAutoSpend createTransfer retryFundingEvent reverseTransfer runFunding skipFundingEvent splitTransaction
        tieRefund undoAutoSpend unskipFundingEvent untieRefund updateAllocation
    """,
    None: """
        acceptInvitation addOwner archiveBudget changePassword configureFunding createApiToken createBankAccount
        createBudget createWebhook deleteBankAccount deleteBudget deleteTransaction deleteWebhook endAllSessions
        endSession inviteOwner linkTransactions prioritiseBudget rejectLink removeOwner replayWebhookDelivery
        revertImport revokeApiToken revokeInvitation rotateWebhookSecret testWebhook unarchiveBudget unlinkTransaction
        updateBankAccount updateBudget updateMe updateUser updateWebhook
    """,
}
"""By scope; those for which somebody must sign in come last."""

MUTATIONS = {mutation: scope for scope, mutations in SCOPES.items() for mutation in mutations.split()}


def needed(mutation: str) -> str | None:
    """The scope that a token must have beside `read`; None where no token is for it."""
    return MUTATIONS.get(mutation)
