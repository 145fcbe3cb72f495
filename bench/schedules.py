"""How long does it take at most to accept or refuse a schedule, and to find its next date?

    python -m bench.schedules

CPU time over schedules that are as heavy as the grammar allows, each with nothing kept from the one before. The time
to read the machine by is that of an ordinary rule.
"""

import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date

from backend.ledger import errors
from backend.ledger.rules import recurrence, schedule

ANCHOR, LATER, LAST = date(2026, 1, 15), date(2026, 6, 1), date(2125, 1, 1)
WEEK = "MO,TU,WE,TH,FR,SA,SU"
ORDINARY = "RRULE:FREQ=MONTHLY;BYMONTHDAY=15"


def listed(first: int, last: int) -> str:
    return ",".join(map(str, range(first, last)))


PARTS = [
    ["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"],
    ["", "INTERVAL=50", "INTERVAL=366"],
    ["", "COUNT={}", "UNTIL=21251231"],
    ["", f"BYDAY={WEEK}", "BYDAY=MO"],
    ["", f"BYMONTHDAY={listed(1, 32)}", "BYMONTH=2;BYMONTHDAY=29", "BYMONTH=2;BYMONTHDAY=30"],
    ["", f"BYWEEKNO={listed(1, 54)}", f"BYYEARDAY={listed(300, 340)}", "BYWEEKNO=53"],
    ["", "BYSETPOS=7", "BYSETPOS=-1"],
]
COUNTS = (99, 2000)


def texts() -> Iterator[str]:
    """Each combination of parts as one rule, and as many slightly different ones as a text may hold."""
    for parts in itertools.product(*PARTS):
        rule = "RRULE:" + ";".join(filter(None, parts))
        for count in COUNTS if "{}" in rule else (0,):
            yield rule.format(count)
            rules = [f"{rule.format(count - number)};WKST={day}" for number, day in enumerate(("MO", "TU", "WE"))]
            rules += [f"{rule.format(count - 3 - number)};WKST={day}" for number, day in enumerate(("TH", "FR"))]
            text = "\n".join(rules)
            if len(text) <= schedule.MAX_LENGTH:
                yield text


def main() -> int:
    ordinary = statistics.median(measured(ORDINARY)[0] for _ in range(50))
    found = sorted((measured(text) for text in texts()), reverse=True)
    print(f"an ordinary rule: {ordinary:.2f} ms of CPU, {len(found)} heavy texts at most {found[0][0]:.1f} ms")
    for outcome in ("accepted", "refused"):
        times = [took for took, how, _ in found if how == outcome]
        middle, most = statistics.median(times), max(times)
        print(f"{len(times):6} {outcome:9} median {middle:.2f} ms, longest {most:.2f} ms ({most / ordinary:.0f} times)")
    for took, how, text in found[:5]:
        print(f"{took:8.2f} ms {how:9} {text[:100]!r}")
    return 0 if found[0][0] <= 50 else 1


def measured(text: str) -> tuple[float, str, str]:
    """The longest of the steps in ms of CPU, the best of two goes, whether the text was accepted, and the text."""
    return min(once(text) for _ in range(2))


def once(text: str) -> tuple[float, str, str]:
    try:
        took = spent(lambda: schedule.check(text, anchor=ANCHOR))
    except errors.InvalidSchedule:
        return spent(lambda: refused(text)), "refused", text
    found = schedule.parse(text)
    for start in (LATER, LAST):
        took = max(took, spent(lambda: schedule.next_on_or_after(found, anchor=ANCHOR, start=start)))  # noqa: B023  called in this round
    return took, "accepted", text


def refused(text: str) -> None:
    try:
        schedule.check(text, anchor=ANCHOR)
    except errors.InvalidSchedule:
        return


def spent(call: Callable[[], object]) -> float:
    for kept in (recurrence._days_of_shape, recurrence.counted_end, recurrence._weeks):
        kept.cache_clear()
    started = time.process_time()
    call()
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
