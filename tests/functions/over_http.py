"""Functions in this very process behind httpx: a request finds its function as API Gateway would."""

import re
from functools import cache

import httpx

from tests.e2e.strangers.routes import operations
from tests.functions.events import request
from tests.functions.sandbox import Sandbox


class SandboxTransport(httpx.BaseTransport):
    """Whatever a client sends is a request of `owner`."""

    def __init__(self, sandbox: Sandbox, owner: str) -> None:
        self._sandbox = sandbox
        self._owner = owner

    def handle_request(self, asked: httpx.Request) -> httpx.Response:
        target = asked.url.raw_path.decode()
        event = request(
            asked.method,
            target,
            owner=self._owner,
            headers=dict(asked.headers),
            content=asked.read() or None,
        )
        answer = self._sandbox.ask(_function(asked.method, target.partition("?")[0]), event)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], str]]:
    """What is fixed comes before what is variable."""
    found = sorted(operations(), key=lambda one: one.path.count("{"))
    return [(one.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", one.path)), one.function) for one in found]


def _function(method: str, path: str) -> str:
    return next(
        function
        for its_method, pattern, function in _patterns()
        if its_method == method and pattern.fullmatch(path)
    )
