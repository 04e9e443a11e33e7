"""Each rule fails on a template that breaks it: a check that can't fail would be worse than none."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract import template_rules as rules
from tests.contract.translation import Templates, load

Break = Callable[[Templates], Any]

ROOT, DATA = load("template.yaml"), load("infra/data.yaml")
ROUTES = 2
NAMED = {"QueryStream", "Search", "Query", "ListKeys", "File", "Get", "Health"}  # that are broken below


def properties(templates: Templates, name: str) -> Any:
    return templates.root["Resources"][name]["Properties"]


def data(templates: Templates, name: str) -> Any:
    return templates.data["Resources"][name]["Properties"]


def event(templates: Templates, function: str, name: str) -> Any:
    return properties(templates, function)["Events"][name]["Properties"]


def variables(templates: Templates, function: str) -> Any:
    return properties(templates, function)["Environment"]["Variables"]


def statement(templates: Templates, function: str) -> Any:
    return properties(templates, function)["Policies"][0]["Statement"][0]


def refusal(templates: Templates, kind: str) -> Any:
    return properties(templates, "Api")["GatewayResponses"][kind]


BROKEN: dict[str, tuple[rules.Rule, Break]] = {
    "CloudFormation's word instead of SAM's buffers silently": (
        rules.integrations_fit_their_functions,
        lambda t: event(t, "QueryFunction", "QueryStream").update(ResponseTransferMode="STREAM"),
    ),
    "so does an intrinsic function": (
        rules.integrations_fit_their_functions,
        lambda t: event(t, "QueryFunction", "QueryStream").update(
            ResponseTransferMode={"Fn::If": ["Always", "RESPONSE_STREAM", "BUFFERED"]}
        ),
    ),
    "a JSON route of a streaming function is buffered": (
        rules.integrations_fit_their_functions,
        lambda t: event(t, "QueryFunction", "Search").pop("ResponseTransferMode"),
    ),
    "a buffered function is mounted as a stream": (
        rules.integrations_fit_their_functions,
        lambda t: event(t, "ProfileFunction", "ListKeys").update(
            ResponseTransferMode="RESPONSE_STREAM", TimeoutInMillis=60_000
        ),
    ),
    "API Gateway gives up before the function does": (
        rules.integrations_fit_their_functions,
        lambda t: event(t, "QueryFunction", "Query").update(TimeoutInMillis=299_000),
    ),
    "a stream without a timeout is cut at 29 s": (
        rules.integrations_fit_their_functions,
        lambda t: event(t, "QueryFunction", "Query").pop("TimeoutInMillis"),
    ),
    "a buffered function takes longer than API Gateway waits": (
        rules.integrations_fit_their_functions,
        lambda t: properties(t, "DocumentsFunction").update(Timeout=60),
    ),
    "a streaming function starts on the managed runtime": (
        rules.wrappers_fit_the_code,
        lambda t: variables(t, "QueryFunction").pop("AWS_LAMBDA_EXEC_WRAPPER"),
    ),
    "a buffered function starts through the wrapper": (
        rules.wrappers_fit_the_code,
        lambda t: variables(t, "HealthFunction").update(AWS_LAMBDA_EXEC_WRAPPER=rules.WRAPPER),
    ),
    "two names for one path variable": (
        rules.siblings_share_variable_names,
        lambda t: event(t, "DocumentsFunction", "File").update(Path="/api/v1/documents/{id}/file"),
    ),
    "a function needs the API that needs it": (
        rules.nothing_depends_on_itself,
        lambda t: variables(t, "QueryFunction").update(MODEL_NAME={"Fn::Sub": "https://${Api}.example.org"}),
    ),
    "a function needs the app client that returns to the API": (
        rules.nothing_depends_on_itself,
        lambda t: variables(t, "ConsoleFunction").update(CONSOLE_CLIENT_PARAMETER={"Ref": "ConsoleClientId"}),
    ),
    "the console's client has a secret": (
        rules.sign_in_comes_back_to_the_console,
        lambda t: properties(t, "ConsoleClient").update(GenerateSecret=True),
    ),
    "sign-in leads to no page": (
        rules.sign_in_comes_back_to_the_console,
        lambda t: properties(t, "ConsoleClient").update(CallbackURLs=["https://console.example/"]),
    ),
    "the client's id is looked for elsewhere": (
        rules.sign_in_comes_back_to_the_console,
        lambda t: variables(t, "AuthorizeFunction").update(
            CONSOLE_CLIENT_PARAMETER="/freshet/console-client"
        ),
    ),
    "a token's audience is asked for without permission": (
        rules.permissions_match_variables,
        lambda t: properties(t, "AuthorizeFunction")["Policies"][0]["Statement"].pop(),
    ),
    "a route is open": (
        rules.callers_are_checked,
        lambda t: event(t, "ProfileFunction", "ListKeys").update(Auth={"Authorizer": "NONE"}),
    ),
    "liveness asks for a caller": (
        rules.callers_are_checked,
        lambda t: event(t, "HealthFunction", "Health").pop("Auth"),
    ),
    "a refusal has another status in its body": (
        rules.refusals_speak_both_dialects,
        lambda t: refusal(t, "THROTTLED").update(StatusCode=503),
    ),
    "a refusal can't be read by a browser": (
        rules.refusals_speak_both_dialects,
        lambda t: refusal(t, "UNAUTHORIZED")["ResponseParameters"]["Headers"].pop(
            "Access-Control-Allow-Origin"
        ),
    ),
    "an unknown route is answered by API Gateway's default": (
        rules.refusals_speak_both_dialects,
        lambda t: properties(t, "Api")["GatewayResponses"].pop("MISSING_AUTHENTICATION_TOKEN"),
    ),
    "a variable is no setting": (
        rules.variables_are_settings,
        lambda t: variables(t, "QueryFunction").update(MODEL="gpt"),
    ),
    "a group of variables is incomplete": (
        rules.variables_are_settings,
        lambda t: variables(t, "QueryFunction").pop("QDRANT_URL"),
    ),
    "a table can be used but is not named": (
        rules.permissions_match_variables,
        lambda t: variables(t, "ProfileFunction").pop("KEYS_TABLE"),
    ),
    "a bucket is named but can't be used": (
        rules.permissions_match_variables,
        lambda t: variables(t, "ProfileFunction").update(BUCKET="freshet"),
    ),
    "all actions of a service": (
        rules.permissions_are_narrow,
        lambda t: statement(t, "AuthorizeFunction").update(Action="dynamodb:*"),
    ),
    "all resources": (
        rules.permissions_are_narrow,
        lambda t: statement(t, "AuthorizeFunction").update(Resource="*"),
    ),
    "SAM's own SQS event reads every queue of the account": (
        rules.permissions_are_narrow,
        lambda t: properties(t, "ParseFunction").update(
            Events={"Queue": {"Type": "SQS", "Properties": {"Queue": "arn:aws:sqs:eu-central-1:1:q"}}}
        ),
    ),
    "a function keeps runs that nobody can start again": (
        rules.runs_are_repeated_on_demand_only,
        lambda t: (
            variables(t, "ChatFunction").update(AWS_LAMBDA_EXEC_WRAPPER="/opt/streaming-wrapper")
            or properties(t, "RunsFunction")["Policies"][0]["Statement"][-1]["Resource"].pop()
        ),
    ),
    "any function can be started by runs": (
        rules.runs_are_repeated_on_demand_only,
        lambda t: properties(t, "RunsFunction")["Policies"][0]["Statement"][-1]["Resource"].append("*"),
    ),
    "what failed is made again, and billed, behind its caller's back": (
        rules.runs_are_repeated_on_demand_only,
        lambda t: properties(t, "QueryFunction").pop("EventInvokeConfig"),
    ),
    "a table can't be restored": (
        rules.tables_can_be_restored,
        lambda t: data(t, "KeysTable").pop("PointInTimeRecoverySpecification"),
    ),
    "items don't expire": (
        rules.tables_can_be_restored,
        lambda t: data(t, "DocumentsTable").pop("TimeToLiveSpecification"),
    ),
    "a message comes again while it is worked on": (
        rules.queues_outlast_their_functions,
        lambda t: properties(t, "ParseFunction").update(Timeout=600),
    ),
    "a message comes again for ever": (
        rules.queues_outlast_their_functions,
        lambda t: data(t, "ParseQueue").pop("RedrivePolicy"),
    ),
    "one bad message repeats its batch": (
        rules.queues_outlast_their_functions,
        lambda t: properties(t, "ParseTrigger").pop("FunctionResponseTypes"),
    ),
    "the bucket is made before it may send": (
        rules.uploads_reach_their_queues,
        lambda t: t.data["Resources"]["Bucket"].pop("DependsOn"),
    ),
    "the bucket is called otherwise than the queue expects": (
        rules.uploads_reach_their_queues,
        lambda t: data(t, "Bucket")["BucketName"]["Fn::Sub"].__setitem__(0, "documents-${Id}"),
    ),
    "six layers": (
        rules.layers_fit,
        lambda t: properties(t, "ParseFunction").update(Layers=[f"arn:layer:{n}" for n in range(4)]),
    ),
    "layers for another processor": (
        rules.layers_fit,
        lambda t: t.root["Globals"]["Function"].update(Architectures=["arm64"]),
    ),
    "an output that the nested stack lacks": (
        rules.nested_stacks_fit,
        lambda t: t.data["Outputs"].pop("KeysTableArn"),
    ),
    "a parameter that the nested stack lacks": (
        rules.nested_stacks_fit,
        lambda t: t.data["Parameters"].pop("SelfSignUp"),
    ),
}


def some_routes() -> Templates:
    """The templates with a few routes a function: what SAM's translation costs grows with their square."""
    templates = Templates(copy.deepcopy(ROOT), copy.deepcopy(DATA), load("infra/observability.yaml"))
    for resource in templates.root["Resources"].values():
        events = resource["Properties"].get("Events", {})
        for name in list(events)[ROUTES:]:
            if name not in NAMED:
                del events[name]
    return templates


def test_a_few_routes_keep_every_rule() -> None:
    templates = some_routes()
    for rule in rules.RULES:
        assert list(rule(templates)) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_template_is_noticed(name: str) -> None:
    rule, break_it = BROKEN[name]
    templates = some_routes()
    break_it(templates)
    assert list(rule(templates))


def test_every_rule_is_broken_once() -> None:
    assert {rule for rule, _ in BROKEN.values()} == set(rules.RULES)
