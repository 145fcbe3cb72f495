"""What else must be true of the rows: transfers, funding events (I4, I8), budgets, owners, links, refunds, webhooks."""

from backend.ledger.rules import webhooks

from .check import Check

_TOLD_OTHERWISE = " OR ".join(
    f"""(row.webhook_kinds LIKE '%%{kind}%%') <> EXISTS (
        SELECT 1 FROM ledger_webhook AS hook WHERE hook.bank_account_id = row.id
            AND hook.active AND CAST(hook.kinds AS TEXT) LIKE '%%"{kind}"%%')"""  # noqa: S608 (the kinds are constants)
    for kind in webhooks.KINDS
)

SHAPES = (
    Check(
        invariant="I4 legs",
        table="transfer",
        accounts=("row.bank_account_id",),
        says="moves {}, but its entries are not one of that less on the source and one of that more on the target",
        query="""
            SELECT row.id, row.bank_account_id, row.amount
            FROM ledger_transfer AS row LEFT JOIN ledger_entry AS leg ON leg.transfer_id = row.id
            WHERE {scope} GROUP BY row.id HAVING COUNT(leg.id) <> 2
                OR SUM(CASE WHEN leg.budget_id = row.source_id AND leg.amount = -row.amount THEN 1 ELSE 0 END) <> 1
                OR SUM(CASE WHEN leg.budget_id = row.target_id AND leg.amount = row.amount THEN 1 ELSE 0 END) <> 1""",
    ),
    Check(
        invariant="I7 link",
        table="transaction",
        accounts=("row.bank_account_id",),
        says="linked to {}, which is of the same account or not linked back",
        query="""
            SELECT row.id, row.bank_account_id, row.linked_transaction_id
            FROM ledger_transaction AS row JOIN ledger_transaction AS other ON other.id = row.linked_transaction_id
            WHERE {scope} AND (other.bank_account_id = row.bank_account_id
                OR other.linked_transaction_id IS NULL OR other.linked_transaction_id <> row.id)""",
    ),
    Check(
        invariant="refund",
        table="transaction",
        accounts=("row.bank_account_id",),
        says="a refund of {}, which is no money out, or is linked",
        query="""
            SELECT row.id, row.bank_account_id, row.refund_of_id
            FROM ledger_transaction AS row JOIN ledger_transaction AS other ON other.id = row.refund_of_id
            WHERE {scope} AND (row.amount < 0 OR other.amount > 0
                OR row.linked_transaction_id IS NOT NULL OR other.linked_transaction_id IS NOT NULL)""",
    ),
    Check(
        invariant="I8 moved",
        table="funding event",
        accounts=("row.bank_account_id",),
        says="its transfers sum to {}, it says {} moved of {} intended",
        query="""
            SELECT row.id, row.bank_account_id, COALESCE(SUM(moved.amount), 0), row.moved, row.intended
            FROM ledger_fundingevent AS row LEFT JOIN ledger_transfer AS moved ON moved.funding_event_id = row.id
            WHERE {scope} GROUP BY row.id
            HAVING COALESCE(SUM(moved.amount), 0) <> row.moved OR row.moved > row.intended""",
    ),
    Check(
        invariant="unallocated",
        table="bank account",
        accounts=("row.id",),
        says="has {} Unallocated budgets in use, not one",
        query="""
            SELECT row.id, row.id, CAST(COUNT(budget.id) AS TEXT)
            FROM ledger_bankaccount AS row LEFT JOIN ledger_budget AS budget ON budget.bank_account_id = row.id
                AND budget.is_unallocated AND NOT budget.archived AND budget.deleted_at IS NULL
            WHERE {scope} GROUP BY row.id HAVING COUNT(budget.id) <> 1""",
    ),
    Check(
        invariant="out of use",
        table="budget",
        accounts=("row.bank_account_id",),
        says="is archived or deleted, but holds {}",
        query="""
            SELECT row.id, row.bank_account_id, row.balance FROM ledger_budget AS row
            WHERE {scope} AND row.balance <> 0 AND (row.archived OR row.deleted_at IS NOT NULL)""",
    ),
    Check(
        invariant="complete",
        table="budget",
        accounts=("row.bank_account_id",),
        says="of type {} with {} of {} and a net funding of {}: complete is {}",
        query="""
            SELECT row.id, row.bank_account_id,
                row.budget_type, row.balance, row.target_balance, row.net_funding, CAST(row.complete AS TEXT)
            FROM ledger_budget AS row
            WHERE {scope} AND CASE
                WHEN row.target_balance <= 0 THEN row.complete
                WHEN row.budget_type IN ('C', 'A') THEN row.complete <> (row.balance >= row.target_balance)
                WHEN row.budget_type = 'G' THEN NOT row.complete
                    AND (row.balance >= row.target_balance OR row.net_funding >= row.target_balance)
                ELSE 1 = 0 END""",
    ),
    Check(
        invariant="owners",
        table="bank account",
        accounts=("row.id",),
        says="nobody owns it",
        query="""
            SELECT row.id, row.id FROM ledger_bankaccount AS row
            WHERE {scope} AND NOT EXISTS (
                SELECT 1 FROM ledger_bankaccount_owners AS owned WHERE owned.bankaccount_id = row.id)""",
    ),
    Check(
        invariant="webhooks",
        table="bank account",
        accounts=("row.id",),
        says="is said to tell its webhooks of “{}”, which is not what they ask for",
        query=f"""
            SELECT row.id, row.id, row.webhook_kinds FROM ledger_bankaccount AS row
            WHERE {{scope}} AND ({_TOLD_OTHERWISE})""",  # noqa: S608 (the kinds are constants)
    ),
)
