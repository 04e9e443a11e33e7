"""What a streaming handler returns, and how its head is written.

The format is API Gateway's for Lambda proxy integrations in STREAM mode: a JSON document with only
`statusCode`, `headers`, `multiValueHeaders` and `cookies`, then eight NUL bytes, all within 16 KB, then
the body (API Gateway developer guide, "Set up a Lambda proxy integration with payload response streaming").
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

CONTENT_TYPE = "application/vnd.awslambda.http-integration-response"
SEPARATOR = b"\0" * 8
MAX_PRELUDE_BYTES = 16 * 1024


@dataclass(frozen=True)
class HttpStream:
    """An HTTP answer whose body is sent while it is made.

    Nothing is sent before the body's first chunk, so a failure until then is still an ordinary function
    error; an empty first chunk sends the head alone. If the body has an `aclose`, it is called at the end.
    """

    status: int
    headers: Sequence[tuple[str, str]]
    cookies: Sequence[str]
    body: AsyncIterator[bytes]


def prelude(stream: HttpStream) -> bytes:
    """The head of the answer with its end mark. Raises ValueError if API Gateway would refuse it."""
    values: dict[str, list[str]] = {}
    for name, value in stream.headers:
        values.setdefault(name.lower(), []).append(value)
    metadata: dict[str, Any] = {
        "statusCode": stream.status,
        "headers": {name: found[0] for name, found in values.items() if len(found) == 1},
    }
    if repeated := {name: found for name, found in values.items() if len(found) > 1}:
        metadata["multiValueHeaders"] = repeated
    if stream.cookies:
        metadata["cookies"] = list(stream.cookies)
    encoded = json.dumps(metadata).encode() + SEPARATOR
    if len(encoded) > MAX_PRELUDE_BYTES:
        raise ValueError(f"The response's headers take {len(encoded)} bytes, more than {MAX_PRELUDE_BYTES}")
    return encoded
