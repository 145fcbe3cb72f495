"""The page that a browser gets at /graphql/, its ready queries, and the files it is made of."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from graphql import OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values

from backend.schema import limits, root
from backend.schema.explorer import stories

SCHEMA = root.schema._schema
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
EXPLORER = Path(stories.__file__).parent
VENDOR = EXPLORER / "static/explorer/vendor"
SAMPLES = {
    name: "2026-11-05" if re.search("day|Start|Ago|Ahead|morrow", name) else "QnVkZ2V0OjE=" for name in stories.FACTS
} | {"halfOfIt": "12.50", "billAmount": "-900.00"}


def page(client: Client) -> str:
    return client.get("/graphql/", headers={"Accept": BROWSER}).content.decode()


# The page


def test_a_browser_gets_the_explorer_and_no_cache_keeps_it(client: Client) -> None:
    answer = client.get("/graphql/", headers={"Accept": BROWSER})

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Vary"] == "Accept"
    assert 'id="sign-in"' in answer.content.decode()


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/*", "text/html;q=0", "", "nonsense"])
def test_whoever_does_not_name_html_is_told_to_post(client: Client, accept: str) -> None:
    answer = client.get("/graphql/?query={me{username}}", headers={"Accept": accept})

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_only_looking_brings_the_page(client: Client, method: str) -> None:
    assert getattr(client, method)("/graphql/", headers={"Accept": BROWSER}).status_code == 405


def test_a_post_is_a_request_whatever_it_accepts(client: Client) -> None:
    answer = client.post("/graphql/", "{}", content_type="application/json", headers={"Accept": BROWSER})

    assert answer.status_code == 401


def test_the_page_may_run_its_own_files_alone(client: Client) -> None:
    first, second = (client.get("/graphql/", headers={"Accept": BROWSER}) for _ in range(2))
    policy = dict(each.strip().split(" ", 1) for each in first["Content-Security-Policy"].split(";"))
    (nonce,) = re.findall(r'nonce="([^"]+)"', first.content.decode())

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["font-src"] == "'self'"
    assert policy["style-src"] == f"'self' 'nonce-{nonce}'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert nonce not in second["Content-Security-Policy"]


def test_no_script_and_no_style_stands_in_the_page(client: Client) -> None:
    text = page(client)

    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", text) == ['<script id="stories" type="application/json">']
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)


def test_every_file_that_the_page_names_is_there(client: Client) -> None:
    named = re.findall(r'(?:src|href)="([^"]*)"', page(client))

    assert len(named) > 5
    assert [each for each in named if each != "/" and not finders.find(each.removeprefix("/static/"))] == []


def test_nothing_of_the_page_lies_on_another_host(client: Client) -> None:
    own = [path for path in (EXPLORER / "static/explorer").glob("*.*") if path.suffix in (".js", ".css")]
    texts = [page(client), *(path.read_text() for path in own)]

    assert len(own) > 5
    assert [text for text in texts if re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text)] == []


# The files from packages


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_bundle_is_what_the_locked_packages_gave() -> None:
    """`make explorer` makes it anew."""
    record = json.loads((VENDOR / "built.json").read_text())

    assert {name: digest(EXPLORER / "packages" / name) for name in record["from"]} == record["from"]
    assert {path.name: digest(path) for path in VENDOR.iterdir() if path.name != "built.json"} == record["made"]
    assert {"package-lock.json", "build.mjs", "entry.mjs"} == set(record["from"])


def test_packages_are_pinned_by_version_and_content() -> None:
    wanted = json.loads((EXPLORER / "packages/package.json").read_text())
    lock = json.loads((EXPLORER / "packages/package-lock.json").read_text())
    installed = {name: each for name, each in lock["packages"].items() if name}

    versions = (wanted["dependencies"] | wanted["devDependencies"]).values()
    assert [each for each in versions if not each[0].isdigit()] == []
    assert [name for name, each in installed.items() if not each["integrity"].startswith("sha512-")] == []
    assert [name for name, each in installed.items() if "resolved" in each] == []


def test_the_bundle_names_no_source_map_and_carries_its_licences() -> None:
    texts = {path.name: path.read_text() for path in VENDOR.iterdir() if path.suffix != ".woff2"}

    assert [name for name, text in texts.items() if "sourceMappingURL" in text] == []
    assert all(f"\n{name} " in f"\n{texts['LICENSES.txt']}" for name in ("graphiql", "react", "codemirror", "graphql"))


# Ready queries


def test_the_menu_is_in_the_page_with_what_it_takes_to_fill_it_in(client: Client) -> None:
    (data,) = re.findall(r'<script id="stories" type="application/json">(.*?)</script>', page(client), re.DOTALL)
    found = json.loads(data)

    assert [each["title"] for each in found["stories"]] == [each.title for each in stories.stories()]
    assert found["lookUps"] == stories.LOOK_UPS.read_text()


def test_the_menu_tells_the_story() -> None:
    assert stories.stories()[0].title == "The month at a glance"
    assert len({each.name for each in stories.stories()}) == len(stories.stories())
    assert len({each.operation for each in stories.stories()}) == len(stories.stories())


@pytest.mark.parametrize("story", stories.stories(), ids=lambda story: story.name)
def test_a_ready_document_fits_the_schema(story: stories.Story) -> None:
    document = parse(story.query)
    (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    text = re.sub(r"{{(.*?)}}", lambda found: SAMPLES[found[1]], json.dumps(story.variables))
    variables = json.loads(text)
    coerced = get_variable_values(SCHEMA, list(operation.variable_definitions or ()), variables)

    assert validate(SCHEMA, document) == []
    assert not isinstance(coerced, list), coerced
    assert set(variables) <= {each.variable.name.value for each in operation.variable_definitions or ()}
    limits.Measure(SCHEMA, document, variables).check()


@pytest.mark.parametrize("story", stories.stories(), ids=lambda story: story.name)
def test_a_ready_document_says_what_it_is_and_asks_for_known_facts(story: stories.Story) -> None:
    assert 3 < len(story.title) <= 40
    assert story.title[0].isupper()
    assert not story.title.endswith(".")
    assert story.description.endswith(".")
    assert story.facts() <= stories.FACTS.keys()


def test_looking_up_what_is_filled_in_fits_the_schema() -> None:
    document = parse(stories.LOOK_UPS.read_text())

    assert validate(SCHEMA, document) == []
    limits.Measure(SCHEMA, document, {}).check()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("query A { me { name } }", "comment"),
        ("# Only a title\nquery A { me { name } }", "comment"),
        ("# A title\n#\n# A text.\n{ me { name } }", "name"),
        ("# A title\n#\n# A text.\nquery A { me { name } } query B { me { name } }", "one operation"),
    ],
)
def test_a_file_that_is_no_story_says_what_is_missing(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "1-wrong.graphql"
    path.write_text(text)

    with pytest.raises(stories.Malformed, match=f"1-wrong.graphql: .*{why}"):
        stories.read(path)


def test_a_file_is_read_with_its_comment_and_its_variables(tmp_path: Path) -> None:
    path = tmp_path / "3-some-name.graphql"
    path.write_text(
        '# A title\n#\n# A text\n# of two lines.\n#\n# variables: {\n#   "day": "{{today}}"\n# }\n'
        "mutation Do($day: Date!) { do(day: $day) }\n\nfragment None on Query { me { name } }\n"
    )

    assert stories.read(path) == stories.Story(
        name="some-name",
        title="A title",
        description="A text of two lines.",
        kind="mutation",
        operation="Do",
        variables={"day": "{{today}}"},
        query="mutation Do($day: Date!) { do(day: $day) }\n\nfragment None on Query { me { name } }\n",
    )
