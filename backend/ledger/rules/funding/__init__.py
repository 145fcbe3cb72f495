"""Scheduled funding, as one pure simulation: what the engine does, what comes next, what the future holds.

Amounts are computed from the ledger as it stood at the start of an event's day, so that a run that comes late gives
what a run in time would have given; what is moved is there then and now.
"""

from .envelopes import (
    DEFERRED,
    DONE,
    FAILED,
    FUND,
    NEVER,
    RECUR,
    SHORT,
    SKIPPED,
    Change,
    Deferred,
    Envelope,
    Key,
    Short,
    Skip,
    State,
    Terms,
)
from .facts import BY_OWNER, NOT_IN_YET, Facts, Plain, facts_from_plain, told
from .forecast import Flow, Forecast, Shortfall, forecast
from .intents import Intent
from .plan import earliest, plan
from .terms import UNREADABLE, following, from_plain, next_date, terms_of, to_plain
from .whatif import Draft

__all__ = [
    "BY_OWNER",
    "DEFERRED",
    "DONE",
    "FAILED",
    "FUND",
    "NEVER",
    "NOT_IN_YET",
    "RECUR",
    "SHORT",
    "SKIPPED",
    "UNREADABLE",
    "Change",
    "Deferred",
    "Draft",
    "Envelope",
    "Facts",
    "Flow",
    "Forecast",
    "Intent",
    "Key",
    "Plain",
    "Short",
    "Shortfall",
    "Skip",
    "State",
    "Terms",
    "earliest",
    "facts_from_plain",
    "following",
    "forecast",
    "from_plain",
    "next_date",
    "plan",
    "terms_of",
    "to_plain",
    "told",
]
