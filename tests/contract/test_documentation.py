"""Documents that can drift are held to the code: routes, settings, errors, commands, links."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from freshet.errors import FreshetError
from freshet.settings import Settings
from infra import openapi

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


def table(path: Path, name: str) -> list[list[str]]:
    """The cells of the rows between `<!-- name -->` and `<!-- /name -->`, without the head."""
    text = path.read_text()
    inside = text[text.index(f"<!-- {name} -->") : text.index(f"<!-- /{name} -->")]
    rows = [line.strip("|").split("|") for line in inside.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def kinds(error: type[FreshetError]) -> Iterator[type[FreshetError]]:
    yield error
    for kind in error.__subclasses__():
        yield from kinds(kind)


def test_the_shipped_openapi_document_is_what_the_functions_say() -> None:
    assert openapi.TARGET.read_bytes() == openapi.rendered()


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_route_is_in_the_readme_and_no_other(readme: Path) -> None:
    described = {(row[0].strip("`"), row[1]) for row in table(readme, "routes")}
    paths = json.loads(openapi.TARGET.read_bytes())["paths"]
    served = {
        (f"{verb.upper()} {path}", operation["tags"][0])
        for path, verbs in paths.items()
        for verb, operation in verbs.items()
    }
    assert described == served


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_setting_is_in_the_readme_with_its_default(readme: Path) -> None:
    described = [(row[0].strip("`"), row[1].strip("`")) for row in table(readme, "settings")]
    defaults = {name.upper(): field.default for name, field in Settings.model_fields.items()}
    shown = [
        (name, str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in defaults.items()
    ]
    assert described == shown


def test_every_error_is_in_the_catalogue_with_its_status() -> None:
    described = [(row[0].strip("`"), int(row[1])) for row in table(ROOT / "docs/errors.md", "codes")]
    assert sorted(described) == sorted((kind.code, kind.status) for kind in kinds(FreshetError))


def test_both_readmes_are_built_alike() -> None:
    english, chinese = (path.read_text() for path in READMES)
    for pattern in [r"^#+ ", r"^```", r"^\|", r"\]\([^)]+\)"]:
        found = [len(re.findall(pattern, text, re.MULTILINE)) for text in (english, chinese)]
        assert found[0] == found[1], pattern
    blocks = [re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL) for text in (english, chinese)]
    commands = [
        [re.sub(r"#.*", "", line) for block in found for line in block.splitlines()] for found in blocks
    ]
    assert [line.rstrip() for line in commands[0]] == [line.rstrip() for line in commands[1]]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_make_targets_and_links_exist(readme: Path) -> None:
    text = readme.read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_make_help_names_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert {line.split()[1] for line in shown.splitlines()} == set(phony[1].split())
