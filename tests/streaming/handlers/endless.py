"""A function whose runs never end by themselves; each says which process makes it."""

import asyncio
import os
from collections.abc import AsyncGenerator

from starlette.responses import Response

from freshet import wiring
from freshet.lambda_runtime import streaming
from freshet.runs.events import Content, RunEvent, Started
from freshet.sse import EventStream
from freshet.web import RunCall, create_app

app = create_app("endless")


@app.post("/words")
async def words(call: RunCall) -> Response:
    return await EventStream.open(await wiring.runs().start(call, "endless", _words()))


async def _words() -> AsyncGenerator[RunEvent, None]:
    yield Started({"pid": os.getpid()})
    while True:
        yield Content("字 ")
        await asyncio.sleep(0.1)


handler = streaming(app)
