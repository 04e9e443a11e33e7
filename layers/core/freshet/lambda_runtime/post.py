"""One streamed answer on its way to the Runtime API: HTTP/1.1 chunks, and trailers if it fails.

Written on asyncio's streams because no HTTP client of Python sends trailers, and because a slow reader
must hold up the body's generator without holding up the loop's other tasks. Nothing is buffered: a chunk
is written as soon as it was yielded (asyncio sets TCP_NODELAY).
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from awslambdaric.lambda_runtime_client import LambdaRuntimeClientError

from freshet.lambda_runtime.stream import CONTENT_TYPE, HttpStream, prelude

CONNECT_TIMEOUT_S = 5
# Lambda reads trailers through a 4096 byte buffer and cuts the whole answer when they are longer
# (Go's net/http). This is the JSON document before base64, and leaves room for the names.
MAX_ERROR_BYTES = 2500
MAX_ERROR_TYPE = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenStream:
    """An answer whose first chunk is there: it can be sent."""

    head: bytes
    rest: AsyncIterator[bytes]


async def open_stream(stream: HttpStream) -> OpenStream:
    """Pull the first chunk. Whatever the body raises until then is raised here, and nothing was sent."""
    try:
        return OpenStream(prelude(stream) + bytes(await anext(stream.body, b"")), stream.body)
    except BaseException:
        await _close(stream.body)
        raise


async def post_stream(address: str, invoke_id: str, stream: OpenStream, invocation_id: str | None) -> None:
    """Send the answer of one invocation, chunk by chunk.

    No deadline but for the connection: the function's own timeout ends it. Raises LambdaRuntimeClientError
    when the Runtime API refuses it, OSError when it is gone.
    """
    path = f"/2018-06-01/runtime/invocation/{invoke_id}/response"
    try:
        host, _, port = address.rpartition(":")
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(_request_head(address, path, invocation_id) + _chunk(stream.head))
            failure = await _send_body(stream.rest, writer)
            writer.write(b"0\r\n" + (_error_trailers(failure) if failure else b"") + b"\r\n")
            await writer.drain()
            await _expect_accepted(reader, path)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
    finally:
        await _close(stream.rest)


def _request_head(address: str, path: str, invocation_id: str | None) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {address}",
        "Connection: close",
        f"Content-Type: {CONTENT_TYPE}",
        "Lambda-Runtime-Function-Response-Mode: streaming",
        "Transfer-Encoding: chunked",
        "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
    ]
    if invocation_id is not None:
        lines.append(f"Lambda-Runtime-Invocation-Id: {invocation_id}")
    return "\r\n".join([*lines, "", ""]).encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


async def _send_body(body: AsyncIterator[bytes], writer: asyncio.StreamWriter) -> BaseException | None:
    """Write the body; return what it failed with. Trouble with the connection is raised instead."""
    while True:
        try:
            data = await anext(body)
            framed = _chunk(data) if data else b""  # an empty chunk would be the end of the body
        except StopAsyncIteration:
            return None
        except (Exception, asyncio.CancelledError) as failure:
            _log.error("The response failed after its first byte", exc_info=failure)
            return failure
        writer.write(framed)
        await writer.drain()


async def _expect_accepted(reader: asyncio.StreamReader, path: str) -> None:
    status_line = await reader.readline()
    if status_line.split()[1:2] != [b"202"]:
        raise LambdaRuntimeClientError(path, status_line.decode("latin-1").strip(), await reader.read())


async def _close(body: AsyncIterator[bytes]) -> None:
    close = getattr(body, "aclose", None)
    if close is not None:
        await close()


def _error_trailers(failure: BaseException) -> bytes:
    from base64 import b64encode

    error_type = type(failure).__name__.encode("ascii", "replace")[:MAX_ERROR_TYPE]
    return (b"Lambda-Runtime-Function-Error-Type: %b\r\nLambda-Runtime-Function-Error-Body: %b\r\n") % (
        error_type,
        b64encode(_error_document(failure)),
    )


def _error_document(failure: BaseException) -> bytes:
    """The error as AWS's client writes it, shortened to what trailers can carry: outer frames go first."""
    import json
    import traceback

    frames = traceback.format_tb(failure.__traceback__)
    message = str(failure)
    while True:
        error = {"errorMessage": message, "errorType": type(failure).__name__, "stackTrace": frames}
        document = json.dumps(error, ensure_ascii=False).encode(errors="replace")
        if len(document) <= MAX_ERROR_BYTES:
            return document
        if frames:
            frames = frames[1:]
        else:
            message = message[: len(message) // 2]
