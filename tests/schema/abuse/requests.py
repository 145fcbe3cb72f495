"""Requests of other kinds than the door takes."""

import json

from tests.schema.abuse.request import BAD, Request, refused, turned_away

QUERY = "{ me { name } }"
DELETE = 'mutation { deleteBankAccount(id: "ACCOUNT") { __typename } }'
ME, DELETION = (json.dumps({"query": text}) for text in (QUERY, DELETE))
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=part"


def parts(**fields: str) -> str:
    """The body of a form with files."""
    each = (
        f'--part\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()
    )
    return "".join(each) + "--part--\r\n"


UPLOAD = json.dumps({"query": DELETE, "variables": {"file": None}})
REQUESTS: dict[str, Request] = {
    "a query by GET": turned_away("", 405, method="GET", path="/graphql/?query={me{name}}"),
    "a mutation by GET": turned_away("", 405, method="GET", path=f"/graphql/?query={DELETE}"),
    "a mutation by GET with a body": turned_away(DELETION, 405, method="GET"),
    "a mutation by PUT": turned_away(DELETION, 405, method="PUT"),
    "a mutation by DELETE": turned_away(DELETION, 405, method="DELETE"),
    "a form": turned_away(f"query={DELETE}", 415, content_type=FORM),
    "JSON as a form": turned_away(DELETION, 415, content_type=FORM),
    "JSON as text": turned_away(DELETION, 415, content_type="text/plain"),
    "JSON as nothing": turned_away(DELETION, 415, content_type=""),
    "a bare document": turned_away(DELETE, 415, content_type="application/graphql"),
    "a form with a map": turned_away(
        parts(operations=UPLOAD, map='{"0": ["variables.file"]}', **{"0": "text"}), 415, content_type=PARTS
    ),
    "a map into the query": turned_away(
        parts(operations=UPLOAD, map='{"0": ["query"]}', **{"0": "text"}), 415, content_type=PARTS
    ),
    "a map into what Python keeps": turned_away(
        parts(operations=UPLOAD, map='{"0": ["variables.__class__.__init__"]}', **{"0": "x"}), 415, content_type=PARTS
    ),
    "a map of 10,000 places": turned_away(
        parts(operations=UPLOAD, map=json.dumps({"0": ["variables.file"] * 10_000}), **{"0": "x"}),
        415,
        content_type=PARTS,
    ),
    "a form without an end": turned_away("--part\r\n" * 20_000, 415, content_type=PARTS),
    "a batch of two": turned_away(f"[{ME}, {DELETION}]", 400),
    "a batch of a thousand": turned_away(f"[{', '.join([ME] * 1_000)}]", 400),
    "a batch of nothing": turned_away("[]", 400),
    "no JSON": turned_away("{", 400),
    "a number": turned_away("1", 400),
    "a query that is a number": turned_away('{"query": 1}', 400),
    "a query that is a list": turned_away(json.dumps({"query": [QUERY]}), 400),
    "no query": turned_away("{}", 400),
    "no query but the hash of one": turned_away(
        json.dumps({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}), 400
    ),
    "variables that are a list": turned_away(json.dumps({"query": QUERY, "variables": [1] * 10_000}), 400),
    "variables that are a text": turned_away(json.dumps({"query": QUERY, "variables": ME}), 400),
    "an operation name that is a list": turned_away(json.dumps({"query": QUERY, "operationName": [1]}), 400),
    "an operation name of 200,000 characters": refused(QUERY, BAD, operationName="x" * 200_000, status=400),
    "a number that is none": turned_away(f'{{"query": {json.dumps(QUERY)}, "variables": {{"v": NaN}}}}', 400),
    "bytes that are no text": turned_away(b"\xff\xfe" + DELETION.encode("utf-16"), 400),
    "JSON in another character set": turned_away(
        DELETION.encode("utf-16"), 400, content_type="application/json; charset=utf-16"
    ),
    "half a character": turned_away('{"query": "\\ud800"}', 400),
    "a key 10,000 times": turned_away("{" + '"query": 1, ' * 10_000 + '"query": 2}', 400),
    "keys without end": turned_away(json.dumps({f"k{n}": n for n in range(15_000)}), 400),
}
