"""Ingest and answers beside a plain LangChain pipeline: the same documents, questions, index and model.

Each side is a process of its own, asked by turns. Theirs (`peers/langchain/pipeline.py`) is what LangChain's
guide shows: loader, splitter, embeddings, Qdrant, retriever, chat model. Ours (`product`) is the product's
own way through library, parse worker, retriever and answerer, without functions and runs.

What ours does besides, and its figures pay for: it keeps the original in S3, and a record in DynamoDB by
which a parse is claimed and published, so that nothing is doubled or half; it reads files in child processes
under limits; it writes a sparse vector for each chunk and searches both kinds; it keeps pages, headings and
character spans; it merges neighbouring hits, and looks up a quote for every marker of an answer. CPU is that
of the side's process and its children, not of the servers; wall has the local cloud's AWS in it, on our side
alone. What theirs does besides: it embeds chunks of several documents in one request.

The stand-in model's vectors are lexical and so are its answers: the figures of retrieval say that the index
is used as it should be, not how good a real model's vectors are.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.bench import ground
from tests.bench.peers.venv import python_of
from tests.bench.table import Row
from tests.stack import ROOT

DATA = ROOT.parent / "shared/data"
SETS = ("anthropic-docs-en", "xquad-zh")  # passages and questions, about as many in each language
QUESTIONS = 100  # of each set
ASKED = 20  # of those, answered in full
TURN = 5  # questions before it is the other's turn
PDFS, PAGES = 8, 5  # so many, of so many pages at least
LARGEST = 4_000_000  # bytes, as `library.upload` takes them
DEPTH = 10
ANSWER_S = 300.0
LAST_WORDS = 2000
PEER = Path(__file__).parent / "peers/langchain/pipeline.py"


@dataclass(frozen=True)
class Side:
    """A pipeline in its process."""

    name: str
    process: Process
    log: Path

    async def do(self, order: str, *arguments: Any) -> Any:
        """What it answers. Raises RuntimeError with its last words if it ends instead."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([order, arguments]).encode() + b"\n")
        async with asyncio.timeout(ANSWER_S):
            answer = await self.process.stdout.readline()
        if not answer:
            said = await asyncio.to_thread(self.log.read_text)
            raise RuntimeError(f"{self.name} ended with {await self.process.wait()}: {said[-LAST_WORDS:]}")
        return json.loads(answer)

    def cpu_s(self) -> float:
        """CPU seconds so far, with children that live and that ended."""
        return sum(sum(one.cpu_times()[:4]) for one in self._tree())

    def memory_mb(self) -> float:
        return sum(one.memory_info().rss for one in self._tree()) / 2**20

    def _tree(self) -> Iterable[psutil.Process]:
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]


@dataclass(frozen=True)
class _Spent:
    """What an order took of a side: wall and CPU seconds, and how many chunks were made."""

    wall: float
    cpu: float
    chunks: int = 0


@dataclass(frozen=True)
class _Set:
    """Passages, a file each, and questions whose right passages are known."""

    name: str
    passages: Mapping[str, str]  # a file's name → the passage's id
    questions: Mapping[str, str]  # id → text


async def measure() -> list[Row]:
    """Ingest, retrieval and answers of both sides."""
    if not python_of("langchain").exists():
        return [Row("pipeline", "skipped: no langchain (make bench)", "", "")]
    if not DATA.is_dir():
        return [Row("pipeline", f"skipped: no material at {DATA}", "", "")]
    with tempfile.TemporaryDirectory() as folder:
        sets = await asyncio.to_thread(lambda: [_written(name, Path(folder)) for name in SETS])
        texts = [str(Path(folder) / name) for one in sets for name in one.passages]
        async with _sides(Path(folder)) as sides:
            return [
                *await _ingest(
                    sides, f"{len(texts)} passages in English and Chinese, a text file each", texts
                ),
                *await _ingest(sides, *_pdfs()),
                *[row for one in sets for row in await _retrieval(sides, one)],
                *await _answers(
                    sides, [text for one in sets for text in list(one.questions.values())[:ASKED]]
                ),
                _memory(sides),
            ]


@asynccontextmanager
async def _sides(folder: Path) -> AsyncIterator[tuple[Side, Side]]:
    """Ours and theirs, upon one index and one model."""
    command = [str(python_of("langchain")), str(PEER)]
    async with (
        ground.started() as started,
        _side("ours", [sys.executable, "-m", "tests.bench.product"], {}, folder) as ours,
        _side("LangChain", command, started.peers("langchain"), folder) as theirs,
    ):
        yield ours, theirs


@asynccontextmanager
async def _side(
    name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> AsyncIterator[Side]:
    with await asyncio.to_thread(open, folder / f"{name}.log", "w") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=PIPE,
            stdout=PIPE,
            stderr=log,
        )
    try:
        yield Side(name, process, Path(log.name))
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _written(name: str, folder: Path) -> _Set:
    """Writes a set's passages as files."""
    passages = {}
    for number, passage in enumerate(_lines(DATA / "retrieval" / name / "corpus.jsonl")):
        path = folder / f"{name}-{number}.txt"
        path.write_text("\n\n".join(filter(None, (passage.get("title"), passage["text"]))), encoding="utf-8")
        passages[path.name] = passage["id"]
    questions = _lines(DATA / "retrieval" / name / "queries.jsonl")[:QUESTIONS]
    return _Set(name, passages, {one["id"]: one["text"] for one in questions})


def _pdfs() -> tuple[str, list[str]]:
    """Some of the shared PDFs with text."""
    entries = [
        one
        for one in json.loads((DATA / "docs/manifest.json").read_text())
        if one["file"].startswith("pdf/") and one.get("expect") == "text"
        if one["bytes"] <= LARGEST and one["pages"] >= PAGES
    ]
    some = sorted(entries, key=lambda one: str(one["file"]))[:: max(1, len(entries) // PDFS)][:PDFS]
    pages = sum(one["pages"] for one in some)
    return f"{len(some)} PDFs of {pages} pages", [str(DATA / "docs" / one["file"]) for one in some]


async def _ingest(sides: Sequence[Side], what: str, paths: Sequence[str]) -> list[Row]:
    ours, theirs = [await _spent(side, "ingest", paths) for side in sides]
    rate, their_rate = len(paths) / ours.wall, len(paths) / theirs.wall
    cpu, their_cpu = (1000 * one.cpu / len(paths) for one in (ours, theirs))
    return [
        Row(
            f"ingest of {what}: {ours.chunks} chunks, LangChain's {theirs.chunks}",
            f"{rate:.1f} documents/s, LangChain {their_rate:.1f}",
            f"{rate / their_rate:.2f} × LangChain's",
            "",
        ),
        Row(
            f"ingest of {what}: CPU a document",
            f"{cpu:.0f} ms, LangChain {their_cpu:.0f} ms",
            f"{cpu / their_cpu:.2f} × LangChain's",
            "",
        ),
    ]


async def _spent(side: Side, order: str, *arguments: Any) -> _Spent:
    cpu, begun = side.cpu_s(), time.perf_counter()
    chunks = await side.do(order, *arguments)
    return _Spent(time.perf_counter() - begun, side.cpu_s() - cpu, chunks)


async def _retrieval(sides: Sequence[Side], asked: _Set) -> list[Row]:
    found: dict[str, dict[str, list[str]]] = {side.name: {} for side in sides}
    took: dict[str, list[float]] = {side.name: [] for side in sides}
    for id_, text in asked.questions.items():
        for side in sides:
            begun = time.perf_counter()
            files = await side.do("search", text, DEPTH * 3)
            took[side.name].append(1000 * (time.perf_counter() - begun))
            # Of the other set's passages there is no judgement: they take a place and are no hit.
            found[side.name][id_] = [asked.passages.get(file, file) for file in dict.fromkeys(files)]
    ours, theirs = [await asyncio.to_thread(_score, asked, found[side.name]) for side in sides]
    our_ms, their_ms = (statistics.median(took[side.name]) for side in sides)
    what = f"{len(asked.questions)} questions of {asked.name}"
    quality = "nDCG@10 {0[ndcg@10]:.3f}, recall@10 {0[recall@10]:.3f}"
    return [
        Row(
            f"retrieval, {what}",
            f"{quality.format(ours)}; LangChain: {quality.format(theirs)}",
            f"{ours['ndcg@10'] - theirs['ndcg@10']:+.3f} nDCG@10",
            "",
        ),
        Row(
            f"retrieval, {what}: median",
            f"{our_ms:.1f} ms, LangChain {their_ms:.1f} ms",
            f"{our_ms / their_ms:.2f} × LangChain's",
            "",
        ),
    ]


def _score(asked: _Set, found: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """By the material's own script, on the judgements of the questions that were asked."""
    header, *judged = (DATA / "retrieval" / asked.name / "qrels.tsv").read_text().splitlines()
    with tempfile.TemporaryDirectory() as folder:
        kept = [line for line in judged if line.partition("\t")[0] in asked.questions]
        Path(folder, "qrels.tsv").write_text("\n".join([header, *kept]))
        run = Path(folder, "run.tsv")
        run.write_text(
            "".join(
                f"{id_}\t{one}\t{rank}\n" for id_, all_ in found.items() for rank, one in enumerate(all_, 1)
            )
        )
        command = [sys.executable, str(DATA / "score.py"), "retrieval", folder, str(run)]
        scores: dict[str, float] = json.loads(subprocess.check_output(command, text=True))
    return scores


async def _answers(sides: Sequence[Side], questions: Sequence[str]) -> list[Row]:
    took: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
    cpu = dict.fromkeys(took, 0.0)
    for side in sides:
        await side.do("ask", questions[0])  # connections, imports
    for start in range(0, len(questions), TURN):
        for side in sides:
            before = side.cpu_s()
            took[side.name] += [await side.do("ask", text) for text in questions[start : start + TURN]]
            cpu[side.name] += side.cpu_s() - before
    assert all(one["said"].strip() for answers in took.values() for one in answers)
    ours, theirs = (side.name for side in sides)
    what = f"answers to {len(questions)} questions, one after another"
    return [
        *(
            _pair(
                f"{what}: median time to {end}",
                *(statistics.median(one[key] for one in took[n]) for n in took),
            )
            for end, key in (("the first words", "first"), ("the end", "whole"))
        ),
        _pair(f"{what}: CPU an answer", *(1000 * cpu[name] / len(questions) for name in (ours, theirs))),
    ]


def _pair(what: str, ours: float, theirs: float) -> Row:
    return Row(what, f"{ours:.1f} ms, LangChain {theirs:.1f} ms", f"{ours / theirs:.2f} × LangChain's", "")


def _memory(sides: Sequence[Side]) -> Row:
    ours, theirs = (side.memory_mb() for side in sides)
    figures = f"{ours:.0f} MB with the parser's process, LangChain {theirs:.0f} MB"
    return Row("memory of the process after all that", figures, f"{ours / theirs:.2f} × LangChain's", "")


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
