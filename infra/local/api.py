"""The REST API as values, and which route a request meets.

What belongs here: reading the OpenAPI document that SAM generates, and API Gateway's order of matching.
What does not: HTTP (`gateway.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.errors import TemplateError

BUFFERED_TIMEOUT_S = 29.0  # API Gateway's integration timeout unless the route says otherwise
AUTHORIZER_TTL_S = 300.0  # API Gateway's default for a cached policy
_LAMBDA_ARN = re.compile(r"arn:[^:]*:lambda:[^:]*:[^:]*:function:([^/:]+)")
_RESPONSE_HEADER = "method.response.header."
_GATEWAY_HEADER = "gatewayresponse.header."


@dataclass(frozen=True)
class Mock:
    """The answer of a mock integration, as SAM writes it for CORS preflights."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Route:
    """One method on one resource. `authorizer` is empty for a public route; `mock` answers by itself."""

    method: str
    resource: str
    function: str
    streams: bool
    authorizer: str
    timeout_s: float
    mock: Mock | None = None


@dataclass(frozen=True)
class Authorizer:
    """A Lambda authorizer; `headers` are the ones that it identifies the caller by."""

    name: str
    function: str
    kind: str
    headers: tuple[str, ...]
    pattern: str
    ttl_s: float


@dataclass(frozen=True)
class GatewayResponse:
    """How one of API Gateway's own answers is changed by the template."""

    status: int | None
    headers: Mapping[str, str]
    templates: Mapping[str, str]


@dataclass(frozen=True)
class Api:
    """A REST API. `resources` maps a path template to its methods (`ANY` included)."""

    stage: str
    resources: Mapping[str, Mapping[str, Route]]
    authorizers: Mapping[str, Authorizer]
    responses: Mapping[str, GatewayResponse]
    binary_media_types: frozenset[str] = field(default_factory=frozenset)

    def match(self, path: str) -> tuple[str, dict[str, str]] | None:
        """The resource of a path and its variables, still percent-encoded as API Gateway leaves them."""
        segments = path.strip("/").split("/") if path.strip("/") else []
        return _descend(self.resources.keys(), segments)

    def route(self, resource: str, method: str) -> Route | None:
        """The method on a resource, or its `ANY`."""
        methods = self.resources[resource]
        return methods.get(method) or methods.get("ANY")


def read_api(properties: Mapping[str, Any], stage: str) -> Api:
    """An API from the resolved properties of `AWS::ApiGateway::RestApi`."""
    body = properties.get("Body")
    if not body:
        raise TemplateError("The REST API has no routes: no function has an `Api` event.")
    resources = {
        path: {
            route.method: route for name, one in methods.items() if (route := _route(path, name, one, body))
        }
        for path, methods in body.get("paths", {}).items()
    }
    definitions = body.get("securityDefinitions", {})
    found = {name: _authorizer(name, one) for name, one in definitions.items()}
    binary = body.get("x-amazon-apigateway-binary-media-types") or properties.get("BinaryMediaTypes") or []
    return Api(
        stage=stage,
        resources=resources,
        authorizers={name: one for name, one in found.items() if one},
        responses={
            kind: _gateway_response(one)
            for kind, one in body.get("x-amazon-apigateway-gateway-responses", {}).items()
        },
        binary_media_types=frozenset(one.replace("~1", "/").lower() for one in binary),
    )


def _route(path: str, name: str, definition: Mapping[str, Any], body: Mapping[str, Any]) -> Route | None:
    integration = definition.get("x-amazon-apigateway-integration")
    if not integration:
        return None
    method = "ANY" if name == "x-amazon-apigateway-any-method" else name.upper()
    is_mock = integration["type"].lower() == "mock"
    security = definition.get("security", body.get("security", []))
    authorizer = next((key for one in security for key in one), "NONE")
    return Route(
        method=method,
        resource=path,
        function="" if is_mock else called_function(integration["uri"]),
        streams=integration.get("responseTransferMode") == "STREAM",
        authorizer="" if authorizer == "NONE" else authorizer,
        timeout_s=float(integration.get("timeoutInMillis", BUFFERED_TIMEOUT_S * 1000)) / 1000,
        mock=_mock(integration) if is_mock else None,
    )


def called_function(uri: str) -> str:
    """The function's name in an integration's or authorizer's URI."""
    found = _LAMBDA_ARN.search(uri)
    if not found:
        raise TemplateError(f"{uri} names no function.")
    return found[1]


def _mock(integration: Mapping[str, Any]) -> Mock:
    answer = integration["responses"]["default"]
    return Mock(
        status=int(answer["statusCode"]),
        headers=_static(answer.get("responseParameters", {}), _RESPONSE_HEADER),
        body=answer.get("responseTemplates", {}).get("application/json", ""),
    )


def _authorizer(name: str, definition: Mapping[str, Any]) -> Authorizer | None:
    lambda_part = definition.get("x-amazon-apigateway-authorizer")
    if not lambda_part or "authorizerUri" not in lambda_part:
        return None
    kind = lambda_part["type"].lower()
    sources = lambda_part.get("identitySource", "")
    headers = re.findall(r"method\.request\.header\.([\w-]+)", sources) or [
        definition.get("name", "Authorization")
    ]
    return Authorizer(
        name=name,
        function=called_function(lambda_part["authorizerUri"]),
        kind=kind,
        headers=tuple(headers),
        pattern=lambda_part.get("identityValidationExpression", ""),
        ttl_s=float(lambda_part.get("authorizerResultTtlInSeconds", AUTHORIZER_TTL_S)),
    )


def _gateway_response(definition: Mapping[str, Any]) -> GatewayResponse:
    status = definition.get("statusCode")
    return GatewayResponse(
        status=int(status) if status else None,
        headers=_static(definition.get("responseParameters", {}), _GATEWAY_HEADER),
        templates=definition.get("responseTemplates", {}),
    )


def _static(parameters: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Header mappings with a fixed value: `'text'` in single quotes."""
    return {
        name.removeprefix(prefix): value.strip("'")
        for name, value in parameters.items()
        if name.startswith(prefix) and value.startswith("'")
    }


def _descend(resources: Any, segments: list[str]) -> tuple[str, dict[str, str]] | None:
    """The most specific resource: at each segment a literal before a variable before a greedy one."""
    found = [
        (rank, resource, variables)
        for resource in resources
        if (match := _fit(resource, segments)) is not None
        for rank, variables in [match]
    ]
    if not found:
        return None
    _, resource, variables = min(found, key=lambda one: one[0])
    return resource, variables


def _fit(resource: str, segments: list[str]) -> tuple[tuple[int, ...], dict[str, str]] | None:
    parts = resource.strip("/").split("/") if resource.strip("/") else []
    rank: list[int] = []
    variables: dict[str, str] = {}
    for index, part in enumerate(parts):
        if part.endswith("+}"):
            if index >= len(segments):
                return None
            variables[part[1:-2]] = "/".join(segments[index:])
            return (*rank, 2), variables
        if index >= len(segments):
            return None
        if part.startswith("{"):
            if not segments[index]:
                return None
            variables[part[1:-1]] = segments[index]
        elif part != segments[index]:
            return None
        rank.append(1 if part.startswith("{") else 0)
    return (tuple(rank), variables) if len(parts) == len(segments) else None
