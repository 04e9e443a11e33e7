"""What a client asked: enough to tell whether it asks the same again, and to ask it again for it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from freshet.ids import new_id

_BOUNDARY = b"boundary"  # of every form, for its digest


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
        """The same for the same request.

        In JSON neither spaces nor the order of members count, in a form not its boundary: clients throw dice
        for it.
        """
        asked = json.dumps([self.method, self.path, self.query], sort_keys=True).encode()
        return hashlib.sha256(asked + b"\n" + self._canonical()).hexdigest()

    def _canonical(self) -> bytes:
        boundary = _boundary(self.headers.get("content-type", ""))
        return _with_boundary(self.body, boundary, _BOUNDARY) if boundary else _canonical_json(self.body)

    def event(self, owner: str, run_id: str, origin: str) -> dict[str, Any]:
        """The proxy event that has the function make run `run_id`; the body it takes from the record.

        `origin` is the run that was asked for first, which this one repeats.
        """
        context = {"requestId": run_id, "authorizer": {"owner": owner}, "run_id": run_id, "origin": origin}
        return {
            "resource": self.path,
            "path": self.path,
            "httpMethod": self.method,
            "headers": dict(self.headers),
            "multiValueQueryStringParameters": {name: list(values) for name, values in self.query.items()},
            "requestContext": context,
            "body": None,
            "isBase64Encoded": False,
        }


@dataclass(frozen=True, slots=True)
class Call:
    """A request of `owner` for a run, within `timeout_s`.

    `key` is its Idempotency-Key; `run_id` the run that is to be made on demand, recorded before and waiting,
    and `origin` the one that it repeats, the first of them.
    """

    owner: str
    request: Request
    timeout_s: float
    key: str = ""
    run_id: str = ""
    origin: str = ""
    new_run_id: str = field(default_factory=new_id, compare=False)

    @property
    def id(self) -> str:
        """The run that this makes, unless it joins another."""
        return self.run_id or self.new_run_id

    @property
    def first_id(self) -> str:
        """The run that was asked for first: of a retry, the one that it repeats."""
        return self.origin or self.id


def _boundary(content_type: str) -> bytes:
    """The boundary that a form's header names; empty for what is no form."""
    header = Message()
    header["content-type"] = content_type
    if header.get_content_maintype() != "multipart":
        return b""
    return (header.get_boundary() or "").encode(errors="replace")


def _with_boundary(form: bytes, before: bytes, after: bytes) -> bytes:
    """The form with another boundary; it stands behind two hyphens at the beginning of a line."""
    return (b"\r\n" + form).replace(b"\r\n--" + before, b"\r\n--" + after)


def _canonical_json(body: bytes) -> bytes:
    """Not by orjson: it rounds long numbers, and stops at less depth."""
    try:
        return json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body
