"""The usual RAG function on LlamaIndex: FastAPI and Mangum around a query engine whose answer is streamed.

Under AWS's managed runtime, so what is streamed is collected by Mangum.
"""

import os
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from llama_index.core import PromptTemplate, VectorStoreIndex
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI
from llama_index.vector_stores.qdrant import QdrantVectorStore
from mangum import Mangum
from pydantic import BaseModel
from qdrant_client import AsyncQdrantClient, QdrantClient

TOP_K = 6
PROMPT = PromptTemplate(
    "Answer the question from the source. If it does not hold the answer, say so.\n"
    '<source id="1">\n{context_str}\n</source>\n\n<question>{query_str}</question>'
)
BASE_URL = os.environ["MODEL_BASE_URL"]

app = FastAPI()
store = QdrantVectorStore(
    os.environ["COLLECTION"],
    client=QdrantClient(url=os.environ["QDRANT_URL"]),
    aclient=AsyncQdrantClient(url=os.environ["QDRANT_URL"]),
    dense_vector_name="dense",
)
index = VectorStoreIndex.from_vector_store(
    store,
    embed_model=OpenAIEmbedding(
        model_name=os.environ["EMBEDDING_MODEL"],
        api_base=BASE_URL,
        dimensions=int(os.environ["EMBEDDING_DIMENSIONS"]),
    ),
)
engine = index.as_query_engine(
    llm=OpenAI(model="gpt-4.1-mini", api_base=BASE_URL),  # a name that its table has: the endpoint takes any
    text_qa_template=PROMPT,
    similarity_top_k=TOP_K,
    streaming=True,
)


class Ask(BaseModel):
    query: str


@app.post("/api/v1/query/stream")
async def stream(body: Ask) -> StreamingResponse:
    return StreamingResponse(_written(body.query), media_type="text/plain")


async def _written(question: str) -> AsyncIterator[str]:
    answer = await engine.aquery(question)
    async for piece in answer.async_response_gen():
        yield piece


handler = Mangum(app, lifespan="off")
