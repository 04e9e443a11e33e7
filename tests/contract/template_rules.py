"""What must hold for the templates and no linter sees. A rule yields one sentence for each fault it finds.

Rules are apart from tests so that `test_template_rules_bite.py` can show that each of them can fail.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from freshet.settings import Settings
from tests.contract.translation import ROOT, Templates, references, text_of

Rule = Callable[[Templates], Iterator[str]]

STREAMING_URI = "2021-11-15/functions/${%s.Arn}/response-streaming-invocations"
BUFFERED_URI = "2015-03-31/functions/${%s.Arn}/invocations"
WRAPPER = "/opt/streaming-wrapper"
MAX_STREAM_MS = 900_000
MAX_BUFFERED_S = 29
PUBLIC = {
    *("/health", "/openapi.json", "/docs"),
    *("/", "/pages/debug.html", "/assets/{asset}", "/config.json"),
}

PAGES = ("/", "/pages/debug.html")
API = "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${StageName}"

# Read by libraries or by Lambda itself, so no fields of Settings.
FOREIGN_VARIABLES = {
    "AWS_ENDPOINT_URL",
    "AWS_LAMBDA_EXEC_WRAPPER",
    "OPENBLAS_NUM_THREADS",
    "POWERTOOLS_SERVICE_NAME",
}
# A variable makes sense only together with the permission to use what it names.
PERMISSIONS_OF = {
    "BUCKET": "Data.Outputs.BucketArn",
    "DOCUMENTS_TABLE": "Data.Outputs.DocumentsTableArn",
    "RUNS_TABLE": "Data.Outputs.RunsTableArn",
    "CHAT_TABLE": "Data.Outputs.ChatTableArn",
    "USAGE_TABLE": "Data.Outputs.UsageTableArn",
    "EXERCISES_TABLE": "Data.Outputs.ExercisesTableArn",
    "PROFILES_TABLE": "Data.Outputs.ProfilesTableArn",
    "BEHAVIOUR_TABLE": "Data.Outputs.BehaviourTableArn",
    "SECRETS_PREFIX": "/owners/*",
    "KEYS_TABLE": "Data.Outputs.KeysTableArn",
    "PARSE_QUEUE_URL": "Data.Outputs.ParseQueueArn",
    "EXTRACT_QUEUE_URL": "Data.Outputs.ExtractQueueArn",
    "QDRANT_KEY_PARAMETER": "parameter${QdrantKeyParameter}",
    "MODEL_KEY_PARAMETER": "parameter${ModelKeyParameter}",
    "CONSOLE_CLIENT_PARAMETER": "parameter/freshet/${AWS::StackName}/console-client",
}
TOGETHER = [
    {"QDRANT_URL", "QDRANT_KEY_PARAMETER", "QDRANT_COLLECTION"},
    {"MODEL_BASE_URL", "MODEL_KEY_PARAMETER", "MODEL_NAME"},
    {"TOKEN_ISSUER", "TOKEN_AUDIENCE"},
    {"SIGN_IN_URL", "UPLOAD_ORIGIN"},
    {"USAGE_TABLE", "BUDGET_TOKENS", "BUDGET_COST"},
    {"MODEL_PROVIDER", "MODEL_FALLBACKS", "MODEL_PRICES"},
]
# These make sense alone, too: the model's name is shown by the console, which asks the model nothing.
ALONE = {"MODEL_NAME"}
# Managed policies have `Resource: "*"`; these two, because neither X-Ray nor the creation of log streams
# in a group that is named by the stack can be narrowed by SAM.
MANAGED_POLICIES = {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}
# Tables of which nothing ever expires.
LASTING = {"ProfilesTable"}
# Prefixes below which a trailing `*` is the narrowest there is.
PREFIXES = {
    "${Data.Outputs.BucketArn}/analyses/*",
    "${Data.Outputs.BucketArn}/behaviours/*",
    "${Data.Outputs.BucketArn}/exercises/*",
    "${Data.Outputs.BucketArn}/logs/*",
    "${Data.Outputs.BucketArn}/conversations/*",
    "${Data.Outputs.BucketArn}/documents/*",
    "${Data.Outputs.BucketArn}/runs/*",
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/freshet/${AWS::StackName}/owners/*",
}
REFUSALS = {
    "UNAUTHORIZED": 401,
    "ACCESS_DENIED": 403,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "INVALID_SIGNATURE": 404,
    "REQUEST_TOO_LARGE": 413,
    "THROTTLED": 429,
    "AUTHORIZER_FAILURE": 503,
    "INTEGRATION_TIMEOUT": 504,
    "DEFAULT_4XX": 400,
    "DEFAULT_5XX": 502,
}


def integrations_fit_their_functions(templates: Templates) -> Iterator[str]:
    """Streamed on a buffered integration, an answer is empty; buffered on a streaming one, it is a 500."""
    functions = templates.of("AWS::Lambda::Function")
    for route in templates.routes():
        where, got = f"{route.method} {route.path}", route.integration
        streams = templates.environment(route.function).get("AWS_LAMBDA_EXEC_WRAPPER") is not None
        uri = (STREAMING_URI if streams else BUFFERED_URI) % route.function
        if got.get("responseTransferMode") != ("STREAM" if streams else None):
            yield f"{where}: mode {got.get('responseTransferMode')}, streaming function: {streams}"
        if not got["uri"]["Fn::Sub"].endswith(uri):
            yield f"{where}: uri is {got['uri']['Fn::Sub']}"
        yield from _timeout_faults(
            where, streams, got.get("timeoutInMillis"), functions[route.function]["Timeout"]
        )


def _timeout_faults(
    where: str, streams: bool, at_gateway_ms: int | None, of_function_s: int
) -> Iterator[str]:
    if streams and not of_function_s * 1000 <= (at_gateway_ms or 0) <= MAX_STREAM_MS:
        yield f"{where}: API Gateway gives {at_gateway_ms} ms, the function takes {of_function_s} s"
    if not streams and (at_gateway_ms is not None or of_function_s > MAX_BUFFERED_S):
        yield f"{where}: buffered for {of_function_s} s, at API Gateway {at_gateway_ms} ms"


def wrappers_fit_the_code(templates: Templates) -> Iterator[str]:
    """A function starts through the wrapper exactly if its `app.py` builds a streaming handler."""
    for name, resource in templates.root["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        code = (ROOT / resource["Properties"]["CodeUri"] / "app.py").read_text(encoding="utf-8")
        expected = WRAPPER if re.search(r"^handler = streaming\(", code, re.MULTILINE) else None
        if (found := templates.environment(name).get("AWS_LAMBDA_EXEC_WRAPPER")) != expected:
            yield f"{name}: wrapper is {found}, the code wants {expected}"


def siblings_share_variable_names(templates: Templates) -> Iterator[str]:
    """API Gateway refuses two names for one place, at deployment."""
    names: dict[str, str] = {}
    for path in templates.api()["paths"]:
        parts = path.strip("/").split("/")
        for index, part in enumerate(parts):
            if part.startswith("{"):
                place = "/".join(parts[:index])
                if names.setdefault(place, part) != part:
                    yield f"{path}: {part} stands where {names[place]} does"


def nothing_depends_on_itself(templates: Templates) -> Iterator[str]:
    """CloudFormation finds cycles only at deployment."""
    resources = templates.translated["Resources"]
    graph = {name: set(references(resource)) & resources.keys() for name, resource in resources.items()}
    while free := {name for name, needed in graph.items() if not needed & graph.keys()}:
        graph = {name: needed for name, needed in graph.items() if name not in free}
    if graph:
        yield f"these need each other: {', '.join(sorted(graph))}"


def sign_in_comes_back_to_the_console(templates: Templates) -> Iterator[str]:
    """The console's client is a public one, returns to the pages, and is found by its id."""
    resources = templates.translated["Resources"]
    client = resources["ConsoleClient"]["Properties"]
    if client.get("GenerateSecret") is not False or client.get("AllowedOAuthFlows") != ["code"]:
        yield "the client has a secret, or another flow than the code's"
    return_to = {
        "Fn::Split": [",", {"Fn::Sub": ",".join((*(API + page for page in PAGES), "${CallbackUrls}"))}]
    }
    for name in ("CallbackURLs", "LogoutURLs"):
        if client.get(name) != return_to:
            yield f"{name} are {client.get(name)}"
    kept = resources["ConsoleClientId"]["Properties"]
    if kept["Value"] != {"Ref": "ConsoleClient"}:
        yield f"the parameter holds {kept['Value']}"
    for function in templates.of("AWS::Lambda::Function"):
        asked = templates.environment(function).get("CONSOLE_CLIENT_PARAMETER", kept["Name"])
        if asked != kept["Name"]:
            yield f"{function}: asks for {asked}"


def callers_are_checked(templates: Templates) -> Iterator[str]:
    for route in templates.routes():
        expected = ("NONE",) if route.path in PUBLIC else ("Caller",)
        if route.authorizers != expected:
            yield f"{route.method} {route.path}: guarded by {route.authorizers}, not {expected}"


def refusals_speak_both_dialects(templates: Templates) -> Iterator[str]:
    """Each of API Gateway's own answers: RFC 9457, OpenAI's error shape, CORS."""
    found = templates.api()["x-amazon-apigateway-gateway-responses"]
    if differing := set(found) ^ set(REFUSALS):
        yield f"only in one of template and rule: {sorted(differing)}"
    for kind, status in REFUSALS.items():
        if kind in found:
            yield from (f"{kind}: {fault}" for fault in _refusal_faults(found[kind], status))


def _refusal_faults(response: Mapping[str, Any], status: int) -> Iterator[str]:
    body = json.loads(response["responseTemplates"]["application/json"])
    headers = response["responseParameters"]
    if (body["status"], response["statusCode"]) != (status, str(status)):
        yield f"status is {response['statusCode']}, in the body {body['status']}"
    if missing := {"type", "title", "detail", "instance", "code", "request_id"} - body.keys():
        yield f"the problem lacks {sorted(missing)}"
    if body["error"].keys() != {"message", "type", "param", "code"} or body["error"]["code"] != body["code"]:
        yield f"the OpenAI error is {body['error']}"
    if headers.get("gatewayresponse.header.Content-Type") != "'application/problem+json'":
        yield "no problem+json"
    if headers.get("gatewayresponse.header.Access-Control-Allow-Origin") != {"Fn::Sub": "'${CorsOrigin}'"}:
        yield "no CORS header"


def variables_are_settings(templates: Templates) -> Iterator[str]:
    known = {name.upper() for name in Settings.model_fields}
    for name in templates.of("AWS::Lambda::Function"):
        found = templates.environment(name).keys() - FOREIGN_VARIABLES
        if unknown := found - known:
            yield f"{name}: {sorted(unknown)} are no settings"
        for group in TOGETHER:
            if found & (group - ALONE) and not group <= found:
                yield f"{name}: {sorted(group - found)} missing beside {sorted(found & group)}"


def permissions_match_variables(templates: Templates) -> Iterator[str]:
    """A table that is named can be used, and one that can be used is named; queues of triggers aside."""
    triggers = {
        (trigger["FunctionName"]["Ref"], text_of(trigger["EventSourceArn"]))
        for trigger in templates.of("AWS::Lambda::EventSourceMapping").values()
    }
    for name in templates.of("AWS::Lambda::Function"):
        resources = [
            text_of(one) for statement in templates.statements(name) for one in statement["Resource"]
        ]
        for variable, arn in PERMISSIONS_OF.items():
            named, granted = variable in templates.environment(name), any(arn in text for text in resources)
            if granted and not named and (name, arn) in triggers:
                continue
            if named != granted:
                yield f"{name}: {variable} is set: {named}, {arn} granted: {granted}"


def permissions_are_narrow(templates: Templates) -> Iterator[str]:
    for name in templates.of("AWS::Lambda::Function"):
        for statement in templates.statements(name):
            if wide := [action for action in statement["Action"] if "*" in action]:
                yield f"{name}: {wide}"
            for text in map(text_of, statement["Resource"]):
                if "*" in text and text not in PREFIXES:
                    yield f"{name}: {statement['Action']} on {text}"
        managed = templates.of("AWS::IAM::Role")[f"{name}Role"]["ManagedPolicyArns"]
        if surplus := {text_of(arn).rsplit("/", 1)[-1] for arn in managed} - MANAGED_POLICIES:
            yield f"{name}: managed policies {sorted(surplus)}"


def runs_are_repeated_on_demand_only(templates: Templates) -> Iterator[str]:
    """`runs` may start the functions whose runs are kept, and Lambda of itself starts none of them again."""
    keepers = {
        name
        for name in templates.of("AWS::Lambda::Function")
        if {"RUNS_TABLE", "AWS_LAMBDA_EXEC_WRAPPER"} <= templates.environment(name).keys()
    } - {"RunsFunction"}  # a worker's runs are begun by who may ask for them
    started = {
        text_of(function).removesuffix(".Arn")
        for statement in templates.statements("RunsFunction")
        for function in statement["Resource"]
        if "lambda:InvokeFunction" in statement["Action"]
    }
    if started != keepers:
        yield f"runs are kept by {sorted(keepers)}, `runs` may start {sorted(started)}"
    configs = templates.of("AWS::Lambda::EventInvokeConfig").values()
    once = {text_of(one["FunctionName"]) for one in configs if one.get("MaximumRetryAttempts") == 0}
    yield from (f"{name}: Lambda repeats what failed" for name in sorted(keepers - once))


def tables_can_be_restored(templates: Templates) -> Iterator[str]:
    for name, properties in _data(templates, "AWS::DynamoDB::Table"):
        if not properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            yield f"{name}: no point-in-time recovery"
        expiring = {"AttributeName": "expires_at", "Enabled": True}
        if name not in LASTING and properties.get("TimeToLiveSpecification") != expiring:
            yield f"{name}: items don't expire"
        if properties.get("DeletionProtectionEnabled") != {"Ref": "DeletionProtection"}:
            yield f"{name}: not protected from deletion"
        if not properties.get("SSESpecification", {}).get("SSEEnabled"):
            yield f"{name}: not encrypted with KMS"


def queues_outlast_their_functions(templates: Templates) -> Iterator[str]:
    """Every trigger's queue hides messages for longer than the function works, and gives up into a DLQ."""
    queues = dict(_data(templates, "AWS::SQS::Queue"))
    for trigger in templates.of("AWS::Lambda::EventSourceMapping").values():
        output = text_of(trigger["EventSourceArn"]).removeprefix("Data.Outputs.")
        name = text_of(templates.data["Outputs"][output]["Value"]).removesuffix(".Arn")
        function = templates.of("AWS::Lambda::Function")[trigger["FunctionName"]["Ref"]]
        visible_after = templates.data["Parameters"][queues[name]["VisibilityTimeout"]["Ref"]]["Default"]
        if visible_after < function["Timeout"]:
            yield f"{name}: visible after {visible_after} s, worked on for {function['Timeout']} s"
        if text_of(queues[name].get("RedrivePolicy", {}).get("deadLetterTargetArn")) not in {
            f"{one}.Arn" for one in queues
        }:
            yield f"{name}: no dead-letter queue"
        if trigger.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{name}: one bad message repeats its whole batch"


def uploads_reach_their_queues(templates: Templates) -> Iterator[str]:
    """The bucket waits for the policy that lets it send, and the policy names that bucket and no other."""
    resources = templates.data["Resources"]
    bucket, policy = resources["Bucket"], resources["QueuePolicy"]["Properties"]
    if bucket.get("DependsOn") != "QueuePolicy":
        yield "the bucket may be made before it may send"
    (statement,) = policy["PolicyDocument"]["Statement"]
    name, id_ = bucket["Properties"]["BucketName"]["Fn::Sub"]
    if statement["Condition"]["ArnEquals"]["aws:SourceArn"] != {
        "Fn::Sub": [f"arn:${{AWS::Partition}}:s3:::{name}", id_]
    }:
        yield "the queues' policy names another bucket"
    configured = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    if {text_of(one["Queue"]) for one in configured} != {text_of(one) for one in statement["Resource"]}:
        yield "the bucket sends to other queues"
    prefixes = [rule["Value"] for one in configured for rule in one["Filter"]["S3Key"]["Rules"]]
    if len(set(prefixes)) != len(configured) or not all(prefix.endswith("/") for prefix in prefixes):
        yield "a file comes to more than one queue"


def layers_fit(templates: Templates) -> Iterator[str]:
    """Five layers at most, and built for the processor that the function runs on."""
    for name, properties in templates.of("AWS::Lambda::Function").items():
        if not 1 <= len(properties["Layers"]) <= 5:
            yield f"{name}: {len(properties['Layers'])} layers"
        for makefile in (ROOT / "layers").glob("*/Makefile"):
            platform = re.search(r"^PLATFORM = (\S+)$", makefile.read_text(encoding="utf-8"), re.MULTILINE)
            if platform and [platform[1].replace("aarch64", "arm64")] != properties["Architectures"]:
                yield f"{name}: on {properties['Architectures']}, {makefile.parent.name} for {platform[1]}"


def nested_stacks_fit(templates: Templates) -> Iterator[str]:
    """Parameters that exist, outputs that exist, nothing required left out."""
    nested = {"infra/data.yaml": templates.data, "infra/observability.yaml": templates.observability}
    for name, properties in templates.of("AWS::CloudFormation::Stack").items():
        inner = nested[properties["TemplateURL"].removeprefix("https://bucket/")]
        given, known = properties["Parameters"].keys(), inner["Parameters"]
        required = {key for key, parameter in known.items() if "Default" not in parameter}
        if wrong := (given - known.keys()) | (required - given):
            yield f"{name}: parameters {sorted(wrong)}"
        used = set(re.findall(rf"{name}\.Outputs\.(\w+)", _flattened(templates.translated)))
        if missing := used - inner["Outputs"].keys():
            yield f"{name}: no outputs {sorted(missing)}"


def _data(templates: Templates, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in templates.data["Resources"].items():
        if resource["Type"] == kind:
            yield name, resource["Properties"]


def _flattened(value: Any) -> str:
    match value:
        case {"Fn::GetAtt": _}:
            return f" {text_of(value)} "
        case dict():
            return "".join(map(_flattened, value.values()))
        case list():
            return "".join(map(_flattened, value))
    return f" {value} "


RULES: list[Rule] = [
    integrations_fit_their_functions,
    wrappers_fit_the_code,
    siblings_share_variable_names,
    nothing_depends_on_itself,
    sign_in_comes_back_to_the_console,
    callers_are_checked,
    refusals_speak_both_dialects,
    variables_are_settings,
    permissions_match_variables,
    permissions_are_narrow,
    runs_are_repeated_on_demand_only,
    tables_can_be_restored,
    queues_outlast_their_functions,
    uploads_reach_their_queues,
    layers_fit,
    nested_stacks_fit,
]
