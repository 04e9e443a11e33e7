"""A FastAPI app, streamed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import FastAPI, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from freshet.lambda_runtime import streaming

app = FastAPI()


class Question(BaseModel):
    query: str


@app.post("/query")
async def query(question: Question) -> StreamingResponse:
    async def events() -> AsyncIterator[bytes]:
        for character in question.query:
            yield f"data: {character}\n\n".encode()
            await asyncio.sleep(0.05)

    return StreamingResponse(events(), media_type="text/event-stream", headers={"cache-control": "no-cache"})


@app.get("/search")
async def search(q: Annotated[list[str], Query()]) -> dict[str, list[str]]:
    return {"q": q}


@app.delete("/items/{name}", status_code=204)
async def delete(name: str, response: Response) -> None:
    response.set_cookie("deleted", "yes")
    response.set_cookie("seen", "1")


@app.get("/broken")
async def broken() -> None:
    raise RuntimeError("the app itself failed")


handler = streaming(app)
