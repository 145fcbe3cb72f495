"""I1 to I4: what sums to what."""

from .check import Check

SUMS = (
    Check(
        invariant="I1 sum",
        table="transaction",
        accounts=("row.bank_account_id",),
        says="its allocations sum to {}, it is {}",
        query="""
            SELECT row.id, row.bank_account_id, COALESCE(SUM(part.amount), 0), row.amount
            FROM ledger_transaction AS row LEFT JOIN ledger_entry AS part ON part.transaction_id = row.id
            WHERE {scope} GROUP BY row.id HAVING COALESCE(SUM(part.amount), 0) <> row.amount""",
    ),
    Check(
        invariant="I1 sign",
        table="entry",
        accounts=("row.bank_account_id",),
        says="an allocation of {} in a transaction of {}",
        query="""
            SELECT row.id, row.bank_account_id, row.amount, parent.amount
            FROM ledger_entry AS row JOIN ledger_transaction AS parent ON parent.id = row.transaction_id
            WHERE {scope} AND (row.amount = 0 OR (row.amount > 0) <> (parent.amount > 0))""",
    ),
    Check(
        invariant="I2",
        table="bank account",
        accounts=("row.id",),
        says="its budgets hold {}, its available balance is {}",
        query="""
            SELECT row.id, row.id, COALESCE(SUM(budget.balance), 0), row.available_balance
            FROM ledger_bankaccount AS row LEFT JOIN ledger_budget AS budget ON budget.bank_account_id = row.id
            WHERE {scope} GROUP BY row.id HAVING COALESCE(SUM(budget.balance), 0) <> row.available_balance""",
    ),
    Check(
        invariant="I3 available",
        table="bank account",
        accounts=("row.id",),
        says="opening and transactions sum to {}, its available balance is {}",
        query="""
            SELECT row.id, row.id, row.opening_available + COALESCE(SUM(part.amount), 0), row.available_balance
            FROM ledger_bankaccount AS row LEFT JOIN ledger_transaction AS part ON part.bank_account_id = row.id
            WHERE {scope} GROUP BY row.id
            HAVING row.opening_available + COALESCE(SUM(part.amount), 0) <> row.available_balance""",
    ),
    Check(
        invariant="I3 posted",
        table="bank account",
        accounts=("row.id",),
        says="opening and posted transactions sum to {}, its posted balance is {}",
        query="""
            SELECT row.id, row.id, row.opening_posted + COALESCE(SUM(part.amount), 0), row.posted_balance
            FROM ledger_bankaccount AS row
            LEFT JOIN ledger_transaction AS part ON part.bank_account_id = row.id AND NOT part.pending
            WHERE {scope} GROUP BY row.id
            HAVING row.opening_posted + COALESCE(SUM(part.amount), 0) <> row.posted_balance""",
    ),
    Check(
        invariant="I4 opening",
        table="budget",
        accounts=("row.bank_account_id",),
        says="opened with {}, not {}: Unallocated opens with what the account did, the others with nothing",
        query="""
            SELECT row.id, row.bank_account_id, row.opening,
                CASE WHEN row.is_unallocated THEN account.opening_available ELSE 0 END
            FROM ledger_budget AS row JOIN ledger_bankaccount AS account ON account.id = row.bank_account_id
            WHERE {scope} AND row.opening <> CASE WHEN row.is_unallocated THEN account.opening_available ELSE 0 END""",
    ),
    Check(
        invariant="I4 balance",
        table="budget",
        accounts=("bank_account_id",),
        says="opening, allocations and transfers sum to {}, its balance is {}",
        query="""
            SELECT id, bank_account_id, opening + allocated + moved_in - moved_out, balance FROM (
                SELECT row.id, row.bank_account_id, row.opening, row.balance,
                    (SELECT COALESCE(SUM(amount), 0) FROM ledger_entry
                        WHERE budget_id = row.id AND transaction_id IS NOT NULL) AS allocated,
                    (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfer WHERE target_id = row.id) AS moved_in,
                    (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfer WHERE source_id = row.id) AS moved_out
                FROM ledger_budget AS row) AS summed
            WHERE {scope} AND opening + allocated + moved_in - moved_out <> balance""",
    ),
    Check(
        invariant="I4 net funding",
        table="budget",
        accounts=("bank_account_id",),
        says="its transfers sum to {}, its net funding is {}",
        query="""
            SELECT id, bank_account_id, moved_in - moved_out, net_funding FROM (
                SELECT row.id, row.bank_account_id, row.net_funding,
                    (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfer WHERE target_id = row.id) AS moved_in,
                    (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfer WHERE source_id = row.id) AS moved_out
                FROM ledger_budget AS row) AS summed
            WHERE {scope} AND moved_in - moved_out <> net_funding""",
    ),
)
