"""The usual relay: FastAPI and `AsyncOpenAI`, as tutorials have it. `python usual.py PORT UPSTREAM`."""

import sys
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI

port, upstream = int(sys.argv[1]), sys.argv[2]
app = FastAPI()
client = AsyncOpenAI(base_url=upstream, api_key="none")


@app.post("/v1/chat/completions")
async def relay(request: Request) -> StreamingResponse:
    """Chunks as the SDK reads them, written as they come."""
    stream = await client.chat.completions.create(**await request.json())

    async def events() -> AsyncIterator[str]:
        async for chunk in stream:
            yield f"data: {chunk.model_dump_json()}\n\n"
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
