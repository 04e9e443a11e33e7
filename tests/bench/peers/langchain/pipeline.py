"""A plain RAG pipeline on LangChain, in a process that stays: `python pipeline.py < orders > answers`.

Loader, RecursiveCharacterTextSplitter, OpenAIEmbeddings, QdrantVectorStore; retriever, prompt, chat model. An
order is a line of JSON, and so is its answer: see `tests.bench.pipeline`, which gives them. The splitter's
sizes are those of LangChain's own guide.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from chain import VECTOR, answering, store
from langchain_community.document_loaders import PyPDFLoader, TextLoader
from langchain_text_splitters import RecursiveCharacterTextSplitter
from qdrant_client import QdrantClient
from qdrant_client.models import Distance, VectorParams

CHUNK_CHARACTERS, OVERLAP = 1000, 200


class Pipeline:
    """One collection, filled and asked."""

    def __init__(self) -> None:
        client = QdrantClient(url=os.environ["QDRANT_URL"])
        size = int(os.environ["EMBEDDING_DIMENSIONS"])
        vectors = {VECTOR: VectorParams(size=size, distance=Distance.COSINE)}
        client.create_collection(os.environ["COLLECTION"], vectors_config=vectors)
        self._store = store(client)
        self._splitter = RecursiveCharacterTextSplitter(
            chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP, add_start_index=True
        )
        self._chain = answering(self._store)

    async def ingest(self, paths: list[str]) -> int:
        """Loads, splits and adds all of them; how many chunks that is."""
        loaders = [PyPDFLoader(one) if one.endswith(".pdf") else TextLoader(one, "utf-8") for one in paths]
        documents = [document for loader in loaders for document in loader.load()]
        chunks = self._splitter.split_documents(documents)
        await asyncio.to_thread(self._store.add_documents, chunks)
        return len(chunks)

    async def search(self, query: str, limit: int) -> list[str]:
        """The files of the best chunks, best first."""
        found = await self._store.asimilarity_search(query, k=limit)
        return [Path(one.metadata["source"]).name for one in found]

    async def ask(self, query: str) -> dict[str, Any]:
        """Milliseconds until the first words of the answer, and until its end; what it says."""
        begun, first, said = time.perf_counter(), 0.0, ""
        async for piece in self._chain.astream(query):
            first = first or (time.perf_counter() - begun if piece else 0.0)
            said += piece
        return {"first": 1000 * first, "whole": 1000 * (time.perf_counter() - begun), "said": said}


async def main() -> None:
    """Answers until there are no more orders."""
    pipeline = Pipeline()
    orders: dict[str, Callable[..., Awaitable[Any]]] = {
        "ingest": pipeline.ingest,
        "search": pipeline.search,
        "ask": pipeline.ask,
    }
    while line := await asyncio.to_thread(sys.stdin.readline):
        order, arguments = json.loads(line)
        sys.stdout.write(json.dumps(await orders[order](*arguments)) + "\n")
        sys.stdout.flush()


asyncio.run(main())
