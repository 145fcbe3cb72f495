"""The printed API documents: the GraphQL schema and the OpenAPI description.

python -m tests.documents write     writes them
python -m tests.documents check     exit code 1 if one of them is not what the code would write
"""

import difflib
import os
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
GRAPHQL = ROOT / "backend/schema/schema.graphql"
OPENAPI = ROOT / "docs/openapi.yaml"


def main(arguments: list[str]) -> int:
    if arguments not in (["write"], ["check"]):
        sys.exit(__doc__)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    stale = 0
    for path, text in printed().items():
        if arguments == ["write"]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        elif difference := compare(path, text):
            print(f"{path.relative_to(ROOT)} is stale; `make schema` writes it anew:\n{difference}")
            stale = 1
    return stale


def printed() -> dict[Path, str]:
    """The documents as the code would write them now."""
    from backend.schema import root

    return {GRAPHQL: root.schema.as_str() + "\n", OPENAPI: openapi()}


def openapi() -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.yaml"
        call_command("spectacular", file=str(path), validate=True, fail_on_warn=True)
        return path.read_text()


def compare(path: Path, text: str) -> str:
    """The first lines that differ, as a diff."""
    before = path.read_text().splitlines() if path.exists() else []
    return "\n".join(list(difflib.unified_diff(before, text.splitlines(), "committed", "code", lineterm=""))[:30])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
