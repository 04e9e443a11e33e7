"""The product's own parts in a process that stays: `python -m tests.bench.product < orders > answers`.

Documents go through the library and the parse worker's `Ingest`, questions through the retriever and the
answerer that `query` has, all as `wiring` makes them. Orders are those of the LangChain pipeline
(`peers/langchain/pipeline.py`); `tests.bench.pipeline` gives them. What does not belong here: functions and
their events, runs and their journal.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from freshet import wiring
from freshet.documents.claim import Work
from freshet.rag.answer import Question
from freshet.rag.passage import Query
from freshet.runs.events import Content

OWNER = "bench"
AT_A_TIME = 5  # documents: as many as the template's trigger of the parse worker
PARSE_S = 240.0
TOP_K = 6  # passages that an answer is written from: the API's default


async def ingest(paths: list[str]) -> int:
    """Uploads and parses all of them; how many chunks that is."""
    places = asyncio.Semaphore(AT_A_TIME)

    async def one(path: Path) -> int:
        async with places:
            data = await asyncio.to_thread(path.read_bytes)
            new = await wiring.library().upload(OWNER, path.name, data)
            await wiring.ingest().process(Work(OWNER, new.id, "s3:1:1", 1), budget_s=PARSE_S)
            document = await wiring.library().get(OWNER, new.id)
            assert document.status == "ready", document
            return document.chunks

    return sum(await asyncio.gather(*(one(Path(path)) for path in paths)))


async def search(query: str, limit: int) -> list[str]:
    """The files of the best passages, best first."""
    return [one.filename for one in await wiring.retriever().search(OWNER, Query(query, limit=limit))]


async def ask(query: str) -> dict[str, Any]:
    """Milliseconds until the first words of the answer, and until its end; what it says."""
    begun, first, said = time.perf_counter(), 0.0, ""
    async with aclosing(wiring.answerer().answer(OWNER, Question(Query(query, TOP_K)))) as events:
        async for event in events:
            if isinstance(event, Content):
                first = first or time.perf_counter() - begun
                said += event.text
    return {"first": 1000 * first, "whole": 1000 * (time.perf_counter() - begun), "said": said}


async def main() -> None:
    """Answers until there are no more orders. What the product logs goes to stderr."""
    with os.fdopen(os.dup(1), "w", buffering=1) as answers:
        os.dup2(2, 1)
        orders: dict[str, Callable[..., Awaitable[Any]]] = {"ingest": ingest, "search": search, "ask": ask}
        while line := await asyncio.to_thread(sys.stdin.readline):
            order, arguments = json.loads(line)
            answers.write(json.dumps(await orders[order](*arguments)) + "\n")
    await wiring.aclose()


if __name__ == "__main__":
    asyncio.run(main())
