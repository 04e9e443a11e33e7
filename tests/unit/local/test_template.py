"""The template as the local cloud reads it: the real one, and small changes to it."""

import collections
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from infra.local import functions
from infra.local.errors import TemplateError
from infra.local.servers import ROOT
from infra.local.template import Stack, Template, load
from tests.unit.local.rig import NOWHERE, TEMPLATE, small_stack

GIVEN = {"QDRANT_URL": "http://127.0.0.1:1", "DELETION_PROTECTION": "false"}


class Outputs(collections.UserDict[str, str]):
    """A stack that has every output; an ARN looks like a queue's."""

    def __missing__(self, name: str) -> str:
        return f"arn:aws:sqs:us-east-1:000000000000:{name}"


def read(path: Path = ROOT / "template.yaml", **given: str) -> Stack:
    template = load(path, {**GIVEN, **given}, "us-east-1")
    for nested in template.nested():
        template.outputs[nested.logical_id] = Outputs()
    return template.stack()


@pytest.fixture(scope="module")
def stack() -> Stack:
    return read()


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """The small template with one change, beside its folders."""
    text = TEMPLATE.read_text()
    assert old in text
    path = tmp_path / "template.yaml"
    path.write_text(text.replace(old, new))
    return path


def test_each_function_has_its_folder_and_the_core_layer(stack: Stack) -> None:
    for name, function in stack.functions.items():
        assert function.folder == ROOT / "functions" / name
        assert function.layers[0] == ROOT / "layers" / "core" or name == "parse"


def test_layers_of_globals_come_before_the_functions_own(stack: Stack) -> None:
    names = [layer.name for layer in stack.functions["parse"].layers]
    assert names == ["core", "dependencies", "parsers"]


def test_settings_are_the_globals_and_the_functions_own(stack: Stack) -> None:
    query = stack.functions["query"]
    assert query.environment["STAGE"] == "prod"
    assert query.environment["QDRANT_URL"] == GIVEN["QDRANT_URL"]
    assert query.environment["AWS_LAMBDA_EXEC_WRAPPER"] == "/opt/streaming-wrapper"
    assert (query.memory_mb, query.timeout_s) == (1024, 300)


def test_routes_stream_where_sam_makes_them_stream(stack: Stack) -> None:
    streamed = stack.api.resources["/api/v1/query/stream"]["POST"]
    assert (streamed.streams, streamed.timeout_s, streamed.function) == (True, 300, "query")
    buffered = stack.api.resources["/api/v1/documents"]["GET"]
    assert (buffered.streams, buffered.timeout_s) == (False, 29)


def test_a_route_is_public_or_has_the_authorizer(stack: Stack) -> None:
    assert stack.api.resources["/health"]["GET"].authorizer == ""
    authorizer = stack.api.authorizers[stack.api.resources["/api/v1/documents"]["GET"].authorizer]
    assert (authorizer.function, authorizer.headers, authorizer.kind) == (
        "authorize",
        ("Authorization",),
        "token",
    )


def test_binary_media_types_are_unescaped(stack: Stack) -> None:
    assert "multipart/form-data" in stack.api.binary_media_types


def test_the_triggers_are_read(stack: Stack) -> None:
    found = {trigger.function: trigger for trigger in stack.triggers}
    assert found.keys() == {"parse", "extract"}
    for name, trigger in found.items():
        assert trigger.reports_failures
        assert trigger.queue_arn.endswith(f"{name.title()}QueueArn")
    assert found["extract"].concurrency == 5


def test_sign_in_is_as_the_environment_says_and_off_on_an_emulator() -> None:
    emulator, own = "http://127.0.0.1:2", "http://127.0.0.1:3"
    template = load(ROOT / "template.yaml", {**GIVEN, "AWS_ENDPOINT_URL": emulator}, "us-east-1")
    template.outputs["Data"] = Outputs()
    console = template.stack().functions["console"].environment
    assert (console["SIGN_IN_URL"], console["UPLOAD_ORIGIN"]) == ("", emulator)
    template.values["SignInUrl"] = own
    assert template.stack().functions["console"].environment["SIGN_IN_URL"] == own


def test_the_consoles_client_and_the_parameter_with_its_id_are_deployed_together(stack: Stack) -> None:
    parameter = stack.resources["ConsoleClientId"]["Properties"]
    assert stack.resources.keys() == {"ConsoleClient", "ConsoleClientId"}
    assert parameter["Value"] == {"Ref": "ConsoleClient"}
    for name in ("authorize", "health", "console"):
        assert stack.functions[name].environment["CONSOLE_CLIENT_PARAMETER"] == parameter["Name"]
    urls = stack.resources["ConsoleClient"]["Properties"]["CallbackURLs"]
    assert urls[-1] == "http://localhost:8000/"
    assert [url.partition("/prod")[2] for url in urls[:-1]] == ["/", "/pages/debug.html"]


def test_only_functions_roles_are_made_locally(stack: Stack) -> None:
    assert stack.roles.keys() == {one.role for one in stack.functions.values()}


def test_a_nested_stack_that_no_function_needs_is_left_out() -> None:
    template = load(ROOT / "template.yaml", GIVEN, "us-east-1")
    assert [(one.logical_id, one.path) for one in template.nested()] == [("Data", ROOT / "infra/data.yaml")]


def test_a_function_that_is_added_appears_with_its_route(tmp_path: Path) -> None:
    new = """  AddedFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: added/
      Handler: app.handler
      Events: {Route: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /added, Method: PUT}}}
  WorkFunction:
"""
    stack = load(changed(tmp_path, "  WorkFunction:\n", new), {}, "us-east-1").stack()
    assert stack.functions["added"].folder == tmp_path / "added"
    assert stack.api.resources["/added"]["PUT"].function == "added"


@pytest.mark.parametrize("word", ["STREAM", "BUFFERED"])
def test_the_wrong_word_for_streaming_buffers_as_on_aws(tmp_path: Path, word: str) -> None:
    path = changed(tmp_path, "RESPONSE_STREAM", word)
    assert not load(path, {}, "us-east-1").stack().api.resources["/stream"]["ANY"].streams


def test_a_parameter_is_overridden_by_its_variable() -> None:
    stack = load(TEMPLATE, {"CORS_ORIGIN": "https://other.example"}, "us-east-1").stack()
    mock = stack.api.resources["/open"]["OPTIONS"].mock
    assert mock
    assert mock.headers["Access-Control-Allow-Origin"] == "https://other.example"


def test_a_parameter_without_a_value_is_named_as_its_variable() -> None:
    with pytest.raises(TemplateError, match="set QDRANT_URL"):
        load(ROOT / "template.yaml", {}, "us-east-1")


def test_sams_refusal_is_told_in_its_words(tmp_path: Path) -> None:
    path = changed(tmp_path, "Handler: work.handler", "Handles: work.handler")
    with pytest.raises(TemplateError, match="WorkFunction"):
        load(path, {}, "us-east-1")


@pytest.mark.parametrize(
    ("path", "resource", "variables"),
    [
        ("/", None, None),
        ("/open", "/open", {}),
        ("/open/x", "/open/{item_id}", {"item_id": "x"}),
        ("/open/x/y", None, None),
        ("/rest/a/b", "/rest/{proxy+}", {"proxy": "a/b"}),
        ("/rest", None, None),
    ],
)
def test_a_path_meets_the_most_specific_resource(path: str, resource: str | None, variables: Any) -> None:
    found = small_stack().api.match(path)
    assert found == ((resource, variables) if resource else None)


class TestBuilt:
    """`sam build` leaves a template whose folders hold everything."""

    @pytest.fixture
    def template(self, tmp_path: Path) -> Template:
        for folder in ("AnswerFunction", "RuntimeLayer/python"):
            (tmp_path / folder).mkdir(parents=True)
        text = TEMPLATE.read_text().replace("CodeUri: handlers", "CodeUri: AnswerFunction")
        (tmp_path / "template.yaml").write_text(
            text.replace("ContentUri: runtime", "ContentUri: RuntimeLayer")
        )
        return load(tmp_path / "template.yaml", {}, "us-east-1")

    def test_layers_play_opt_and_the_interpreter_has_no_packages_of_ours(
        self, template: Template, tmp_path: Path
    ) -> None:
        spec = functions.spec(template.stack().functions["answer"], NOWHERE, built=True)
        assert spec.task_root == tmp_path / "AnswerFunction"
        assert spec.opt_paths == (tmp_path / "RuntimeLayer",)
        assert spec.import_paths == ()
        assert ".venv" not in spec.python


def test_on_source_the_layers_folder_itself_is_imported_from(stack: Stack) -> None:
    spec = functions.spec(stack.functions["query"], NOWHERE, built=False)
    assert ROOT / "layers" / "core" in spec.import_paths


def test_the_emulators_keys_stand_in_for_the_token_issuers() -> None:
    stack = small_stack()
    environment = {"TOKEN_ISSUER": "https://cognito-idp.us-east-1.amazonaws.com/pool_1"}
    function = dataclasses.replace(stack.functions["answer"], environment=environment)
    found = functions.spec(function, NOWHERE, built=False).environment["TOKEN_JWKS_URL"]
    assert found == f"{NOWHERE.endpoint}/pool_1/.well-known/jwks.json"
