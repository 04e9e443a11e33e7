"""The usual RAG function on LangChain: FastAPI and Mangum around a chain whose answer is streamed.

Under AWS's managed runtime, so what is streamed is collected by Mangum.
"""

import os

from chain import answering, store
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from mangum import Mangum
from pydantic import BaseModel
from qdrant_client import QdrantClient

app = FastAPI()
chain = answering(store(QdrantClient(url=os.environ["QDRANT_URL"])))


class Ask(BaseModel):
    query: str


@app.post("/api/v1/query/stream")
async def stream(body: Ask) -> StreamingResponse:
    return StreamingResponse(chain.astream(body.query), media_type="text/plain")


handler = Mangum(app, lifespan="off")
