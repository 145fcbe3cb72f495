"""Transactions as a table for spreadsheets: a row each, which the import of statements reads again.

Texts that a spreadsheet would calculate are defused; numbers stay numbers.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from uuid import UUID

from backend.ledger import access, currencies, formulas
from backend.ledger.models import BankAccount, Budget, Transaction, User

CHUNK = 1000
LONGEST_ACCOUNT = 32
"""Characters by which an import tells accounts apart."""

# An import reads the columns whose names banks use; the others bear names that no bank does.
HEADER = (
    "Date",
    "Transaction date",
    "Amount",
    "Currency",
    "Description",
    "Pending",
    "Type",
    "Bank account",
    "Own description",
    "Party",
    "Own note",
    "Category",
    "Budgets",
    "Available after",
    "Posted after",
    "Linked with",
    "Transaction id",
)


def pieces(user: User, *, account_id: UUID | None = None) -> Iterator[bytes]:
    """The table in pieces of some rows: of all accounts by age, or of one. The caller reads within one snapshot.

    Raises NotFound, instead of the first piece, for an account that is not the user's.
    """
    accounts = list(access.accounts(user).order_by("created_at", "pk"))
    if account_id is not None:
        accounts = [access.one(access.accounts(user), account_id, field="bank_account")]
    yield _written([HEADER])
    names = dict(Budget.objects.filter(bank_account__in=accounts).values_list("pk", "name"))
    labels = _labels(accounts)
    seen = access.transactions(user).values("pk")
    for account in accounts:
        rows = Transaction.objects.filter(bank_account=account).order_by("posted_date", "seq")
        linked = set(rows.filter(linked_transaction__in=seen).values_list("linked_transaction", flat=True))
        found = rows.prefetch_related("allocations").iterator(chunk_size=CHUNK)
        while chunk := list(islice(found, CHUNK)):
            yield _written([_row(row, account, labels[account.pk], names=names, linked=linked) for row in chunk])


def _labels(accounts: list[BankAccount]) -> dict[UUID, str]:
    """The names of the accounts; equal ones with a part of their ids."""
    wanted = {each.pk: each.name[:LONGEST_ACCOUNT] for each in accounts}
    counts = Counter(wanted.values())
    return {key: label if counts[label] == 1 else f"{label[:22]} {key.hex[:8]}" for key, label in wanted.items()}


def _row(
    row: Transaction, account: BankAccount, label: str, *, names: dict[UUID, str], linked: set[UUID | None]
) -> list[str]:
    code = str(account.currency)
    decimals = currencies.decimals(code)

    def amount(value: object) -> str:
        return f"{value:.{decimals}f}"

    parts = sorted(row.allocations.all(), key=lambda part: part.seq)
    texts = (
        row.raw_description,
        "yes" if row.pending else "no",
        row.get_transaction_type_display(),
        label,
        row.description,
        row.party or "",
        row.memo or "",
        "; ".join(dict.fromkeys(filter(None, (part.category for part in parts)))),
        "; ".join(f"{names[part.budget_id]}: {amount(part.amount)}" for part in parts),
    )
    return [
        row.posted_date.date().isoformat(),
        row.transaction_date.date().isoformat() if row.transaction_date else "",
        amount(row.amount),
        code,
        *map(formulas.defused, texts),
        amount(row.available_balance),
        amount(row.posted_balance),
        str(row.linked_transaction_id) if row.linked_transaction_id in linked else "",
        str(row.pk),
    ]


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(errors="replace")
