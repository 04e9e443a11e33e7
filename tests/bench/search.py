"""Search in a full index: one owner of 100, 50,000 chunks in all, through `Vectors` and Qdrant's REST API.

The index is the local cloud's Qdrant, a process of its own; a search is its two legs, the fusion and the way
there and back. The reference is the same owner's chunks alone in a collection, searched by turns. Chunks are
as large as the product's; their text is generated, their sparse vectors are the product's own, their dense
ones are drawn by lot: exact search takes as long for any.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from freshet.rag.sparse import encode_document, encode_query
from freshet.settings import Settings
from freshet.stores.vectors import Point, Vectors, point_id
from infra.local.children import Child
from infra.local.ports import free_ports
from infra.local.servers import qdrant
from tests.bench.table import Row
from tests.bench.text import Writer

OWNERS, DOCUMENTS, CHUNKS = 100, 10, 50  # documents of an owner, chunks of a document
OWNER = 50  # the one who searches
WORDS, CHARACTERS = 240, 480  # of a chunk: what fits the product's size
LIBRARIES = 4  # different texts that owners have: every fourth has the same
SEARCHES = 200
WARM_UP = 10
LIMIT = 12  # hits: the API's default of six, doubled for the merging of neighbours
AT_A_TIME = 2  # requests while loading: one is encoded while one is written
DIMENSIONS = Settings().embedding_dimensions


async def measure() -> list[Row]:
    """The 95th percentile of an owner's searches among everybody's chunks, and among theirs alone."""
    (port,) = free_ports([0])
    with tempfile.TemporaryDirectory() as folder:
        child = Child(qdrant(Path(folder), port))
        await child.start()
        everybody, alone = (Vectors(f"http://127.0.0.1:{port}", name, DIMENSIONS) for name in ("all", "one"))
        try:
            await _load(alone, [OWNER])
            begun = time.perf_counter()
            await _load(everybody, range(OWNERS))
            loading = time.perf_counter() - begun
            return [*await _rows(everybody, alone), _loading(loading)]
        finally:
            await asyncio.gather(everybody.aclose(), alone.aclose())
            await child.stop()


async def _load(vectors: Vectors, owners: Sequence[int]) -> None:
    """Writes as ingest does; while one document is written, the next is made."""
    places = asyncio.Semaphore(AT_A_TIME)

    async def write(owner: str, document_id: str, points: Sequence[Point]) -> None:
        async with places:
            await vectors.upsert(owner, points)
            await vectors.publish(owner, document_id, 1)

    for number in owners:
        async with asyncio.TaskGroup() as group:
            for document in range(DOCUMENTS):
                points = await asyncio.to_thread(_points, number, document)
                group.create_task(write(f"owner-{number}", str(document), points))


def _points(owner: int, document: int) -> list[Point]:
    lots = np.random.default_rng([owner, document])
    texts = _texts(owner % LIBRARIES)[document * CHUNKS : (document + 1) * CHUNKS]
    return [
        Point(
            id=point_id(f"owner-{owner}", str(document), 1, position),
            document_id=str(document),
            generation=1,
            position=position,
            dense=_dense(lots),
            sparse=sparse,
            payload={"text": text, "page": position, "heading": [], "start": 0, "end": len(text)},
        )
        for position, (text, sparse) in enumerate(texts)
    ]


@cache
def _texts(library: int) -> list[tuple[str, dict[int, float]]]:
    """An owner's chunks: half English, half Chinese."""
    writer = Writer(library)
    texts = [
        writer.english(WORDS) if number % 2 else writer.chinese(CHARACTERS)
        for number in range(DOCUMENTS * CHUNKS)
    ]
    return [(text, encode_document(text)) for text in texts]


def _dense(lots: np.random.Generator) -> list[float]:
    vector = lots.standard_normal(DIMENSIONS)
    found: list[float] = (vector / np.linalg.norm(vector)).tolist()
    return found


async def _rows(everybody: Vectors, alone: Vectors) -> list[Row]:
    took: dict[Vectors, list[float]] = {everybody: [], alone: []}
    writer, lots = Writer(OWNER), np.random.default_rng(OWNER)
    for number in range(WARM_UP + SEARCHES):
        query = writer.english(8) if number % 2 else writer.chinese(16)
        dense, sparse = _dense(lots), encode_query(query)
        for vectors, times in took.items():
            begun = time.perf_counter()
            hits = await vectors.search(f"owner-{OWNER}", dense=dense, sparse=sparse, limit=LIMIT)
            times.append((time.perf_counter() - begun) * 1000)
            assert len(hits) == LIMIT
    full, small = (times[WARM_UP:] for times in took.values())
    chunks = OWNERS * DOCUMENTS * CHUNKS
    return [
        Row(
            f"search in an index of {chunks:,} chunks, one owner of {OWNERS}, p95",
            f"{_p95(full):.1f} ms (median {statistics.median(full):.1f}), "
            f"the owner alone {_p95(small):.1f} ms (median {statistics.median(small):.1f})",
            f"{_p95(full) / _p95(small):.2f} × alone",
            "≤ 50 ms",
        )
    ]


def _loading(seconds: float) -> Row:
    chunks = OWNERS * DOCUMENTS * CHUNKS
    figures = f"{seconds:.0f} s, {chunks / seconds:.0f} chunks/s"
    return Row(f"making and writing {chunks:,} chunks", figures, "", "")


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
