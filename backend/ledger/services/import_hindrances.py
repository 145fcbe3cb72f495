"""What stands in the way of taking an import back: work of people on its rows, and imports that found them there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.ledger import errors
from backend.ledger.models import Budget, Change, Entry, StatementImport, Transaction
from backend.ledger.statements.decisions import Verdict

MOST_TOLD = 50
"""Rows that a refusal names; there may be more."""

SETTLED, LINKED, ATTACHMENT, REFUND = "settled", "linked", "attachment", "refund"
SPLIT, CATEGORY, EDITED = "split", "category", "edited"
KNOWN, ARCHIVED = "found_by_import", "budget_archived"
REASONS = (SETTLED, LINKED, ATTACHMENT, REFUND, SPLIT, CATEGORY, EDITED)
"""What somebody may have done to a row, the most telling first."""
SAYS = {
    SETTLED: "it has posted since, with another import or by hand",
    LINKED: "somebody linked it to another transaction",
    ATTACHMENT: "its image or document was changed",
    REFUND: "it is tied to a purchase, or a refund to it",
    SPLIT: "somebody changed how it lies on budgets",
    CATEGORY: "the category or memo of an allocation was changed",
    EDITED: "somebody changed it",
}
OF_TRANSACTION = {
    "pending": SETTLED,
    "amount": SETTLED,
    "linked_transaction_id": LINKED,
    "image": ATTACHMENT,
    "document": ATTACHMENT,
    "refund_of_id": REFUND,
}
AT_ONCE = 500


def found(
    record: StatementImport, *, entered: Sequence[Transaction], settled: Iterable[Transaction]
) -> Iterator[errors.Hindrance]:
    """Each row of the import with what stands in the way, in the order of the statement."""
    places = {UUID(state["transaction"]): state["place"] for state in record.undo}
    rows = {row.pk: row for row in [*entered, *settled]}
    places |= {row.pk: row.statement_place or 0 for row in entered}
    worked = _worked_on(record, rows)
    later = _found_later(record, rows)
    archived = _archived(record, rows)
    for key in sorted(worked.keys() | later.keys() | archived.keys(), key=lambda key: places[key]):
        if key in worked:
            reason = min(worked[key], key=REASONS.index)
            why = SAYS[reason]
        elif key in later:
            other = later[key]
            reason = KNOWN
            why = f"the import of {other.committed_at:%Y-%m-%d %H:%M} ({other.pk}) found it there; revert that first"
        else:
            reason, why = ARCHIVED, f"it lay on the budget {archived[key]}, which takes no money any more"
        row = rows[key]
        yield errors.Hindrance(
            place=places[key],
            row_id=key,
            reason=reason,
            message=f"Row {places[key] + 1} ({row.posted_date:%Y-%m-%d}, {row.description[:60]}): {why}.",
        )


def _worked_on(record: StatementImport, rows: dict[UUID, Transaction]) -> dict[UUID, set[str]]:
    """What people did to the rows since, as the history tells; what the service did itself does not count.

    What was changed back counts neither: a split that is as it was, a later import that was reverted.
    """
    since = Change.objects.filter(
        Q(noun=Change.Noun.TRANSACTION) | Q(noun=Change.Noun.ALLOCATION),
        bank_account=record.bank_account_id,
        pk__gt=record.last_change,
        actor__isnull=False,
    )
    ends: dict[tuple[str, UUID], dict[str, list[Any]]] = defaultdict(dict)
    parents: dict[UUID, UUID] = {}
    for noun, row_id, values in since.order_by("pk").values_list("noun", "row_id", "values"):
        for name, (old, new) in values.items():
            first, _ = ends[noun, row_id].get(name, (old, None))
            ends[noun, row_id][name] = [first, new]
        for each in filter(None, values.get("transaction_id", ())):
            parents[row_id] = UUID(each)
    parents |= _parents(rows) if ends else {}
    found: dict[UUID, set[str]] = defaultdict(set)
    for (noun, row_id), values in ends.items():
        key = row_id if noun == Change.Noun.TRANSACTION else parents.get(row_id)
        if key is not None and key in rows:
            differing = {name for name, (first, last) in values.items() if first != last}
            found[key] |= _reasons(noun, differing, linked=rows[key].linked_transaction_id is not None)
    for key in _purchases(rows):
        found[key].add(REFUND)
    return {key: reasons for key, reasons in found.items() if reasons}


def _reasons(noun: str, fields: set[str], *, linked: bool) -> set[str]:
    """What it means that these fields of a row differ."""
    if noun == Change.Noun.ALLOCATION:
        return {CATEGORY if fields <= {"category", "memo"} else SPLIT} if fields else set()
    reasons = {OF_TRANSACTION.get(name, EDITED) for name in fields}
    return reasons if linked else reasons - {LINKED}


def _parents(rows: dict[UUID, Transaction]) -> dict[UUID, UUID]:
    """The transaction of each allocation."""
    keys = list(rows)
    found: dict[UUID, UUID] = {}
    for start in range(0, len(keys), AT_ONCE):
        entries = Entry.objects.filter(transaction__in=keys[start : start + AT_ONCE])
        found |= dict(entries.values_list("pk", "transaction"))
    return found


def _purchases(rows: dict[UUID, Transaction]) -> Iterator[UUID]:
    """The rows that refunds are tied to."""
    keys = list(rows)
    for start in range(0, len(keys), AT_ONCE):
        tied = Transaction.objects.filter(refund_of__in=keys[start : start + AT_ONCE])
        yield from filter(None, tied.order_by().values_list("refund_of", flat=True).distinct())


def _found_later(record: StatementImport, rows: dict[UUID, Transaction]) -> dict[UUID, StatementImport]:
    """Rows that a later import which stands took for its own: without them, rows of its statement would be missing."""
    later = StatementImport.objects.filter(
        bank_account=record.bank_account_id,
        status=StatementImport.Status.COMMITTED,
        last_change__gt=record.last_change,
    )
    known: dict[UUID, StatementImport] = {}
    for other in later.only("committed_at").order_by("committed_at"):
        # Decisions can be long: those of one import at a time.
        for verdict, _, _, _, of, _, _ in later.values_list("decisions", flat=True).get(pk=other.pk):
            if of and verdict in {Verdict.DUPLICATE, Verdict.SETTLES} and UUID(of[0]) in rows:
                known[UUID(of[0])] = other
    return known


def _archived(record: StatementImport, rows: dict[UUID, Transaction]) -> dict[UUID, str]:
    """Rows of which a part would go back to a budget that takes none any more, with its name."""
    gone = Budget.objects.filter(bank_account=record.bank_account_id).exclude(archived=False, deleted_at=None)
    names = dict(gone.values_list("pk", "name"))
    found: dict[UUID, str] = {}
    for state in record.undo if names else ():
        key = UUID(state["transaction"])
        if key in rows and state["pending"]:
            lies = set(Entry.objects.filter(transaction=key).values_list("budget", flat=True))
            for _, budget_id, _, _, _ in state["parts"]:
                if UUID(budget_id) in names and UUID(budget_id) not in lies:
                    found[key] = names[UUID(budget_id)]
    return found
