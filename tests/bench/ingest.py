"""Ingest through the whole local cloud: from the first byte uploaded until documents are ready.

A long PDF by presigned POST, first with cold sandboxes, then the median of warm rounds; and many small
documents at once, of which each must be found exactly once in the end. All parts and the client share one
machine, the model is the stand-in. CPU seconds are of all parts together: on a busy machine they tell more
than the clock. What does not belong here: parsing alone (`parsing`), searching a full index (`search`).
"""

import asyncio
import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.bench import book
from tests.bench.table import Row
from tests.bench.text import Writer
from tests.e2e.client import checked, client, send_file, start_upload
from tests.e2e.local_cloud import LocalCloud, started, until

ROUNDS = 3
PAGES = 600
DOCUMENTS = 200
AT_A_TIME = 4  # uploads
READY_S = 180.0
POLL_S = 0.25


async def measure() -> list[Row]:
    """Seconds until ready, and what of the small documents is missing or doubled."""
    return await asyncio.to_thread(_measure)


def _measure() -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        started(LocalCloud(Path(folder), "--no-demo")) as cloud,
        client(cloud) as api,
        _watched(cloud) as peak,
    ):
        rows = [*_long(cloud, api, Path(folder)), _memory(f"a PDF of {PAGES} pages", peak)]
        return [*rows, _small(cloud, api), _memory("small documents too", peak)]


def _long(cloud: LocalCloud, api: httpx.Client, folder: Path) -> list[Row]:
    cold, *warm = (_once(cloud, api, folder / f"{seed}.pdf", seed) for seed in range(1 + ROUNDS))
    median = sorted(warm, key=lambda one: one.seconds)[ROUNDS // 2]
    what = f"a PDF of {PAGES} pages, {cold.chunks} chunks, from upload to ready"
    return [
        Row(
            f"{what}, {how}",
            f"{one.seconds:.1f} s (CPU {one.cpu:.1f})",
            f"{PAGES / one.seconds:.0f} pages/s",
            "≤ 20 s",
        )
        for how, one in (("sandboxes cold", cold), ("warm", median))
    ]


@dataclass(frozen=True)
class _Round:
    """Seconds until ready, CPU seconds of all parts meanwhile, and how many chunks it was."""

    seconds: float
    cpu: float
    chunks: int


def _once(cloud: LocalCloud, api: httpx.Client, path: Path, seed: int) -> _Round:
    book.draw(path, PAGES, seed=seed)
    cpu, begun = _cpu(cloud), time.perf_counter()
    new, form = start_upload(api, filename=path.name, content_type="application/pdf")
    assert send_file(form, path.read_bytes()).is_success
    document = until(lambda: _done(api, new["id"]), READY_S, every_s=POLL_S)
    seconds = time.perf_counter() - begun
    assert document
    assert (document["status"], document["pages_done"]) == ("ready", PAGES), document
    spent = _cpu(cloud) - cpu
    assert api.delete(f"/api/v1/documents/{document['id']}").status_code == 204
    return _Round(seconds, spent, document["chunks"])


def _done(api: httpx.Client, document_id: str) -> dict[str, Any] | None:
    document: dict[str, Any] = checked(api.get(f"/api/v1/documents/{document_id}"))
    return document if document["status"] in {"ready", "failed"} else None


@dataclass(frozen=True)
class _Small:
    """A small document and the word that only it has."""

    number: int
    word: str
    text: str


def _small(cloud: LocalCloud, api: httpx.Client) -> Row:
    wanted = [_written(number) for number in range(DOCUMENTS)]
    cpu, begun = _cpu(cloud), time.perf_counter()
    with ThreadPoolExecutor(AT_A_TIME) as threads, httpx.Client(timeout=60) as bucket:
        ids = list(threads.map(lambda one: _upload(api, bucket, one), wanted))
        uploaded = time.perf_counter() - begun
        until(lambda: len(_ids(api, "ready")) + len(_ids(api, "failed")) >= DOCUMENTS, READY_S, every_s=1)
        took, spent = time.perf_counter() - begun, _cpu(cloud) - cpu
        found = list(threads.map(lambda one, id_: _times(api, one, id_), wanted, ids))
    states = (
        f"{len(_ids(api, 'ready'))} ready, {found.count(1)} found once, {sum(n > 1 for n in found)} twice"
    )
    return Row(
        f"{DOCUMENTS} small documents uploaded at once",
        f"{took:.1f} s, of which the uploads {uploaded:.1f} (CPU {spent:.1f}); {states}",
        f"{DOCUMENTS / took:.1f} documents/s",
        "all ready, none twice",
    )


def _written(number: int) -> _Small:
    writer, word = Writer(number), f"kennung{number:04d}"
    paragraphs = [
        writer.english(120) if number % 2 else writer.chinese(240),
        f"The number of this one is {word}." if number % 2 else f"本文件的编号是{word}。",
        writer.english(120) if number % 2 else writer.chinese(240),
    ]
    return _Small(number, word, "\n\n".join(paragraphs))


def _upload(api: httpx.Client, bucket: httpx.Client, one: _Small) -> str:
    document, form = start_upload(api, filename=f"{one.number}.{'md' if one.number % 2 else 'txt'}")
    sent = bucket.post(form["url"], data=form["fields"], files={"file": one.text.encode()})
    assert sent.is_success, sent.text
    return str(document["id"])


def _ids(api: httpx.Client, status: str) -> set[str]:
    found: set[str] = set()
    cursor: dict[str, str] = {}
    while True:
        page = checked(api.get("/api/v1/documents", params={"status": status, "limit": 100, **cursor}))
        found |= {one["id"] for one in page["items"]}
        if not page["next_cursor"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


def _times(api: httpx.Client, one: _Small, document_id: str) -> int:
    """How often a document is in the index: by its record, its chunks and a search for its own word."""
    document = checked(api.get(f"/api/v1/documents/{document_id}"))
    chunks = checked(api.get(f"/api/v1/documents/{document_id}/chunks", params={"limit": 100}))["items"]
    assert [chunk["position"] for chunk in chunks] == list(range(document["chunks"])), document
    hits = checked(api.post("/api/v1/search", json={"query": one.word, "top_k": 10}))["items"]
    holders = [hit["document_id"] for hit in hits if one.word in hit["text"]]
    assert set(holders) <= {document_id}, holders
    return len(holders)


@contextlib.contextmanager
def _watched(cloud: LocalCloud) -> Iterator[list[float]]:
    """The megabytes of the largest parse sandbox, its parsing child included, looked at all the time."""
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(POLL_S):
            peak[0] = max([peak[0], *_sandboxes(cloud)])

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peak
    finally:
        over.set()
        watching.join()


def _sandboxes(cloud: LocalCloud) -> Iterator[float]:
    for process in cloud.processes():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == "parse":
                family = [process, *process.children(recursive=True)]
                yield sum(one.memory_info().rss for one in family) / 2**20


def _cpu(cloud: LocalCloud) -> float:
    """CPU seconds of all its processes so far, those that ended included."""
    parts = cloud.processes()
    known = {one.pid for one in parts}
    root = next(parent for one in parts if (parent := one.parent()) and parent.pid not in known)
    spent = 0.0
    for one in (root, *parts):
        with contextlib.suppress(psutil.Error):
            spent += sum(one.cpu_times()[:4])  # its own and its ended children's, user and system
    return spent


def _memory(what: str, peak: list[float]) -> Row:
    return Row(f"peak memory of a `parse` sandbox, {what}", f"{peak[0]:.0f} MB", "", "≤ 2048 MB")
