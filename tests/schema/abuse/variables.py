"""Variables and arguments that are huge, hidden or of the wrong kind."""

import base64
import json
from typing import Any

from tests.schema.abuse.request import INVALID, Request, asked, limited, refused, stopped, turned_away

PAGE = "rows of a page"
COUNT = "query ($size: Int%s) { transactions(first: $size) { totalCount } }"
COUNTED = '{ transactions(%s: "%s") { totalCount } }'
BUDGETS = "edges { node { budgets(first: $n) { edges { node { uuid } } } } }"
NESTED = f"query ($n: Int! = 100) {{ bankAccounts(first: $n) {{ {BUDGETS} }} }}"
NESTED_IN_FRAGMENT = (
    "query ($n: Int) { bankAccounts(first: $n) { ...accounts } } "
    f"fragment accounts on BankAccountConnection {{ {BUDGETS} }}"
)
SKIPPED = f"query ($no: Boolean!) {{ bankAccounts(first: 100) @skip(if: $no) {{ {BUDGETS} }} }}".replace("$n)", "100)")
CONDITION = "query ($no: Boolean!) { me { name @skip(if: $no) timezone @include(if: $no) } }"
BY_NUMBERS = "query ($sizes: [Int!]) { transactions(first: $sizes) { totalCount } }"
BY_IDS = "query ($ids: [ID!]) { transactions(filters: {accounts: $ids}) { edges { node { uuid } } } }"
BY_WORDS = "query ($words: [String!]) { transactions(filters: {categories: $words}) { edges { node { uuid } } } }"
SEARCH = "query ($text: String) { transactions(filters: {search: $text}) { edges { node { uuid } } } }"
SIZE = "query ($size: AmountRange) { transactions(filters: {size: $size}) { edges { node { uuid } } } }"
ENTER = (
    "mutation ($rows: [NewTransactionInput!]!) "
    '{ createTransactions(account: "ACCOUNT", transactions: $rows) { __typename ... on Problem { code } } }'
)
ROW = {"amount": "-1.00", "postedDate": "2026-06-01T00:00:00Z", "rawDescription": "x"}
FORESEE = (
    "query ($flows: [ForecastFlowInput!]!) "
    '{ forecast(account: "ACCOUNT", input: {until: "2028-06-01", flows: $flows}) { days { on } } }'
)
FLOW = {"amount": "-1.00", "name": "x"}
HISTORY = (
    '{ bankAccount(id: "ACCOUNT") { balanceHistory(from: "0001-01-01", until: "9999-12-31", step: DAY) '
    "{ __typename } } }"
)


def cursor(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def raw(query: str, variables: str) -> bytes:
    """A body with variables as they stand."""
    return f'{{"query": {json.dumps(query)}, "variables": {variables}}}'.encode()


def given(name: str, value: object) -> dict[str, Any]:
    return {"variables": {name: value}}


UNUSED = {
    "an unused number": asked("{ me { name } }", **given("v", 1e30)),
    "an unused number of 400 digits": turned_away(raw("{ me { name } }", '{"v": ' + "9" * 400 + "}"), 400),
    "an unused list of 100,000": asked("{ me { name } }", **given("v", [0] * 100_000)),
    "a list of a million": stopped(raw("{ me { name } }", '{"v": [' + "0," * 1_000_000 + "0]}")),
    "a text of 5 MB": stopped(raw("{ me { name } }", '{"v": "' + "x" * 5_000_000 + '"}')),
    "a text of 300 kB": turned_away(raw("{ me { name } }", '{"v": "' + "x" * 300_000 + '"}'), 413),
    "an object 20,000 deep": turned_away(
        raw("{ me { name } }", '{"v": ' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "}"), 400
    ),
    "a list 100,000 deep": turned_away(raw("{ me { name } }", '{"v": ' + "[" * 100_000 + "]" * 100_000 + "}"), 400),
    "an object 200 deep": asked("{ me { name } }", **given("v", json.loads('{"a":' * 200 + "1" + "}" * 200))),
    "10,000 variables": asked("{ me { name } }", variables={f"v{n}": n for n in range(10_000)}),
    "a name many times": asked("{ me { name } }", **given("__proto__", {"constructor": 1})),
}
SIZES = {
    "a page of 0": asked("{ transactions(first: 0) { totalCount } }"),
    "a page of 100": asked("{ transactions(first: 100) { totalCount } }"),
    "a page of 101": limited("{ transactions(first: 101) { totalCount } }", PAGE),
    "a page of less than nothing": limited("{ transactions(first: -1) { totalCount } }", PAGE),
    "a page at both ends": refused("{ transactions(first: 1, last: 1) { totalCount } }", "invalid"),
    "a page without a size": asked("{ transactions { totalCount } }"),
    "pages without a size": asked("{ bankAccounts { edges { node { budgets { edges { node { uuid } } } } } } }"),
    "a page of 101 in a variable": limited(COUNT % "", PAGE, **given("size", 101)),
    "a page of 10^30 in a variable": refused(COUNT % "", INVALID, **given("size", 1e30)),
    "a page of 2^63 in a variable": limited(COUNT % "", PAGE, **given("size", 2**63)),
    "a page of text in a variable": refused(COUNT % "", INVALID, **given("size", "100")),
    "a page of a list in a variable": refused(COUNT % "", INVALID, **given("size", [100] * 9_000)),
    "a page of true in a variable": refused(COUNT % "", INVALID, **given("size", True)),
    "a page hidden in a default": limited(COUNT % " = 101", PAGE),
    "a page null instead of a default": asked(COUNT % " = 101", **given("size", None)),
    "pages hidden in a variable": limited(NESTED, "cost", **given("n", 100)),
    "pages hidden in a default": limited(NESTED, "cost"),
    "pages hidden in a fragment": limited(NESTED_IN_FRAGMENT, "cost", **given("n", 100)),
    "pages whose variable is not declared": limited(
        NESTED.replace("$n: Int! = 100", "$m: Int"), "cost", **given("n", 100)
    ),
    "costly rows that are skipped": limited(SKIPPED, "cost", **given("no", True)),
    "costly rows that are not included": limited(SKIPPED.replace("@skip", "@include"), "cost", **given("no", False)),
    "a condition that is missing": refused(CONDITION, INVALID),
    "a condition that is no boolean": refused(CONDITION, INVALID, **given("no", "true")),
    "conditions": asked(CONDITION, **given("no", True)),
}
CURSORS = {
    f"a cursor {name}": refused(COUNTED % (end, text), "invalid")
    for end in ("after", "before")
    for name, text in {
        "of blanks": "   ",
        "that is none": "x",
        "of 200,000 characters": "A" * 200_000,
        "that nests": cursor("row:" + "[" * 60_000),
        "of another list": cursor('row:["name","x","ACCOUNT"]'),
        "with a text for a number": cursor('row:["-posted_date,-seq","2026-01-01T00:00:00Z","1; DROP","ACCOUNT"]'),
        "of an endless number": cursor('row:["-posted_date,-seq","2026-01-01T00:00:00Z","' + "9" * 60_000 + '","x"]'),
        "of a null": cursor("row:null"),
        "with null characters": cursor('row:["-posted_date,-seq","\0","1","\0"]'),
    }.items()
}
LISTS = {
    "100,000 numbers": refused(BY_NUMBERS, INVALID, **given("sizes", [1] * 100_000)),
    "6,000 ids": refused(BY_IDS, "invalid", **given("ids", ["ACCOUNT"] * 6_000)),
    "60,000 ids that are none": refused(BY_IDS, "invalid", **given("ids", ["a"] * 60_000)),
    "an id of 200,000 characters": refused(BY_IDS, "not_found", **given("ids", ["a" * 200_000])),
    "20,000 categories": refused(BY_WORDS, "invalid", **given("words", ["Food"] * 20_000)),
    "a category of 200,000 characters": refused(BY_WORDS, "invalid", **given("words", ["x" * 200_000])),
    "a search of 200,000 characters": refused(SEARCH, "invalid", **given("text", "x" * 200_000)),
    "a search of 50 words": refused(SEARCH, "invalid", **given("text", "x " * 50)),
    "a search of wildcards": asked(SEARCH, **given("text", "%" * 50 + "_" * 50)),
    "a search of quotes": asked(SEARCH, **given("text", '"' * 99)),
    "an amount of 10^30": refused(SIZE, INVALID, **given("size", {"min": "1e30"})),
    "an amount of 100,000 digits": refused(SIZE, INVALID, **given("size", {"min": "9" * 100_000})),
    "an amount that is none": refused(SIZE, INVALID, **given("size", {"min": "NaN"})),
    "fields that an input lacks": refused(SIZE, INVALID, **given("size", {f"x{n}": 1 for n in range(10_000)})),
    "10,000 rows to enter": refused(ENTER, INVALID, **given("rows", [{}] * 10_000)),
    "501 rows to enter": refused(ENTER, "invalid", **given("rows", [ROW] * 501)),
    "500 flows to foresee": refused(FORESEE, "invalid", **given("flows", [FLOW] * 500)),
    "a schedule without end": refused(
        FORESEE, "invalid_schedule", **given("flows", [{**FLOW, "schedule": "RRULE:FREQ=SECONDLY"}])
    ),
    "100 daily flows": refused(FORESEE, "invalid", **given("flows", [{**FLOW, "schedule": "RRULE:FREQ=DAILY"}] * 100)),
    "a history of ten thousand years": refused(HISTORY, "invalid"),
}
DOCUMENTS: dict[str, Request] = {**UNUSED, **SIZES, **CURSORS, **LISTS}
