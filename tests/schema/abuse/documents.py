"""Documents that are deep, wide, long or endless."""

import json

from tests.schema.abuse.request import INVALID, SYNTAX, asked, limited, many, refused, stopped

ME = "{ me { ANY } }"
BUDGET = "{ bankAccounts { edges { node { budgets { edges { node { ANY } } } } } } }"
NODE = "{ node(id: ANY) { id } }"
INTROSPECTION = """
query IntrospectionQuery { __schema { queryType { name } mutationType { name } types { ...FullType }
  directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description
  fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated }
  inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description }
  possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name } } } } } } } }
"""


def within(levels: int) -> str:
    """Budgets within a budget, below accounts."""
    return BUDGET.replace("ANY", "fillupGoal { " * levels + "name" + "}" * levels)


def wide(levels: int) -> str:
    """A hundred rows below each of a hundred rows, so often."""
    lists = "bankAccounts", "budgets", "allocations", "transaction { allocations", "budget { transfers", "allocations"
    text = "uuid"
    for name in reversed(lists[:levels]):
        text = f"{name}(first: 100) {{ edges {{ node {{ {text} }} }} }}" + " }" * name.count("{")
    return f"{{ {text} }}"


def doubled(levels: int, kind: str, more: str = "") -> str:
    """Fragments each of which spreads the next one twice."""
    each = (f"fragment f{n} on {kind} {{ {more} ...f{n + 1} ... on {kind} {{ ...f{n + 1} }} }}" for n in range(levels))
    return " ".join(each) + f" fragment f{levels} on {kind} {{ a: name }}"


def circle(length: int) -> str:
    return "{ me { ...f0 } } " + " ".join(f"fragment f{n} on Me {{ ...f{(n + 1) % length} }}" for n in range(length))


DEEP = {
    "fields 11 deep": limited(within(8), "depth"),
    "fields 200 deep": limited(within(200), "depth"),
    "fields 5,000 deep": limited(within(5_000), "depth"),
    "inline fragments 300 deep": limited(ME.replace("ANY", "... { " * 300 + "name" + "}" * 300), "depth"),
    "inline fragments 5,000 deep": limited(ME.replace("ANY", "... { " * 5_000 + "name" + "}" * 5_000), "depth"),
    "brackets": refused("{" * 900, SYNTAX),
    "100,000 brackets": refused("{" * 100_000, SYNTAX),
    "closed brackets": limited("{ a " * 300 + "}" * 300, "depth"),
    "lists in an argument": limited(NODE.replace("ANY", "[" * 450 + "1" + "]" * 450), "depth"),
    "objects in an argument": limited(NODE.replace("ANY", "{a: " * 240 + "1" + "}" * 240), "depth"),
    "types of a variable": limited("query ($v: " + "[" * 400 + "Int" + "]" * 400 + ") { me { name } }", "depth"),
}
WIDE = {f"a hundred rows below a hundred, {n} deep": limited(wide(n), "cost") for n in range(2, 7)} | {
    "rows hidden in fragments": limited(
        "{ bankAccounts(first: 100) { ...a } } fragment a on BankAccountConnection { edges { node { ...b } } } "
        "fragment b on BankAccount { budgets(first: 100) { edges { node { uuid } } } }",
        "cost",
    ),
    "lists that are counted": limited(BUDGET.replace("ANY", many(15, "a#: allocations { totalCount }")), "cost"),
    "searches of everything": limited(
        "{" + many(6, 'a#: transactions(filters: {search: "a"}) { totalCount }') + "}", "cost"
    ),
    "the invariants of every account": limited(
        "{ bankAccounts(first: 100) { edges { node { ledgerCheck { ok } } } } }", "cost"
    ),
    "ten forecasts": limited(
        "{" + many(10, 'a#: forecast(account: "ACCOUNT", input: {until: "2028-01-01"}) { days { date } }') + "}", "cost"
    ),
    "a history of every day": limited(
        '{ bankAccounts(first: 100) { edges { node { balanceHistory(from: "0001-01-01", until: "9999-12-31", '
        "step: DAY) { date } } } } }",
        "cost",
    ),
}
ALIASED = {
    "16 aliases": limited(ME.replace("ANY", many(16, "a#: name")), "aliases"),
    "16 aliases in fragments": limited(
        "{ me { ...f ...g } } fragment f on Me { ... "
        "{" + many(8, "a#: name") + "} } fragment g on Me {" + many(8, "b#: name") + "}",
        "aliases",
    ),
    "330 aliases": limited(ME.replace("ANY", many(330, "a#: name")), "aliases"),
    "1,000 aliases": limited(ME.replace("ANY", many(1_000, "a#: name")), "tokens"),
    "10,000 aliases": limited("{" + many(10_000, "a#: __typename") + "}", "tokens"),
    "300 aliases at the root": limited("{" + many(300, "a#: __typename") + "}", "fields at the root"),
    "one field 50,000 times": limited(ME.replace("ANY", "name " * 50_000), "tokens"),
    "one field 990 times": limited(ME.replace("ANY", "name " * 990), "repetition"),
    "one field 990 times at the root": limited("{" + "__typename " * 990 + "}", "fields at the root"),
    "fields that overlap": limited("{" + "me { name timezone } " * 150 + "}", "fields at the root"),
    "fields that overlap below": asked("{ me { " + "defaultBankAccount { name bank { name } } " * 120 + "} }"),
    "fields that overlap and differ": refused(
        ME.replace("ANY", "defaultBankAccount {" + many(60, "transactions(first: #) { pageInfo { endCursor } }") + "}"),
        INVALID,
    ),
    "fragments that overlap": asked("{ me {" + many(90, "...f#") + "} }" + many(90, "fragment f# on Me { name }")),
    "fragments that overlap and differ": limited(
        "{ me {" + many(70, "...f#") + "} }" + many(70, "fragment f# on Me { a: name a: timezone }"), "aliases"
    ),
}
FRAGMENTS = {
    "fragments that double, 16 levels": limited(ME.replace("ANY", "...f0") + doubled(16, "Me"), "aliases"),
    "fragments that double, 60 levels": limited(BUDGET.replace("ANY", "...f0") + doubled(60, "Budget"), "aliases"),
    "fragments that double and nest": limited(
        ME.replace("ANY", "...f0") + doubled(40, "Me", "defaultBankAccount { name }"), "aliases"
    ),
    "fragments that double without aliases": asked(
        ME.replace("ANY", "...f0") + doubled(60, "Me").replace("a: name", "name")
    ),
    "a fragment within itself": refused("{ me { ...f } } fragment f on Me { name ...f }", INVALID),
    "a fragment within itself, deeper": refused(
        "{ budgets { edges { node { ...f } } } } fragment f on Budget { fillupGoal { ...f } }", INVALID
    ),
    "two fragments within each other": refused(circle(2), INVALID),
    "a circle of a hundred fragments": refused(circle(100), INVALID),
    "fragments within all others": refused(
        "{ me { ...f0 } }" + many(20, "fragment f# on Me { " + many(20, "...f@").replace("@", "#") + " }"), INVALID
    ),
    "an unknown fragment": refused("{ me { ...nowhere } }", INVALID),
    "400 unknown fragments": refused(ME.replace("ANY", many(400, "...f#")), INVALID),
    "unused fragments": refused("{ me { name } }" + many(120, "fragment f# on Me { name }"), INVALID),
    "one fragment 120 times": refused("{ me { ...f } }" + "fragment f on Me { name } " * 120, INVALID),
    "fragments on what is not there": refused(ME.replace("ANY", many(150, "... on Nothing# { name }")), INVALID),
    "a fragment on a scalar": refused("{ me { ... on String { name } } }", INVALID),
}
OPERATIONS = {
    "140 known directives": refused(ME.replace("ANY", "name " + "@include(if: true) " * 140), INVALID),
    "5,000 known directives": limited(ME.replace("ANY", "name " + "@include(if: true) " * 5_000), "tokens"),
    "400 unknown directives": refused(ME.replace("ANY", "name " + "@nothing " * 400), INVALID),
    "5,000 unknown directives": limited(ME.replace("ANY", "name " + "@nothing " * 5_000), "tokens"),
    "rows that are deferred": refused("{ me { ... @defer { name } } }", INVALID),
    "rows that are streamed": refused("{ categories @stream { name } }", INVALID),
    "many operations, none named": refused(many(120, "query q# { me { name } }"), INVALID),
    "many operations, one named": asked(many(120, "query q# { me { name } }"), operationName="q7"),
    "many operations, a costly one not named": limited(
        "query a { me { name } } query b " + wide(2), "cost", operationName="a"
    ),
    "5,000 operations": limited(many(5_000, "query q# { me { name } }"), "tokens"),
    "operations of one name": refused("query a { me { name } } " * 100, INVALID, operationName="a"),
    "an operation that is not there": refused("query a { me { name } }", "bad_request", operationName="b", status=400),
    "an operation without a name among others": refused("{ me { name } } query a { me { name } }", INVALID),
    "a subscription": refused("subscription { me { name } }", INVALID),
    "definitions of types": refused("type Query { a: Int } " * 100, "bad_request", status=400),
    "10 mutations": limited(
        "mutation {"
        + many(
            10, 'm#: createTransfer(input: {source: "UNALLOCATED", target: "BUDGET", amount: "1.00"}) { __typename }'
        )
        + "}",
        "fields at the root",
    ),
    "10 mutations in fragments": limited(
        "mutation { ...f ...g } fragment f on Mutation {"
        + many(5, 'm#: deleteBankAccount(id: "ACCOUNT") { __typename }')
        + "} fragment g on Mutation {"
        + many(5, 'n#: deleteBankAccount(id: "ACCOUNT") { __typename }')
        + "}",
        "fields at the root",
    ),
    "a mutation among costly reads": limited(
        'mutation { deleteBankAccount(id: "ACCOUNT") { __typename ... on Problem { code } } '
        'm: updateBankAccount(id: "ACCOUNT", input: {name: "x"}) { ... on BankAccount { '
        "transactions(first: 100) { edges { node { allocations(first: 100) { edges { node { uuid } } } } } } } } }",
        "cost",
    ),
}
INTROSPECTIVE = {
    "introspection": asked(INTROSPECTION),
    "introspection without end": limited(
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", "introspection"
    ),
    "introspection, deeper than there is": limited(
        "{ __schema { types { " + "ofType { " * 40 + "name" + " }" * 40 + "} } }", "depth"
    ),
    "introspection many times": limited(
        "{" + many(9, "a#: __schema { types { fields { type { fields { name } } } } }") + "}", "introspection"
    ),
    "introspection by fragments": limited(
        "{ __schema { types { ...t } } } fragment t on __Type { fields { type { ...u } } } "
        "fragment u on __Type { fields { args { type { fields { name } } } } }",
        "introspection",
    ),
    "one type many times": limited("{" + many(60, 'a#: __type(name: "Query") { name }') + "}", "fields at the root"),
}
TEXT = {
    "450 typos": refused(ME.replace("ANY", many(450, "nam#")), INVALID),
    "1,000 typos": limited(ME.replace("ANY", many(1_000, "nam#")), "tokens"),
    "typos of types": refused(many(60, "query q#($v: Strin#) { me { name } }"), INVALID, operationName="q1"),
    "typos of arguments": refused(ME.replace("ANY", many(150, "name(b#: 1)")), INVALID),
    "50,000 commas": asked(ME.replace("ANY", "name " + "," * 50_000)),
    "a million commas": stopped(json.dumps({"query": ME.replace("ANY", "name " + "," * 1_100_000)})),
    "500 comments": asked("{ me { name } } " + "#\n" * 500),
    "80,000 comments": limited("{ me { name } } " + "#\n" * 80_000, "tokens"),
    "a million comments": stopped(json.dumps({"query": "{ me { name } }" + "#\n" * 1_000_000})),
    "a long comment": asked("{ me { name } } #" + "x" * 200_000),
    "a long text": asked(NODE.replace("ANY", '"' + "x" * 200_000 + '"')),
    "a long text in a block": asked(NODE.replace("ANY", '"""' + "\n" * 100_000 + "  x" + '"""')),
    "a text of escapes": asked(NODE.replace("ANY", '"' + "\\u00e9" * 30_000 + '"')),
    "a text without end": refused(NODE.replace("ANY", '"' + "x" * 200_000), SYNTAX),
    "a long name": refused(ME.replace("ANY", "x" * 200_000), INVALID),
    "many long names": refused(ME.replace("ANY", many(80, "x#" + "x" * 3_000)), INVALID),
    "a large number": limited("{ transactions(first: " + "9" * 200_000 + ") { totalCount } }", "rows of a page"),
    "a large fraction": refused("{ transactions(first: 1." + "9" * 200_000 + "e99999) { totalCount } }", INVALID),
    "letters of other scripts": refused("{ mé { name } }", SYNTAX),
    "full-width letters": refused("{ \uff4d\uff45 { name } }", SYNTAX),
    "letters that turn the line": refused("{ me { \u202ename } }", SYNTAX),
    "emoji": refused("{ \U0001f4b6: me { name } }", SYNTAX),
    "a null character": refused("{ me { name\0 } }", SYNTAX),
    "half a character": refused('{ node(id: "\\ud800") { id } }', SYNTAX),
    "nothing": refused("", "bad_request", status=400),
    "nothing but blanks": refused(" \n\t" * 10_000, SYNTAX),
}
DOCUMENTS = {**DEEP, **WIDE, **ALIASED, **FRAGMENTS, **OPERATIONS, **INTROSPECTIVE, **TEXT}
