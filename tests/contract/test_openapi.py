"""The OpenAPI document against the template and against its own standard."""

import inspect
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from freshet.reference import document
from freshet.web import RunCall
from infra.openapi import functions
from tests.contract.translation import Route, Templates


@pytest.fixture(scope="module")
def routes() -> dict[tuple[str, str], Route]:
    """The template's routes by method and path."""
    return {(route.method, route.path): route for route in Templates().routes()}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in document()["paths"].items():
        for verb, operation in verbs.items():
            yield verb.upper(), path, operation


def streams() -> set[tuple[str, str]]:
    """What answers with events, at least on request."""
    return {
        (verb, path)
        for verb, path, operation in operations()
        if "text/event-stream" in operation["responses"].get("200", {}).get("content", {})
    }


def starting() -> set[tuple[str, str]]:
    """The POST routes whose endpoints take a `RunCall`."""
    (taken,) = get_args(RunCall)[1:]
    return {
        ("POST", route.path_format)
        for app in functions().values()
        for route in app.routes
        if isinstance(route, APIRoute)
        and "POST" in (route.methods or ())
        and any(one.call is taken.dependency for one in route.dependant.dependencies)
    }


def schemas() -> Iterator[dict[str, Any]]:
    yield from document()["components"]["schemas"].values()
    for _, _, operation in operations():
        yield from (parameter["schema"] for parameter in operation.get("parameters", []))
        for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
            yield from (content["schema"] for content in holder.get("content", {}).values() if content)


def test_it_describes_what_the_template_routes_function_by_function(
    routes: dict[tuple[str, str], Route],
) -> None:
    described = {(verb, path): operation["tags"] for verb, path, operation in operations()}
    routed = {place: [route.function.removesuffix("Function").lower()] for place, route in routes.items()}
    assert described == routed


def test_what_needs_a_caller_says_so(routes: dict[tuple[str, str], Route]) -> None:
    public = {(verb, path) for verb, path, operation in operations() if operation.get("security") == []}
    assert public == {place for place, route in routes.items() if route.authorizers == ("NONE",)}
    assert document()["security"] == [{"bearer": []}]


def test_event_streams_are_behind_integrations_that_stream(routes: dict[tuple[str, str], Route]) -> None:
    modes = {routes[place].integration["responseTransferMode"] for place in streams()}
    assert modes == {"STREAM"}


def test_a_post_that_streams_starts_a_run() -> None:
    posted = {(verb, path) for verb, path in streams() if verb == "POST"}
    assert posted
    assert posted <= starting()


def test_what_starts_a_run_takes_a_key_and_a_deadline() -> None:
    headers = {
        (verb, path): {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
        for verb, path, operation in operations()
    }
    wanted = {"Idempotency-Key", "X-Request-Timeout-Ms"}
    assert {place: headers[place] for place in starting()} == dict.fromkeys(starting(), wanted)


def test_what_starts_a_run_can_keep_it(routes: dict[tuple[str, str], Route]) -> None:
    templates = Templates()
    for place in starting():
        assert "RUNS_TABLE" in templates.environment(routes[place].function), place


def test_every_schema_is_json_schema() -> None:
    found = list(schemas())
    assert len(found) > 50
    for schema in found:
        Draft202012Validator.check_schema(schema)


def test_every_example_is_what_its_schema_says() -> None:
    components = document()["components"]
    found = [(schema, example) for schema in schemas() for example in schema.get("examples", [])]
    assert found
    for schema, example in found:
        Draft202012Validator({**schema, "components": components}).validate(example)


def test_no_parameter_is_one_that_the_standard_ignores() -> None:
    """OpenAPI 3.1, section 4.8.12.2: headers of these names are described elsewhere."""
    named = {
        parameter["name"].lower()
        for _, _, operation in operations()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "header"
    }
    assert not named & {"accept", "content-type", "authorization"}


def test_every_endpoint_is_a_coroutine() -> None:
    """A plain function would run in a thread that nobody planned for."""
    endpoints = [route.endpoint for app in functions().values() for route in app.routes]  # type: ignore[attr-defined]  # all are API routes
    assert endpoints
    assert [one.__name__ for one in endpoints if not inspect.iscoroutinefunction(one)] == []
