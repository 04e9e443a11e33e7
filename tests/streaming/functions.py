"""What these tests have in common: functions of `handlers/`, proxy events, and answers taken apart."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from infra.local.lambda_service import FunctionPool, FunctionSpec, Invocation

ROOT = Path(__file__).resolve().parents[2]
LAYER = ROOT / "layers" / "core"
WRAPPER = LAYER / "streaming-wrapper"
HANDLERS = Path(__file__).resolve().parent / "handlers"
STREAM_TYPE = "application/vnd.awslambda.http-integration-response"


def spec(handler: str, *, wrapped: bool = True, **changes: Any) -> FunctionSpec:
    """A function of `handlers/`, under the streaming wrapper or under plain awslambdaric."""
    environment = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/streaming-wrapper"} if wrapped else {}
    settings: dict[str, Any] = {
        "name": handler.partition(".")[0],
        "task_root": HANDLERS,
        "handler": handler,
        "environment": environment,
        "memory_mb": 512,
        "timeout_s": 30,
        "opt_paths": (LAYER,),
        "import_paths": (LAYER,),
    }
    return FunctionSpec(**(settings | changes))


def proxy_event(
    path: str,
    method: str = "GET",
    headers: Mapping[str, list[str]] | None = None,
    body: str | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """API Gateway's event for a request; the query is decoded, as API Gateway does it."""
    path, _, query = path.partition("?")
    lines = {"Host": ["api.example.com"], "X-Forwarded-Proto": ["https"], **(headers or {})}
    parameters = parse_qs(query, keep_blank_values=True)
    event: dict[str, Any] = {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in lines.items()},
        "multiValueHeaders": lines,
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "requestContext": {"stage": "prod", "identity": {"sourceIp": "203.0.113.7"}},
        "body": body,
        "isBase64Encoded": False,
    }
    return event | changes


def request(path: str, **parts: Any) -> bytes:
    """A proxy event as Lambda gets it."""
    return json.dumps(proxy_event(path, **parts), ensure_ascii=False).encode()


def split(raw: bytes) -> tuple[dict[str, Any], bytes]:
    """Metadata and body of a streamed answer."""
    metadata, separator, body = raw.partition(b"\0" * 8)
    assert separator, raw[:200]
    return json.loads(metadata), body


async def whole(invocation: Invocation) -> tuple[dict[str, Any], bytes]:
    """A streamed answer, read to its end."""
    assert invocation.streaming, invocation.function_error or invocation.payload
    assert invocation.content_type == STREAM_TYPE
    return split(b"".join([chunk async for chunk in invocation.chunks()]))


async def eventually(condition: Callable[[], bool], timeout: float = 10) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(timeout):
        while not condition():  # noqa: ASYNC110 - no event crosses the process boundary
            await asyncio.sleep(0.02)


async def free(pool: FunctionPool) -> None:
    """Wait until no invocation runs: a function may be at work when its answer is over."""
    await eventually(lambda: pool.busy == 0)
