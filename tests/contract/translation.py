"""The templates as CloudFormation would get them: SAM's own translation, offline.

What belongs here: loading, translating, and reading the result as values. What does not: opinions on it
(`template_rules.py`). The local cloud translates too (`infra.local.sam`); this stays apart from it, takes a
dictionary, so that a test can break the template first, and needs no account, region or network.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
LOCATIONS = {
    "AWS::Serverless::Function": ("CodeUri", "s3://bucket/"),
    "AWS::Serverless::LayerVersion": ("ContentUri", "s3://bucket/"),
    "AWS::CloudFormation::Stack": ("TemplateURL", "https://bucket/"),
}
_SUB_NAME = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")


def load(path: str) -> dict[str, Any]:
    """A template of the repository as a dictionary, short forms such as `!Ref` written out."""
    template: dict[str, Any] = yaml_parse((ROOT / path).read_text(encoding="utf-8"))
    return template


def translate(template: Mapping[str, Any]) -> dict[str, Any]:
    """What SAM makes of a template. Raises InvalidDocumentException."""
    source = copy.deepcopy(dict(template))
    for resource in source["Resources"].values():
        if resource["Type"] in LOCATIONS:
            # The translator wants everything uploaded already, as `sam package` leaves it.
            name, prefix = LOCATIONS[resource["Type"]]
            resource["Properties"][name] = prefix + resource["Properties"][name]
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="eu-central-1"))
    translated: dict[str, Any] = translator.translate(source, {})
    return translated


@dataclass(frozen=True)
class Route:
    """One method of one path. `function` is a logical id; `authorizers` names what guards it."""

    method: str
    path: str
    function: str
    integration: Mapping[str, Any]
    authorizers: tuple[str, ...]


@dataclass
class Templates:
    """The three templates, and what SAM makes of the first: made once, when it is first asked for."""

    root: dict[str, Any] = field(default_factory=lambda: load("template.yaml"))
    data: dict[str, Any] = field(default_factory=lambda: load("infra/data.yaml"))
    observability: dict[str, Any] = field(default_factory=lambda: load("infra/observability.yaml"))
    _translated: dict[str, Any] | None = None

    @property
    def translated(self) -> dict[str, Any]:
        if self._translated is None:
            self._translated = translate(self.root)
        return self._translated

    def of(self, kind: str) -> dict[str, Any]:
        """Translated resources of a type: logical id to properties."""
        return {
            name: resource["Properties"]
            for name, resource in self.translated["Resources"].items()
            if resource["Type"] == kind
        }

    def api(self) -> dict[str, Any]:
        """The OpenAPI body of the one REST API."""
        (api,) = self.of("AWS::ApiGateway::RestApi").values()
        body: dict[str, Any] = api["Body"]
        return body

    def routes(self) -> Iterator[Route]:
        """Every route but the preflights, which SAM answers with mocks."""
        for path, methods in self.api()["paths"].items():
            for method, operation in methods.items():
                integration = operation["x-amazon-apigateway-integration"]
                if integration["type"] == "mock":
                    continue
                function = re.search(r"functions/\$\{(\w+)\.Arn\}", integration["uri"]["Fn::Sub"])
                assert function, integration
                guards = tuple(name for entry in operation.get("security", []) for name in entry)
                yield Route(method.upper(), path, function[1], integration, guards)

    def environment(self, function: str) -> dict[str, Any]:
        """The environment of a function."""
        variables: dict[str, Any] = self.of("AWS::Lambda::Function")[function]["Environment"]["Variables"]
        return variables

    def statements(self, function: str) -> Iterator[dict[str, Any]]:
        """The inline policy statements of a function's role, actions and resources as lists."""
        for policy in self.of("AWS::IAM::Role")[f"{function}Role"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield {
                    **statement,
                    "Action": _as_list(statement["Action"]),
                    "Resource": _as_list(statement["Resource"]),
                }


def references(value: Any) -> Iterator[str]:
    """Every name that a value refers to: Ref, GetAtt, Sub, DependsOn; parameters included."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::GetAtt": str(name)}:
            yield name.partition(".")[0]
        case {"Fn::Sub": str(text)}:
            yield from _SUB_NAME.findall(text)
        case {"Fn::Sub": [str(text), dict(values)]}:
            yield from (name for name in _SUB_NAME.findall(text) if name not in values)
            yield from references(values)
        case dict():
            for key, inner in value.items():
                yield from _as_list(inner) if key == "DependsOn" else references(inner)
        case list():
            for inner in value:
                yield from references(inner)


def text_of(value: Any) -> str:
    """A value as one line: `Data.Outputs.X` for a GetAtt, the name for a Ref, the text of a Sub."""
    match value:
        case {"Fn::GetAtt": [*parts]}:
            return ".".join(parts)
        case {"Fn::Sub": [str(text), *_]} | {"Fn::Sub": str(text)} | {"Ref": str(text)}:
            return text
    return str(value)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
