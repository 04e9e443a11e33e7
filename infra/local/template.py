"""`template.yaml` as values: functions, routes, triggers, authorizers, nested stacks.

What belongs here: reading the translated template. What does not: running any of it. There is no second
list: a function or route that is added to the template appears here without a change.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local import sam
from infra.local.api import Api, read_api
from infra.local.environment import variable
from infra.local.errors import TemplateError
from infra.local.intrinsics import Names, holds, resolve

ACCOUNT = "000000000000"
STACK = "freshet"
API_ID = "local"
_OUTPUT = re.compile(r"^Outputs\.(.+)$")
_DEPLOYED = ("AWS::Cognito::UserPoolClient", "AWS::SSM::Parameter")


@dataclass(frozen=True)
class Function:
    """One Lambda function. `role` is the logical id of its role in `Stack.roles`."""

    name: str
    logical_id: str
    folder: Path
    handler: str
    memory_mb: int
    timeout_s: float
    environment: Mapping[str, str]
    layers: tuple[Path, ...]
    role: str


@dataclass(frozen=True)
class Trigger:
    """An SQS event source of a function."""

    function: str
    queue_arn: str
    batch_size: int
    window_s: float
    reports_failures: bool
    concurrency: int


@dataclass(frozen=True)
class NestedStack:
    """A nested stack that functions need: its file and its parameters, resolved."""

    logical_id: str
    path: Path
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Stack:
    """Everything the local cloud runs.

    `roles` and `resources` are CloudFormation resources, resolved; the latter are the template's own that
    functions ask AWS for.
    """

    functions: Mapping[str, Function]
    triggers: tuple[Trigger, ...]
    api: Api
    roles: Mapping[str, Any]
    resources: Mapping[str, Any]


@dataclass
class Template:
    """A translated template. References are resolved when asked for: outputs come from running stacks."""

    path: Path
    body: dict[str, Any]
    region: str
    values: dict[str, Any]
    outputs: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def nested(self) -> Iterable[NestedStack]:
        """The nested stacks that a function, a trigger or the API needs, in an order that resolves."""
        asked = ("AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping", "AWS::ApiGateway::RestApi")
        wanted = _mentioned([self._of(kind) for kind in (*asked, "AWS::IAM::Role")])
        stacks = {name: one for name, one in self._of("AWS::CloudFormation::Stack").items() if name in wanted}
        while stacks:
            name = next((name for name, one in stacks.items() if not _mentioned(one) & stacks.keys()), "")
            if not name:
                raise TemplateError(f"The nested stacks {', '.join(stacks)} need each other.")
            properties = stacks.pop(name)["Properties"]
            parameters = resolve(properties.get("Parameters", {}), self._names())
            path = sam.nested_path(properties["TemplateURL"], self.path.parent)
            yield NestedStack(name, path, {key: _text(value) for key, value in parameters.items()})

    def stack(self) -> Stack:
        """The whole, resolved. `outputs` must hold the outputs of every nested stack."""
        apis = [
            resolve(one["Properties"], self._names()) for one in self._of("AWS::ApiGateway::RestApi").values()
        ]
        if len(apis) != 1:
            raise TemplateError(f"{self.path.name} must have one REST API; it has {len(apis)}.")
        functions = [self._function(name, one) for name, one in self._of("AWS::Lambda::Function").items()]
        triggers = [self._trigger(one) for one in self._of("AWS::Lambda::EventSourceMapping").values()]
        used = {one.role for one in functions}
        roles = {name: one for name, one in self._of("AWS::IAM::Role").items() if name in used}
        return Stack(
            functions={one.name: one for one in functions},
            triggers=tuple(triggers),
            api=read_api(apis[0], self._stage()),
            roles=resolve(roles, self._names()),
            resources={
                name: resolve(one, self._names())
                for kind in _DEPLOYED
                for name, one in self._of(kind).items()
            },
        )

    def _of(self, kind: str) -> dict[str, Any]:
        found = {name: one for name, one in self.body["Resources"].items() if one["Type"] == kind}
        names = self._names()
        return {
            name: one
            for name, one in found.items()
            if "Condition" not in one or holds(one["Condition"], names)
        }

    def _function(self, logical_id: str, resource: dict[str, Any]) -> Function:
        properties = resolve({**resource["Properties"], "Role": None}, self._names())
        role = resource["Properties"].get("Role", {})
        variables = properties.get("Environment", {}).get("Variables", {})
        return Function(
            name=function_name(logical_id),
            logical_id=logical_id,
            folder=sam.folder(properties["Code"], self.path.parent),
            handler=properties["Handler"],
            memory_mb=int(properties.get("MemorySize", 128)),
            timeout_s=float(properties.get("Timeout", 3)),
            environment={name: _text(value) for name, value in variables.items()},
            layers=tuple(Path(layer) for layer in properties.get("Layers", [])),
            role=role["Fn::GetAtt"][0] if "Fn::GetAtt" in role else "",
        )

    def _trigger(self, resource: dict[str, Any]) -> Trigger:
        properties = resolve(resource["Properties"], self._names())
        if ":sqs:" not in str(properties.get("EventSourceArn")):
            raise TemplateError(
                f"Only SQS event sources run locally, not {properties.get('EventSourceArn')}."
            )
        return Trigger(
            function=properties["FunctionName"],
            queue_arn=properties["EventSourceArn"],
            batch_size=int(properties.get("BatchSize", 10)),
            window_s=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
            reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
            concurrency=int(properties.get("ScalingConfig", {}).get("MaximumConcurrency", 5)),
        )

    def _stage(self) -> str:
        stages = self._of("AWS::ApiGateway::Stage").values()
        return next((resolve(one["Properties"]["StageName"], self._names()) for one in stages), "prod")

    def _names(self) -> Names:
        return Names(
            ref=self._ref,
            attribute=self._attribute,
            conditions=self.body.get("Conditions", {}),
            mappings=self.body.get("Mappings", {}),
        )

    def _ref(self, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        resource = self.body["Resources"][name]
        properties = resource.get("Properties", {})
        known: dict[str, Callable[[], Any]] = {
            "AWS::Lambda::Function": lambda: function_name(name),
            "AWS::Lambda::LayerVersion": lambda: str(sam.folder(properties["Content"], self.path.parent)),
            "AWS::ApiGateway::RestApi": lambda: API_ID,
            "AWS::ApiGateway::Stage": self._stage,
            "AWS::SSM::Parameter": lambda: resolve(properties["Name"], self._names()),
            # Only the emulator knows its id; what refers to it is deployed together with it.
            "AWS::Cognito::UserPoolClient": lambda: {"Ref": name},
        }
        found = known.get(resource["Type"])
        return found() if found else f"{STACK}-{name}"

    def _attribute(self, resource: str, attribute: str) -> Any:
        if output := _OUTPUT.match(attribute):
            return self.outputs[resource][output[1]]
        kind = self.body["Resources"][resource]["Type"]
        if (kind, attribute) == ("AWS::Lambda::Function", "Arn"):
            return f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{function_name(resource)}"
        if (kind, attribute) == ("AWS::IAM::Role", "Arn"):
            return f"arn:aws:iam::{ACCOUNT}:role/{STACK}-{resource}"
        if (kind, attribute) == ("AWS::Logs::LogGroup", "Arn"):
            return f"arn:aws:logs:{self.region}:{ACCOUNT}:log-group:{resource}:*"
        raise KeyError(attribute)


def load(path: Path, given: Mapping[str, str], region: str) -> Template:
    """Reads and translates the template. `given` are parameters' values, by environment variable name.

    Raises TemplateError.
    """
    body = sam.translate(path, region)
    values: dict[str, Any] = {
        "AWS::Region": region,
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::StackName": STACK,
        "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{STACK}/local",
        "AWS::URLSuffix": "amazonaws.com",
    }
    for name, parameter in body.get("Parameters", {}).items():
        value = given.get(variable(name), parameter.get("Default"))
        if value is None:
            raise TemplateError(f"The template's parameter {name} has no default: set {variable(name)}.")
        is_list = parameter["Type"] == "CommaDelimitedList"
        values[name] = [part.strip() for part in str(value).split(",")] if is_list else value
    return Template(path, body, region, values)


def function_name(logical_id: str) -> str:
    """What a function is called locally: `QueryFunction` is `query`, as its folder is."""
    return logical_id.removesuffix("Function").lower()


def _mentioned(node: Any) -> set[str]:
    """Names of the stacks whose outputs occur in `node`."""
    if isinstance(node, dict):
        match node.get("Fn::GetAtt"):
            case [str(name), str(attribute), *_] if attribute.startswith("Outputs"):
                return {name}
        found = {name for value in node.values() for name in _mentioned(value)}
        if isinstance(text := node.get("Fn::Sub"), str):
            found |= set(re.findall(r"\$\{(\w+)\.Outputs\.", text))
        return found
    if isinstance(node, list):
        return {name for value in node for name in _mentioned(value)}
    return set(re.findall(r"\$\{(\w+)\.Outputs\.", node)) if isinstance(node, str) else set()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
