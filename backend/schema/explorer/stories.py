"""The ready queries and mutations of the explorer's menu: each is a file in stories/, in the order of their names.

The comment that a file begins with is what the menu says: the title, after an empty line the description, and where
the document takes variables JSON at its end with what they are filled in with. `{{name}}` in it stands for one of
`FACTS`, which the page looks up among the user's own data:

    # A title
    #
    # What it tells, in a sentence or two.
    #
    # variables: {"account": "{{account}}", "since": "{{monthStart}}T00:00:00Z"}
    query ATitle($account: ID!, $since: DateTime!) { … }
"""

import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, parse

FOLDER = Path(__file__).parent / "stories"
LOOK_UPS = Path(__file__).parent / "facts.graphql"
"""The queries by which the page looks up what it fills in."""

FACTS = {
    "account": "the user's default account, or else the first one",
    "unallocated": "the budget that holds what nobody assigned there",
    "budget": "its budget with the greatest funding to come",
    "otherBudget": "another one",
    "bill": "its recurring budget with the greatest target",
    "billAmount": "that target, as a payment below zero",
    "transaction": "the latest posted payment of the account",
    "halfOfIt": "half of its amount",
    "cursor": "where the user's changes stood at the last visit before today, or else at the first one today",
    "newKey": "a random name for a write",
    "today": "a date in the user's time zone, like all that follow",
    "yesterday": "the day before",
    "tomorrow": "the day after",
    "weekAgo": "seven days before",
    "monthStart": "the first of the month",
    "nextMonthStart": "the first of the next one",
    "lastMonthStart": "the first of the one before",
    "yearStart": "the first of January",
    "monthAhead": "in 31 days",
    "quarterAhead": "in 92 days",
    "yearAhead": "in 365 days",
}
"""What can be filled in: ids, and dates such as 2026-11-01. static/explorer/facts.js finds them."""


class Malformed(ValueError):
    """A file of the folder is not what the docstring above says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    name: str
    """That of its file, without the number that orders it."""
    title: str
    description: str
    kind: str
    """`query` or `mutation`."""
    operation: str
    variables: dict[str, Any]
    """JSON with `{{name}}` in its strings."""
    query: str
    """The document without the comment before it."""

    def facts(self) -> set[str]:
        """What of `FACTS` it is filled in with."""
        return set(re.findall(r"{{(.*?)}}", json.dumps(self.variables)))


@cache
def stories() -> tuple[Story, ...]:
    """All of the folder."""
    return tuple(read(path) for path in sorted(FOLDER.glob("*.graphql")))


def for_page() -> dict[str, Any]:
    """What the page knows: the stories, and how to look up what they are filled in with."""
    return {"stories": [asdict(story) for story in stories()], "lookUps": LOOK_UPS.read_text(encoding="utf-8")}


def read(path: Path) -> Story:
    """One file; raises Malformed with its name."""
    lines = path.read_text(encoding="utf-8").splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    title, description, variables = _comment([line.removeprefix("#").strip() for line in lines[:end]], path=path)
    query = "\n".join(lines[end:]).strip() + "\n"
    definitions = parse(query).definitions
    operations = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].name is None:
        raise Malformed(f"{path.name}: one operation, with a name")
    return Story(
        name=re.sub(r"^\d+-", "", path.stem),
        title=title,
        description=description,
        kind=operations[0].operation.value,
        operation=operations[0].name.value,
        variables=variables,
        query=query,
    )


def _comment(lines: list[str], *, path: Path) -> tuple[str, str, dict[str, Any]]:
    """Title, description and variables."""
    text, _, variables = "\n".join(lines).partition("variables:")
    title, *others = [line for line in text.splitlines() if line] or [""]
    if not title or not others:
        raise Malformed(f"{path.name}: a comment with a title and a description comes first")
    return title, " ".join(others), json.loads(variables or "{}")
