"""Serving an ASGI app on loopback in this very event loop, as a function's app is seen by its caller."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


def as_caller(app: Any, owner: str | None) -> Any:
    """The app behind an authorizer that found `owner` (None: behind none)."""

    async def called(scope: dict[str, Any], receive: Any, send: Any) -> None:
        authorizer = {"owner": owner} if owner else None
        context = {"requestId": "req-1", "authorizer": authorizer}
        await app({**scope, "aws.event": {"requestContext": context}}, receive, send)

    return called


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """The base URL of the app under uvicorn on a free port."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_level="warning", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
