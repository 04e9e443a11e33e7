"""A function that makes runs as the product's do: it says each letter of what it is asked."""

from collections.abc import AsyncGenerator

from fastapi import Response

from freshet import wiring
from freshet.lambda_runtime import streaming
from freshet.runs.events import Content, Done, RunEvent, Started
from freshet.sse import EventStream
from freshet.web import Model, RunCall, create_app

app = create_app("maker")


class Asked(Model):
    query: str


@app.post("/api/v1/query/stream")
async def make(body: Asked, call: RunCall) -> Response:
    return await EventStream.open(await wiring.runs().start(call, "query", _spell(body.query)))


async def _spell(text: str) -> AsyncGenerator[RunEvent, None]:
    yield Started()
    for letter in text:
        yield Content(letter)
    yield Done({"output": text})


handler = streaming(app)
