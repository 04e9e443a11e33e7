"""A bare ASGI app: every route shows one thing that a streamed answer can do."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from freshet.lambda_runtime import streaming

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Scope = dict[str, Any]

TEXT = (b"content-type", b"text/plain; charset=utf-8")


def query(scope: Scope) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}


async def start(send: Send, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = (TEXT,)) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def body(send: Send, data: bytes, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": more})


async def ticks(scope: Scope, receive: Receive, send: Send) -> None:
    """Five chunks, each the time of its making."""
    await start(send)
    for _ in range(5):
        await body(send, f"{time.monotonic()}\n".encode())
        await asyncio.sleep(0.2)
    await body(send, b"", more=False)


async def late(scope: Scope, receive: Receive, send: Send) -> None:
    """The head at once, the body half a second later."""
    await start(send)
    await asyncio.sleep(0.5)
    await body(send, str(time.monotonic()).encode(), more=False)


async def status(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send, int(query(scope)["code"]), ())
    await body(send, query(scope).get("text", "").encode(), more=False)


async def headers(scope: Scope, receive: Receive, send: Send) -> None:
    lines = (
        TEXT,
        (b"Vary", b"accept"),
        (b"vary", b"origin"),
        (b"Set-Cookie", b"a=1; Path=/"),
        (b"set-cookie", b"b=2; HttpOnly"),
    )
    await start(send, 200, lines)
    await body(send, b"ok", more=False)


async def large_headers(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send, 200, ((b"x-large", b"x" * 17_000),))
    await body(send, b"ok", more=False)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    request = await receive()
    shown = {
        "method": scope["method"],
        "path": scope["path"],
        "query": query(scope),
        "request_id": scope["aws.context"].aws_request_id,
        "body": request["body"].decode(),
    }
    await start(send, 200, ((b"content-type", b"application/json"),))
    await body(send, json.dumps(shown, ensure_ascii=False).encode(), more=False)


async def fail_before(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("还没开始就失败了")


async def fail_after(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await body(send, b"first")
    raise ValueError("中途失败" * int(query(scope).get("times", "1")))


async def never_starts(scope: Scope, receive: Receive, send: Send) -> None:
    return


async def never_ends(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await body(send, b"half")


async def to_the_end(scope: Scope, receive: Receive, send: Send) -> None:
    """More than all buffers hold, then a file: proof that somebody took it all."""
    await start(send)
    for _ in range(20):
        await body(send, b"x" * 1_000_000)
    await body(send, b"", more=False)
    Path(query(scope)["file"]).write_text("ended")  # noqa: ASYNC240 - a test's handler


async def flood(scope: Scope, receive: Receive, send: Send) -> None:
    """A body larger than all buffers, beside a task that notes how long the loop left it waiting."""
    gaps: list[float] = []

    async def beat() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.02)
            gaps.append(time.monotonic() - before)

    beating = asyncio.create_task(beat())
    began = time.monotonic()
    await start(send)
    for _ in range(20):
        await body(send, b"x" * 1_000_000)
    beating.cancel()
    report = {"took": time.monotonic() - began, "longest_gap": max(gaps), "beats": len(gaps)}
    await body(send, b"\n" + json.dumps(report).encode(), more=False)


async def afterwards(scope: Scope, receive: Receive, send: Send) -> None:
    """Ends its answer, then works on."""
    await start(send)
    await body(send, b"answer", more=False)
    await asyncio.sleep(0.5)
    Path(query(scope)["file"]).write_text(str(time.monotonic()))  # noqa: ASYNC240 - a test's handler


async def waits_for_disconnect(scope: Scope, receive: Receive, send: Send) -> None:
    """A listener beside the answer, as Starlette's; it must end with the answer."""
    await receive()
    listener = asyncio.ensure_future(receive())
    await start(send)
    await body(send, b"early" if listener.done() else b"listening", more=False)
    assert (await listener)["type"] == "http.disconnect"


async def tasks(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await body(send, str(len(asyncio.all_tasks())).encode(), more=False)


async def process(scope: Scope, receive: Receive, send: Send) -> None:
    shown = {"pid": os.getpid(), "environment": dict(os.environ), "loop": id(asyncio.get_running_loop())}
    await start(send, 200, ((b"content-type", b"application/json"),))
    await body(send, json.dumps(shown).encode(), more=False)


async def crash(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await body(send, b"first")
    os._exit(3)


ROUTES = {
    "/" + route.__name__.replace("_", "-"): route
    for route in (
        ticks,
        late,
        status,
        headers,
        large_headers,
        echo,
        fail_before,
        fail_after,
        never_starts,
        never_ends,
        to_the_end,
        flood,
        afterwards,
        waits_for_disconnect,
        tasks,
        process,
        crash,
    )
}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await ROUTES.get(scope["path"], echo)(scope, receive, send)


handler = streaming(app)  # type: ignore[arg-type]  # plain dicts where ASGI says MutableMapping
