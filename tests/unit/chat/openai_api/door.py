"""OpenAI's door on loopback over canned runs, and the real `openai` client in front of it."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from openai import AsyncOpenAI

from freshet.chat.openai_api.completion_request import ChatCompletionRequest
from freshet.chat.openai_api.completions import CompletionChunks, completion
from freshet.errors import FreshetError
from freshet.runs.events import RunEvent, Started
from freshet.runs.frame import result
from freshet.runs.run import Run
from freshet.sse import EventStream
from freshet.web import create_app
from tests.serving import served

Script = Sequence[RunEvent | Exception]
STARTED = Started({"model": "m", "model_id": 7})


def door(script: Script) -> FastAPI:
    """An app whose completions are a run of `script`: its events in order; an exception ends it."""
    app = create_app("door")

    @app.post("/v1/chat/completions", response_model=None)
    async def completions(body: ChatCompletionRequest) -> dict[str, Any] | EventStream:
        run = Run("chat", events(script))
        if body.stream:
            chunks = CompletionChunks(
                run.run_id, model=body.model, tools=body.tool_names, include_usage=body.include_usage
            )
            return await EventStream.open(run, chunks)
        data = await result(run)
        return completion(run.run_id, STARTED.data, data, model=body.model, tools=body.tool_names)

    return app


async def events(script: Script) -> AsyncGenerator[RunEvent, None]:
    for event in script:
        if isinstance(event, Exception):
            raise event
        yield event


@asynccontextmanager
async def client_of(app: Any, **options: Any) -> AsyncIterator[AsyncOpenAI]:
    """A client of the app served at `/v1`; it asks once unless told otherwise."""
    async with (
        served(app) as url,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="fk_local", **{"max_retries": 0, **options}) as client,
    ):
        yield client


def failing(failures: Callable[[], FreshetError | None]) -> tuple[FastAPI, list[str]]:
    """An app whose model list fails as `failures` says at each call, and the calls that it got."""
    app, calls = create_app("failing"), list[str]()

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        calls.append("models")
        if error := failures():
            raise error
        return {"object": "list", "data": []}

    return app, calls
