"""Retrieval: each passage is chunked, embedded and indexed as ingest does it, and searched for as
`/api/v1/search` does it, with the stand-in's embeddings. Scored by the material's own script."""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from freshet import wiring
from freshet.documents.blocks import Block
from freshet.documents.chunk import Chunk, chunk_blocks
from freshet.rag.passage import Query
from tests.eval.product import OWNER, index, stand_ins

DEPTH = 10  # the measures look at ten documents
AT_A_TIME = 8  # searches


async def evaluate(data: Path, names: Sequence[str]) -> None:
    """Prints nDCG@10 and recall@10 of each set beside the best word or bigram BM25."""
    baselines = json.loads((data / "bm25_baseline.json").read_text())
    async with stand_ins() as parts:
        _say("| set | nDCG@10 | recall@10 | best BM25 nDCG@10 |\n|---|---|---|---|")
        for name in names or sorted(path.name for path in (data / "retrieval").iterdir()):
            async with parts.collection(name):
                scores = await _score(data, name)
            best = max(found["ndcg@10"] for key, found in baselines.items() if key.startswith(f"{name}|"))
            _say(f"| {name} | {scores['ndcg@10']} | {scores['recall@10']} | {best} |")


async def _score(data: Path, name: str) -> dict[str, Any]:
    folder = data / "retrieval" / name
    passages = _read(folder / "corpus.jsonl")
    await index((str(number), chunk) for number, passage in enumerate(passages) for chunk in _chunks(passage))
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as run:
        for line in await _search(_read(folder / "queries.jsonl"), passages):
            run.write(line)
        run.flush()
        command = [sys.executable, str(data / "score.py"), "retrieval", str(folder), run.name]
        printed = await asyncio.to_thread(subprocess.check_output, command, text=True)
    scores: dict[str, Any] = json.loads(printed)
    return scores


async def _search(queries: Sequence[Any], passages: Sequence[Any]) -> Iterable[str]:
    places = asyncio.Semaphore(AT_A_TIME)

    async def one(query: Any) -> list[str]:
        async with places:
            hits = await wiring.retriever().search(OWNER, Query(query["text"], limit=DEPTH * 3))
        ranked = dict.fromkeys(passages[int(hit.document_id)]["id"] for hit in hits)
        return [f"{query['id']}\t{id_}\t{rank}\n" for rank, id_ in enumerate(ranked, 1)]

    return [line for lines in await asyncio.gather(*map(one, queries)) for line in lines]


def _chunks(passage: Any) -> Iterable[Chunk]:
    title = passage.get("title")
    heading = [Block(title, "heading", level=1)] if title else []
    return chunk_blocks([*heading, Block(passage["text"])])


def _read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # a command's output
