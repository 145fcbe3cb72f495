"""I5: running balances and the order they run in."""

from .check import Check

CHAINS = (
    Check(
        invariant="I5 budget balance",
        table="entry",
        accounts=("budget.bank_account_id",),
        says="the entries up to it sum to {}, it says {}",
        query="""
            SELECT id, bank_account_id, expected, balance FROM (
                SELECT row.id, budget.bank_account_id, row.balance, budget.opening + SUM(row.amount) OVER (
                    PARTITION BY row.budget_id ORDER BY row.effective_at, row.seq ROWS UNBOUNDED PRECEDING
                ) AS expected
                FROM ledger_entry AS row JOIN ledger_budget AS budget ON budget.id = row.budget_id
                WHERE {scope}) AS chain
            WHERE expected <> balance""",
    ),
    Check(
        invariant="I5 account balances",
        table="transaction",
        accounts=("row.bank_account_id",),
        says="the transactions up to it sum to {} available and {} posted, it says {} and {}",
        query="""
            SELECT id, bank_account_id, available, posted, available_balance, posted_balance FROM (
                SELECT row.id, row.bank_account_id, row.available_balance, row.posted_balance,
                    account.opening_available + SUM(row.amount) OVER earlier AS available,
                    account.opening_posted + SUM(CASE WHEN row.pending THEN 0 ELSE row.amount END) OVER earlier
                        AS posted
                FROM ledger_transaction AS row JOIN ledger_bankaccount AS account ON account.id = row.bank_account_id
                WHERE {scope}
                WINDOW earlier AS (
                    PARTITION BY row.bank_account_id ORDER BY row.posted_date, row.seq ROWS UNBOUNDED PRECEDING
                )) AS chain
            WHERE available <> available_balance OR posted <> posted_balance""",
    ),
    Check(
        invariant="I5 date",
        table="entry",
        accounts=("row.bank_account_id",),
        says="dated {}, its parent {}",
        query="""
            SELECT row.id, row.bank_account_id, row.effective_at, COALESCE(whole.posted_date, moved.effective_at)
            FROM ledger_entry AS row
            LEFT JOIN ledger_transaction AS whole ON whole.id = row.transaction_id
            LEFT JOIN ledger_transfer AS moved ON moved.id = row.transfer_id
            WHERE {scope} AND row.effective_at <> COALESCE(whole.posted_date, moved.effective_at)""",
    ),
    Check(
        invariant="I5 numbering",
        table="bank account",
        accounts=("id",),
        says="the last number given is {}, a row bears {}",
        query="""
            SELECT id, id, CAST(last_seq AS TEXT), CAST(highest AS TEXT) FROM (
                SELECT row.id, row.last_seq, (
                    SELECT MAX(seq) FROM (
                        SELECT MAX(seq) AS seq FROM ledger_transaction WHERE bank_account_id = row.id
                        UNION ALL SELECT MAX(seq) FROM ledger_transfer WHERE bank_account_id = row.id
                        UNION ALL SELECT MAX(seq) FROM ledger_entry WHERE bank_account_id = row.id
                    ) AS given) AS highest
                FROM ledger_bankaccount AS row) AS numbered
            WHERE {scope} AND highest > last_seq""",
    ),
)
