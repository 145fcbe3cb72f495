"""City and state at the end of a bank's description.

Banks write them without a mark, so this is a guess from the state's code, the columns, and how cities are named.
"""

import re
from collections.abc import Sequence

GAP = "\0"
"""A word that stands for a number that was taken out: what follows is often the city."""

_STATES = frozenset(
    """
    AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA
    PR RI SC SD TN TX UT VT VA WA WV WI WY AB BC MB NB NL NS ON PE QC SK
    """.split()
)
_COUNTRIES = frozenset({"US", "USA", "CA", "CAN"})
_CITIES_OF_AMBIGUOUS_STATES = {
    "CO": frozenset({"DENVER", "BOULDER", "AURORA", "SPRINGS", "COLLINS", "LAKEWOOD", "LITTLETON", "GOLDEN", "VAIL"}),
    "IN": frozenset({"INDIANAPOLIS", "BLOOMINGTON", "WAYNE", "EVANSVILLE", "BEND", "CARMEL", "LAFAYETTE", "GARY"}),
}
"""A name may end in CO or IN: without other signs they are states only after one of these."""
_CITY_BEGINS = frozenset(
    """
    ANN BATON BOCA BOWLING CHAPEL CHULA COLORADO CORPUS COSTA DALY DES EAST EL FORT FOSTER FT GRAND GREEN HALF HIGH
    KANSAS KEY LA LAKE LAS LITTLE LONG LOS MOUNT MT NEW NORTH OKLAHOMA PALM PALO PANAMA PORT REDWOOD SAINT SALT SAN
    SANTA SANTO SIOUX SOUTH ST ST. VIRGINIA WEST
    """.split()
)
_CITY_ENDS = frozenset(
    """
    CITY BEACH SPRINGS HILLS FALLS VALLEY HEIGHTS PARK CREEK BAY GROVE ROCK RAPIDS VIEW ISLAND MESA OAKS LAKES SHORES
    """.split()
)
_ZIP = re.compile(r"[0-9]{5}(?:-[0-9]{4})?")


def without_place_columns(columns: Sequence[str]) -> list[str]:
    """The columns of a description without those at its end that hold city and state, or a state alone."""
    words = _to_state(columns[-1].split())
    if len(columns) == 1 or len(words) > 4 or not words or words[-1] not in _STATES:
        return list(columns)
    return list(columns[: -2 if len(words) == 1 and len(columns) > 2 else -1])


def without_place(words: Sequence[str]) -> list[str]:
    """The words without GAPs, and without a city and state at their end. At least the first word stays."""
    left = _to_state(words)
    if len(left) > 1 and left[-1] in _STATES:
        state = left.pop()
        if GAP in left:
            return left[: left.index(GAP)]
        if state not in _CITIES_OF_AMBIGUOUS_STATES or left[-1] in _CITIES_OF_AMBIGUOUS_STATES[state]:
            return _without_city(left)
    return [word for word in words if word != GAP]


def _without_city(words: list[str]) -> list[str]:
    left = words[:1]
    rest = words[1:]
    if rest:
        has_two_words = rest.pop().upper() in _CITY_ENDS
        while rest and (has_two_words or rest[-1].upper() in _CITY_BEGINS):
            rest.pop()
            has_two_words = False
    return left + rest


def _to_state(words: Sequence[str]) -> list[str]:
    """The words without what may follow a state: GAPs, ZIP code, country."""
    left = _without_zip(words)
    if left and left[-1] in _COUNTRIES:
        before = _without_zip(left[:-1])
        if before and before[-1] in _STATES:
            return before
    return left


def _without_zip(words: Sequence[str]) -> list[str]:
    left = list(words)
    while left and (left[-1] == GAP or _ZIP.fullmatch(left[-1])):
        left.pop()
    return left
