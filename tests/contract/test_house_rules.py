"""Rules of the house that no linter knows."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers/core/freshet"
MODULES = sorted(PACKAGE.rglob("*.py"))
BLOCKING = {"OpenAI", "QdrantClient", "requests", "urlopen"}


def names(path: Path) -> Iterator[str]:
    """Every name and attribute that a module mentions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name


def test_arrows_point_inward() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_only_settings_read_the_environment() -> None:
    readers = [path.name for path in MODULES if {"environ", "getenv"} & set(names(path))]
    assert readers == ["settings.py"]


def test_no_client_that_blocks_is_used() -> None:
    assert {str(path): found for path in MODULES if (found := BLOCKING & set(names(path)))} == {}


def test_functions_are_one_file_each() -> None:
    found = {path.relative_to(ROOT / "functions").as_posix() for path in ROOT.glob("functions/*/*.*")}
    assert found == {f"{name}/app.py" for name in {path.split("/")[0] for path in found}}


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PACKAGE / "openapi.json").read_bytes())
    return found


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in document()["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["$ref"]] if "$ref" in value else []
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_the_openapi_document_hangs_together() -> None:
    schemas = document()["components"]["schemas"]
    assert {found.removeprefix("#/components/schemas/") for found in references(document())} <= set(schemas)
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))
    for path, _, operation in operations():
        declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}
        assert operation["summary"]


@pytest.mark.parametrize(
    ("path", "verb"), [(path, verb) for path, verb, _ in operations() if path.endswith("/stream")]
)
def test_streams_are_described_as_streams(path: str, verb: str) -> None:
    answers = document()["paths"][path][verb]["responses"]["200"]["content"]
    assert list(answers) == ["text/event-stream"]
    assert answers["text/event-stream"]["schema"]["oneOf"]
