"""A ledger of one account as the matching sees it: what it knows after each file."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from backend.ledger.statements import Row, matching


def import_all(*files: Sequence[Row], source: str = "ofx") -> tuple[list[matching.Known], list[matching.Plan]]:
    """What the ledger knows after these files, and what each file's plan was."""
    known: list[matching.Known] = []
    plans = []
    for rows in files:
        known, plan = imported(known, rows, source=source)
        plans.append(plan)
    return known, plans


def imported(
    known: Sequence[matching.Known], rows: Sequence[Row], *, source: str = "ofx"
) -> tuple[list[matching.Known], matching.Plan]:
    plan = matching.plan(rows, source=source, known=known)
    posted = {each.id: (one, key) for each, one, key in plan.posted}
    assert len(posted) == len(plan.posted)
    after = [
        replace(each, key=posted[each.id][1], amount=posted[each.id][0].amount) if each.id in posted else each
        for each in known
    ]
    after += [
        matching.Known(id=uuid4(), key=key, posted_on=one.posted_on, amount=one.amount, description=one.description)
        for one, key in plan.new
    ]
    keys = [each.key for each in after if each.key]
    assert len(set(keys)) == len(keys)
    return after, plan
