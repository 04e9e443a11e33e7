"""The Runtime API refuses what AWS's refuses; a bare HTTP client plays the runtime."""

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest

from infra.local.lambda_service.invocation import Invocation
from infra.local.lambda_service.runtime_api import RuntimeApi

ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
STREAMING = {"Lambda-Runtime-Function-Response-Mode": "streaming", "Transfer-Encoding": "chunked"}


class Runtime:
    """A runtime that may misbehave."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def send(
        self, head: str, headers: dict[str, str], body: bytes = b"", *, cut: bool = False
    ) -> bytes:
        """One request on a connection of its own; the whole answer."""
        host, _, port = self._address.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        lines = [
            f"{head} HTTP/1.1",
            "Host: x",
            "Connection: close",
            *(f"{k}: {v}" for k, v in headers.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        if cut:
            writer.write_eof()
        try:
            async with asyncio.timeout(5):
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def next(self) -> bytes:
        return await self.send("GET /2018-06-01/runtime/invocation/next", {})

    async def respond(self, body: bytes, request_id: str = ID, **headers: str) -> bytes:
        sized = {"Content-Length": str(len(body))} | {k.replace("_", "-"): v for k, v in headers.items()}
        return await self.send(f"POST /2018-06-01/runtime/invocation/{request_id}/response", sized, body)

    async def stream(self, body: bytes, *, cut: bool = False) -> bytes:
        return await self.send(f"POST /2018-06-01/runtime/invocation/{ID}/response", STREAMING, body, cut=cut)


@pytest.fixture
async def api() -> AsyncIterator[RuntimeApi]:
    api = RuntimeApi()
    api.address = await api.start()  # type: ignore[attr-defined]  # for the next fixture
    yield api
    await api.close()


@pytest.fixture
def runtime(api: RuntimeApi) -> Runtime:
    return Runtime(api.address)  # type: ignore[attr-defined]  # see above


@pytest.fixture
async def invocation(api: RuntimeApi, runtime: Runtime) -> Invocation:
    """An invocation that the runtime has taken."""
    invocation = Invocation(ID, '{"问": 1}'.encode())
    asking = asyncio.create_task(runtime.next())
    await api.idle()
    api.deliver(invocation, "arn:aws:lambda:us-east-1:000000000000:function:f", 3)
    head, _, body = (await asking).partition(b"\r\n\r\n")
    assert b"lambda-runtime-aws-request-id: " + ID.encode() in head.lower()
    assert b"lambda-runtime-deadline-ms: " in head.lower()
    assert body == invocation.event
    return invocation


async def test_a_response_is_accepted_once(invocation: Invocation, runtime: Runtime) -> None:
    assert b" 202 " in await runtime.respond(b'"one"')
    second = await runtime.respond(b'"two"')
    assert b" 403 " in second
    assert b"InvalidStateTransition" in second
    assert invocation.payload == b'"one"'


async def test_another_invocations_response_is_refused(invocation: Invocation, runtime: Runtime) -> None:
    refused = await runtime.respond(b"{}", request_id="another")
    assert b" 400 " in refused
    assert b"InvalidRequestID" in refused
    assert b" 202 " in await runtime.respond(b"{}")


async def test_any_mode_but_streaming_is_refused(invocation: Invocation, runtime: Runtime) -> None:
    refused = await runtime.respond(b"{}", Lambda_Runtime_Function_Response_Mode="buffered")
    assert b" 400 " in refused
    assert b"InvalidFunctionResponseMode" in refused
    assert invocation.function_error is not None
    assert invocation.function_error.type == "Runtime.InvalidResponseModeHeader"


async def test_a_response_over_six_megabytes_is_refused(invocation: Invocation, runtime: Runtime) -> None:
    refused = await runtime.respond(b"x" * (6 * 1024 * 1024 + 101))
    assert refused == b"" or b" 413 " in refused
    assert invocation.function_error is not None
    assert invocation.function_error.type == "Function.ResponseSizeTooLarge"


async def test_the_next_event_waits_for_the_response(invocation: Invocation, runtime: Runtime) -> None:
    assert b" 403 " in await runtime.next()


async def test_a_body_without_its_last_chunk_is_truncated(invocation: Invocation, runtime: Runtime) -> None:
    assert b" 202 " not in await runtime.stream(b"3\r\nabc\r\n", cut=True)
    assert [chunk async for chunk in invocation.chunks()] == [b"abc"]
    assert invocation.function_error is not None
    assert invocation.function_error.type == "Runtime.TruncatedResponse"


async def test_trailers_are_the_streams_error(invocation: Invocation, runtime: Runtime) -> None:
    error = base64.b64encode('{"errorType": "E", "errorMessage": "坏了"}'.encode()).decode()
    trailers = f"Lambda-Runtime-Function-Error-Type: E\r\nLambda-Runtime-Function-Error-Body: {error}\r\n"
    assert b" 202 " in await runtime.stream(b"3\r\nabc\r\n0\r\n" + trailers.encode() + b"\r\n")
    assert [chunk async for chunk in invocation.chunks()] == [b"abc"]
    assert invocation.function_error is not None
    assert invocation.function_error.message == "坏了"


async def test_trailers_longer_than_awss_buffer_lose_the_response(
    invocation: Invocation, runtime: Runtime
) -> None:
    trailers = b"Lambda-Runtime-Function-Error-Type: E\r\nLambda-Runtime-Function-Error-Body: " + b"A" * 5000
    assert b" 202 " not in await runtime.stream(b"3\r\nabc\r\n0\r\n" + trailers + b"\r\n\r\n")
    assert invocation.function_error is not None
    assert invocation.function_error.type == "Runtime.TruncatedResponse"


async def test_restore_has_nothing_to_wait_for(runtime: Runtime) -> None:
    assert b" 200 " in await runtime.send("GET /2018-06-01/runtime/restore/next", {})


async def test_an_unknown_path_is_404(runtime: Runtime) -> None:
    assert b" 404 " in await runtime.send("GET /2018-06-01/runtime/nothing", {})


async def test_what_is_not_http_ends_the_connection(runtime: Runtime) -> None:
    assert await runtime.send("nonsense", {}) == b""
    assert b" 404 " in await runtime.send("GET /", {})
