"""What a client asked: enough to tell whether it asks the same again, and to ask it again for it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request that starts a run. `function` is the Lambda function that got it, empty elsewhere."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    function: str = ""

    @property
    def digest(self) -> str:
        """The same for the same request; in JSON neither spaces nor the order of members count."""
        asked = json.dumps([self.method, self.path, self.query], sort_keys=True).encode()
        return hashlib.sha256(asked + b"\n" + _canonical(self.body)).hexdigest()

    def event(self, owner: str, run_id: str) -> dict[str, Any]:
        """The proxy event that has the function make run `run_id`; the body it takes from the record."""
        return {
            "resource": self.path,
            "path": self.path,
            "httpMethod": self.method,
            "headers": dict(self.headers),
            "multiValueQueryStringParameters": {name: list(values) for name, values in self.query.items()},
            "requestContext": {"requestId": run_id, "authorizer": {"owner": owner}, "run_id": run_id},
            "body": None,
            "isBase64Encoded": False,
        }


@dataclass(frozen=True, slots=True)
class Call:
    """A request of `owner` for a run, within `timeout_s`.

    `key` is its Idempotency-Key; `run_id` the run that this repeats on demand, made before and waiting.
    """

    owner: str
    request: Request
    timeout_s: float
    key: str = ""
    run_id: str = ""


def _canonical(body: bytes) -> bytes:
    """Not by orjson: it rounds long numbers, and stops at less depth."""
    try:
        return json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body
