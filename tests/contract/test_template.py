"""The templates against their rules, and against what stands elsewhere: code, lock files, events."""

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.template_rules import RULES, Rule
from tests.contract.translation import ROOT, Templates

HTTP_FUNCTIONS = sorted(
    path.parent.name
    for path in (ROOT / "functions").glob("*/app.py")
    if "create_app(" in path.read_text(encoding="utf-8")
)
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ \\]+)", re.MULTILINE)
MEASURED = re.compile(r'\bmeasure\(\s*"(\w+)"')


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_templates_keep_every_rule(rule: Rule, templates: Templates) -> None:
    assert list(rule(templates)) == []


@pytest.mark.parametrize("name", HTTP_FUNCTIONS)
def test_api_gateway_routes_exactly_what_a_function_serves(name: str, templates: Templates) -> None:
    served = set(_served(_load(name)))
    function = _function_at(f"functions/{name}", templates)
    routed = {(route.method, route.path) for route in templates.routes() if route.function == function}
    assert routed == served


def test_every_function_folder_is_in_the_template(templates: Templates) -> None:
    folders = {f"functions/{path.parent.name}" for path in (ROOT / "functions").glob("*/app.py")}
    resources = templates.root["Resources"].values()
    named = {one["Properties"]["CodeUri"] for one in resources if one["Type"] == "AWS::Serverless::Function"}
    assert named == folders


def test_bodies_that_are_not_text_reach_functions_as_they_are(templates: Templates) -> None:
    kinds = templates.api()["x-amazon-apigateway-binary-media-types"]
    assert sorted(kinds) == ["application/octet-stream", "multipart/form-data", "text/csv"]


@pytest.mark.parametrize("layer", ["dependencies", "parsers", "bailian"])
def test_layers_carry_the_versions_that_are_tested(layer: str) -> None:
    tested = set(PIN.findall((ROOT / "requirements.txt").read_text()))
    shipped = set(PIN.findall((ROOT / f"layers/{layer}/requirements.txt").read_text()))
    assert shipped
    assert shipped <= tested


@pytest.mark.parametrize("layer", ["parsers", "bailian"])
def test_a_layer_repeats_nothing_that_the_dependencies_have(layer: str) -> None:
    locks = [(ROOT / f"layers/{name}/requirements.txt").read_text() for name in ("dependencies", layer)]
    dependencies, further = ({name for name, _ in PIN.findall(lock)} for lock in locks)
    assert not dependencies & further


def test_metrics_are_named_as_the_dashboard_knows_them(templates: Templates) -> None:
    described = set(re.findall(r"\b([A-Z][A-Za-z]+)\b", templates.observability["Description"]))
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "layers/core/freshet").rglob("*.py")]
    written = {name for source in sources for name in MEASURED.findall(source)}
    assert written
    assert written <= described
    body = json.dumps(templates.observability["Resources"])
    shown = set(re.findall(r'Freshet\\", \\"(\w+)\\"|SELECT SUM\((\w+)\)', body))
    assert {left or right for left, right in shown} <= described


@pytest.mark.parametrize("path", sorted((ROOT / "tests/events").glob("*.json")), ids=lambda path: path.stem)
def test_each_event_fits_its_function(path: Path, templates: Templates) -> None:
    event = json.loads(path.read_text(encoding="utf-8"))
    function = _function_at(f"functions/{path.stem.split('_')[0]}", templates)
    if "httpMethod" in event:
        routes = {(route.function, route.method, route.path) for route in templates.routes()}
        assert (function, event["httpMethod"], event["resource"]) in routes
    elif "Records" in event:
        triggers = templates.of("AWS::Lambda::EventSourceMapping").values()
        assert function in {trigger["FunctionName"]["Ref"] for trigger in triggers}
    else:
        assert event["type"] == "TOKEN"
        assert function == "AuthorizeFunction"


def test_every_function_has_an_event() -> None:
    events = {path.stem.split("_")[0] for path in (ROOT / "tests/events").glob("*.json")}
    assert events == {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}


def test_local_overrides_name_variables_that_the_functions_have(templates: Templates) -> None:
    """`sam local invoke --env-vars` ignores silently what the template does not declare."""
    overrides = json.loads((ROOT / "infra/local/env.json").read_text(encoding="utf-8"))
    assert overrides.keys() == templates.of("AWS::Lambda::Function").keys()
    for function, variables in overrides.items():
        assert variables.keys() <= templates.environment(function).keys(), function


def _function_at(folder: str, templates: Templates) -> str:
    (found,) = (
        name
        for name, one in templates.root["Resources"].items()
        if one["Type"] == "AWS::Serverless::Function" and one["Properties"]["CodeUri"] == folder
    )
    return str(found)


def _load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"functions_{name}", ROOT / f"functions/{name}/app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _served(module: Any) -> Iterator[tuple[str, str]]:
    for route in module.app.routes:
        for method in route.methods - {"HEAD"}:
            yield method, route.path_format
