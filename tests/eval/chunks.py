"""Chunks: how much of the answers' own words five passages hold, and how much else.

The corpora are read and cut by the product, indexed as ingest does it and searched as `/api/v1/search` does
it, neighbours merged; beside them, as a reference, windows of a fixed size cut without looking, found in the
same way. Scored by the material's own script: recall, precision and intersection over union by character.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from freshet import wiring
from freshet.documents.blocks import SEPARATOR, Block
from freshet.documents.chunk import SIZE, Chunk, chunk_blocks
from freshet.documents.formats import read
from freshet.rag.passage import Query
from tests.eval.product import OWNER, index, stand_ins

TOP = 5  # passages
WINDOW = 400 * 4  # characters: four to a token


async def evaluate(data: Path, names: Sequence[str]) -> None:
    """Prints the scores of the product's chunks and of fixed windows."""
    folder = data / "chunking_eval"
    corpora = [path for path in sorted((folder / "corpora").glob("*.md")) if not names or path.stem in names]
    cuts = {
        f"the product's, {SIZE} tokens at most": [chunk for path in corpora for chunk in _chunks(path)],
        "windows of 400 tokens": [chunk for path in corpora for chunk in _windows(path)],
    }
    _say("| chunks | recall | precision | IoU | characters found |\n|---|---|---|---|---|")
    async with stand_ins() as parts:
        for number, (name, chunks) in enumerate(cuts.items()):
            async with parts.collection(f"chunks-{number}"):
                await index(chunks)
                runs = await _search(folder, {path.stem for path in corpora})
            scores = await asyncio.to_thread(_score, data, runs)
            found = sum(end - start for run in runs for _, start, end in run["hits"]) / len(runs)
            _say(f"| {name} | {scores['recall']} | {scores['precision']} | {scores['iou']} | {found:.0f} |")


def _chunks(path: Path) -> Iterator[tuple[str, Chunk]]:
    """The product's chunks, their spans counted in the file itself."""
    text, blocks = path.read_text(), [found for found in read(path, path.name) if isinstance(found, Block)]
    places = list(_places(text, blocks))
    for chunk in chunk_blocks(blocks):
        start, end = _in_file(places, chunk.start), _in_file(places, chunk.end - 1) + 1
        yield path.stem, replace(chunk, start=start, end=end)


def _places(text: str, blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """For each block, where it begins: in the document's text, and in the file."""
    inside = at = 0
    for block in blocks:
        at = text.index(block.text, at)
        yield inside, at
        inside += len(block.text) + len(SEPARATOR)
        at += len(block.text)


def _in_file(places: Sequence[tuple[int, int]], position: int) -> int:
    inside, at = max(place for place in places if place[0] <= position)
    return at + position - inside


def _windows(path: Path) -> Iterator[tuple[str, Chunk]]:
    text = path.read_text()
    for position, start in enumerate(range(0, len(text), WINDOW)):
        end = min(start + WINDOW, len(text))
        yield path.stem, Chunk(position, text[start:end], None, (), start, end)


async def _search(folder: Path, corpora: Container[str]) -> list[dict[str, Any]]:
    questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text().splitlines()]
    runs = []
    for question in (one for one in questions if one["corpus"] in corpora):
        passages = await wiring.retriever().search(OWNER, Query(question["text"], limit=TOP))
        hits = [[passage.document_id, passage.start, passage.end] for passage in passages]
        runs.append({"id": question["id"], "hits": hits})
    return runs


def _score(data: Path, runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(run) + "\n" for run in runs)
        file.flush()
        command = [sys.executable, str(data / "score.py"), "chunks", str(data / "chunking_eval"), file.name]
        scores: dict[str, Any] = json.loads(subprocess.check_output(command, text=True))
    return scores


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # a command's output
