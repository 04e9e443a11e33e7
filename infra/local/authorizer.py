"""The Lambda authorizer's part: who calls, and whether the policy lets them.

What belongs here: asking the template's authorizer function and keeping its answer as long as API Gateway
would. What does not: what a key or a token is; that is the product's own `authorize` function.
"""

import asyncio
import json
import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.api import Authorizer
from infra.local.lambda_service import FunctionPool, TooManyRequests
from infra.local.refusals import RefusedError

CACHE_ENTRIES = 1000
_ACTION = "execute-api:Invoke"


@dataclass(frozen=True)
class _Verdict:
    """What the function answered: a policy and a context."""

    principal: str
    statements: tuple[Mapping[str, Any], ...]
    context: Mapping[str, str]
    key: str | None


class Authorizing:
    """One authorizer of one API, with its cache."""

    def __init__(self, authorizer: Authorizer, pool: FunctionPool) -> None:
        self._authorizer = authorizer
        self._pool = pool
        self._cache: OrderedDict[tuple[str, ...], tuple[float, _Verdict]] = OrderedDict()
        self._asking: dict[tuple[str, ...], asyncio.Task[_Verdict]] = {}

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that say who calls."""
        return self._authorizer.headers

    async def context(
        self, event: Mapping[str, Any], identity: Mapping[str, str], arn: str
    ) -> dict[str, Any]:
        """`requestContext.authorizer` for an allowed request.

        `event` is the proxy event, `identity` the identity headers, empty where absent. Raises RefusedError.
        """
        values = tuple(identity.values())
        if not all(values) or not re.match(self._authorizer.pattern, values[0]):
            raise RefusedError("UNAUTHORIZED")
        begun = time.monotonic()
        verdict = self._cached(values)
        if not verdict:
            verdict = await asyncio.shield(self._asked(values, event, identity, arn))
        _require_allowed(verdict, arn)
        latency = round((time.monotonic() - begun) * 1000)
        return {**verdict.context, "principalId": verdict.principal, "integrationLatency": latency}

    def _cached(self, identity: tuple[str, ...]) -> _Verdict | None:
        expires, verdict = self._cache.get(identity, (0.0, None))
        return verdict if expires > time.monotonic() else None

    def _keep(self, identity: tuple[str, ...], verdict: _Verdict) -> None:
        if self._authorizer.ttl_s <= 0:
            return
        self._cache[identity] = (time.monotonic() + self._authorizer.ttl_s, verdict)
        while len(self._cache) > CACHE_ENTRIES:
            self._cache.popitem(last=False)

    def _asked(
        self, values: tuple[str, ...], event: Mapping[str, Any], identity: Mapping[str, str], arn: str
    ) -> asyncio.Task[_Verdict]:
        """One question for all who come at once, as far as answers are kept: a page brings ten requests, and
        a laptop does not start ten sandboxes in a moment.
        """
        if asking := self._asking.get(values):
            return asking
        asking = asyncio.create_task(self._ask_and_keep(values, event, identity, arn))
        if self._authorizer.ttl_s > 0:
            self._asking[values] = asking
            asking.add_done_callback(lambda _: self._asking.pop(values))
        return asking

    async def _ask_and_keep(
        self, values: tuple[str, ...], event: Mapping[str, Any], identity: Mapping[str, str], arn: str
    ) -> _Verdict:
        """Kept before the question is over: nobody comes between and asks again."""
        verdict = await self._ask(event, identity, arn)
        self._keep(values, verdict)
        return verdict

    async def _ask(self, event: Mapping[str, Any], identity: Mapping[str, str], arn: str) -> _Verdict:
        question: dict[str, Any] = {"type": self._authorizer.kind.upper(), "methodArn": arn}
        if self._authorizer.kind == "token":
            question["authorizationToken"] = next(iter(identity.values()))
        else:
            rest = {name: value for name, value in event.items() if name not in ("body", "isBase64Encoded")}
            question = {**rest, **question, "headers": {**event["headers"], **identity}}
        try:
            invocation = await self._pool.invoke(json.dumps(question, ensure_ascii=False).encode())
        except TooManyRequests:
            raise RefusedError("AUTHORIZER_FAILURE") from None
        if error := invocation.function_error:
            raise RefusedError("UNAUTHORIZED" if error.message == "Unauthorized" else "AUTHORIZER_FAILURE")
        return _verdict(invocation.payload)


def _verdict(payload: bytes) -> _Verdict:
    try:
        found = json.loads(payload)
        document = found["policyDocument"]
        document = json.loads(document) if isinstance(document, str) else document
        statements = document["Statement"]
        statements = [statements] if isinstance(statements, dict) else statements
        context = {name: _stringified(value) for name, value in (found.get("context") or {}).items()}
        return _Verdict(
            str(found["principalId"]), tuple(statements), context, found.get("usageIdentifierKey")
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RefusedError("AUTHORIZER_CONFIGURATION_ERROR") from None


def _stringified(value: Any) -> str:
    """Context values are strings, numbers or booleans; API Gateway hands all of them on as strings."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise TypeError
    return str(value)


def _require_allowed(verdict: _Verdict, arn: str) -> None:
    effects = {one.get("Effect") for one in verdict.statements if _covers(one, arn)}
    words = "User is not authorized to access this resource"
    if "Deny" in effects:
        raise RefusedError("ACCESS_DENIED", message=f"{words} with an explicit deny")
    if "Allow" not in effects:
        raise RefusedError("ACCESS_DENIED", message=words)


def _covers(statement: Mapping[str, Any], arn: str) -> bool:
    actions, resources = (_listed(statement.get(name)) for name in ("Action", "Resource"))
    return any(_matches(one.lower(), _ACTION.lower()) for one in actions) and any(
        _matches(one, arn) for one in resources
    )


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value or []]


def _matches(pattern: str, text: str) -> bool:
    """IAM's wildcards: `*` any run of characters, slashes included, `?` one character."""
    expression = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None
