"""The mutations, a file per noun: each reads its input, makes one call of the ledger and answers with the row."""

import strawberry

from .accounts import AccountMutations
from .allocations import AllocationMutations
from .api_tokens import ApiTokenMutations
from .auto_spend import AutoSpendMutations
from .batches import BatchMutations
from .budgets import BudgetMutations
from .funding import FundingMutations
from .invitations import InvitationMutations
from .links import LinkMutations
from .refunds import RefundMutations
from .sessions import SessionMutations
from .statement_imports import StatementImportMutations
from .transactions import TransactionMutations
from .transfers import TransferMutations
from .users import UserMutations
from .webhooks import WebhookMutations


@strawberry.type(description="What can be changed; each answer is the thing as it is then, or the problem.")
class Mutation(
    AccountMutations,
    BudgetMutations,
    TransactionMutations,
    BatchMutations,
    AllocationMutations,
    RefundMutations,
    LinkMutations,
    AutoSpendMutations,
    TransferMutations,
    FundingMutations,
    StatementImportMutations,
    UserMutations,
    WebhookMutations,
    ApiTokenMutations,
    SessionMutations,
    InvitationMutations,
):
    pass


__all__ = ["Mutation"]
