"""A request to a function, in this process as on Lambda, and what is wrong with its answer."""

import json
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.functions.events import request
from tests.functions.sandbox import Answer, Sandbox

OWNER = "fuzz"
LONGEST_S = 30.0  # a stand-in's answer, on cores that are shared; what is refused takes milliseconds
_PROBLEM = {"type", "title", "status", "detail", "instance", "code", "request_id"}
# Bytes of an answer that says what is wrong; it may quote, twice. Lambda hands on 6 MB.
_MOST = 100_000
# That a model, a host or a part of the stack fails is an answer; that it is not foreseen is none.
_TRUTHFUL = {502, 503, 504}


@dataclass
class Asked:
    """One request: `content` is its body, `path` is as API Gateway hands it on."""

    function: str
    method: str
    path: str
    what: str
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    def event(self) -> dict[str, Any]:
        """API Gateway's event. Names and values stand in it as they are: it has decoded them."""
        made = request(self.method, "/", owner=OWNER)
        headers = {"host": "api.example.com", **self.headers}
        query = {name: [value] for name, value in self.query.items()} or None
        return made | {
            "resource": self.path,
            "path": self.path,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": dict(self.query) or None,
            "multiValueQueryStringParameters": query,
            "body": b64encode(self.content).decode() if self.content else None,
            "isBase64Encoded": bool(self.content),
        }


@dataclass(frozen=True, slots=True)
class Told:
    """How a request was answered: its status, the seconds, and what is wrong with the answer, if anything."""

    status: int
    seconds: float
    wrong: str


def ask(sandbox: Sandbox, asked: Asked) -> Told:
    """Asks the function."""
    begun, status, wrong = time.monotonic(), 0, ""
    try:
        answer = sandbox.ask(asked.function, asked.event())
        status, wrong = answer.status, _wrong(asked, answer)
    except Exception as error:
        wrong = f"the handler raised {type(error).__name__}: {error}"[:300]
    took = time.monotonic() - begun
    return Told(status, took, wrong or (f"it took {took:.1f} s" if took > LONGEST_S else ""))


def _wrong(asked: Asked, answer: Answer) -> str:
    if answer.status >= 500 and answer.status not in _TRUTHFUL:
        return f"{answer.status}: {answer.body[:300]!r}"
    if answer.status < 400:
        return ""
    if len(answer.body) > _MOST + 2 * len(asked.content):
        return f"{answer.status} in {len(answer.body)} bytes"
    told = json.loads(answer.body)
    known = "error" in told if asked.path.startswith("/v1/") else told.keys() >= _PROBLEM
    return "" if known else f"{answer.status} without a problem: {answer.body[:200]!r}"
