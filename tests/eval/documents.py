"""Documents: every file of the shared set through the product's own reader, its words against the references.

Word recall and precision are counted by the material's own script. A file ends truthfully where its outcome
is one that the set's manifest leaves open: see `TRUTH`. What does not belong here: how formats are read.
"""

import asyncio
import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freshet.documents.blocks import SEPARATOR, Block
from freshet.documents.reading import read_document, stop_server
from freshet.errors import DocumentError

AT_A_TIME = 2
MEMORY_MB, TIMEOUT_S = 1024, 120.0  # what the parse function allows

TRUTH = {
    "text": {"ready"},
    "text_with_password": {"encrypted", "ready"},  # pdfium opens what has a password for its owner only
    # The set calls fewer than five words no text; of a shattered file nobody knows whether it had any.
    "no_text": {"no_text", "ready", "damaged"},
    "encrypted": {"encrypted"},
    "damaged": {"damaged", "no_text", "ready"},
    "unreadable": {"damaged"},
    "bomb": {"damaged", "over_limit"},
    "xxe": {"damaged", "ready"},  # ready is only true without what the entity names: see `truthful`
}
# Files without a word on what to expect. In a format of the product's they have text or are blank (one web
# page is EBCDIC, which is refused); in others they are refused, or damaged besides.
FORMATS = {"csv", "docx", "eml", "epub", "html", "json", "md", "pdf", "pptx", "txt", "xlsx"}
READ = {"ready", "no_text", "unsupported_format"}
LEFT = {"unsupported_format", "damaged"}
_PLAIN = (
    "import sys, pypdfium2 as p\n"
    "pages = p.PdfDocument(sys.argv[1])\n"
    "print('\\n'.join(page.get_textpage().get_text_range() for page in pages))"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one file ended: `ready` or an error's code (a fault of ours is `broken`), and how long it took."""

    entry: dict[str, Any]
    state: str
    seconds: float
    text: str

    @property
    def kind(self) -> str:
        return str(self.entry["file"].split("/")[0])

    @property
    def truthful(self) -> bool:
        if self.state == "ready":
            return bool(self.text.strip()) and "root:" not in self.text and self._allows("ready")
        return self._allows(self.state)

    def _allows(self, state: str) -> bool:
        expect = self.entry.get("expect")
        if expect is not None:
            return state in TRUTH[expect]
        return state in (READ if self.kind in FORMATS else LEFT)


async def evaluate(data: Path, names: Sequence[str]) -> None:
    """Prints word recall and precision by format, and how many files end in a truthful state."""
    folder = data / "docs"
    entries = [
        entry
        for entry in json.loads((folder / "manifest.json").read_text())
        if not names or entry["file"].split("/")[0] in names
    ]
    gate = asyncio.Semaphore(AT_A_TIME)
    outcomes = await asyncio.gather(*(_outcome(folder, entry, gate) for entry in entries))
    stop_server()  # what its readers used is counted when it has ended
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    texts = {outcome.entry["file"]: outcome.text for outcome in outcomes if outcome.state == "ready"}
    plain = await _plain(folder, [name for name in texts if name.startswith("pdf/")], gate)
    scores = await asyncio.to_thread(_score, data, texts)
    scores["plain pypdfium2"] = (await asyncio.to_thread(_score, data, plain)).get("pdf", {})
    _print_scores({kind: scores[kind] for kind in sorted(scores) if scores[kind].get("produced")})
    _print_states(outcomes, peak)


async def _outcome(folder: Path, entry: dict[str, Any], gate: asyncio.Semaphore) -> Outcome:
    path = folder / entry["file"]
    state, texts = "ready", []
    async with gate:
        started = time.monotonic()
        try:
            async for found in read_document(path, path.name, memory_mb=MEMORY_MB, timeout_s=TIMEOUT_S):
                texts += [found.text] if isinstance(found, Block) else []
        except DocumentError as error:
            state = error.code
        except RuntimeError as error:
            state = f"broken: {error}"
        return Outcome(entry, state, time.monotonic() - started, SEPARATOR.join(texts))


async def _plain(folder: Path, names: Iterable[str], gate: asyncio.Semaphore) -> dict[str, str]:
    """The text of PDFs as pdfium hands it out, page after page."""

    async def read(name: str) -> tuple[str, str]:
        async with gate:
            command = [sys.executable, "-c", _PLAIN, str(folder / name)]
            with contextlib.suppress(subprocess.CalledProcessError):
                return name, await asyncio.to_thread(
                    subprocess.check_output, command, text=True, stderr=subprocess.DEVNULL, timeout=TIMEOUT_S
                )
            return name, ""

    return dict(await asyncio.gather(*(read(name) for name in names)))


def _score(data: Path, texts: dict[str, str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as out:
        for name, text in texts.items():
            (Path(out) / f"{name.replace('/', '__')}.txt").write_text(text)
        command = [sys.executable, str(data / "score.py"), "docs", str(data / "docs"), out]
        scores: dict[str, Any] = json.loads(subprocess.check_output(command, text=True))
    return scores


def _print_scores(scores: dict[str, Any]) -> None:
    _say("| format | files | produced | word recall | recall ≥ 0.95 | precision |\n|---|---|---|---|---|---|")
    for kind, score in scores.items():
        columns = ("files", "produced", "recall", "recall_ge_95", "precision")
        _say(f"| {kind} | {' | '.join(str(score[column]) for column in columns)} |")


def _print_states(outcomes: Sequence[Outcome], peak_mb: int) -> None:
    truthful = sum(outcome.truthful for outcome in outcomes)
    _say(f"\n{truthful} of {len(outcomes)} files end truthfully; parsers used {peak_mb} MB at most.")
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    _say(f"Slowest: {slowest.entry['file']}, {slowest.seconds:.1f} s.")
    _say(f"States: {_counted(outcomes, lambda outcome: outcome.state.split(':')[0])}.")
    refused = [o.entry["file"] for o in outcomes if o.kind in FORMATS and o.state == "unsupported_format"]
    _say(f"Refused though in a format of the product's: {', '.join(refused) or 'none'}.")
    for outcome in outcomes:
        if not outcome.truthful:
            _say(f"- {outcome.entry['file']}: {outcome.entry.get('expect')} expected, {outcome.state[:200]}")


def _counted(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in Counter(map(key, outcomes)).most_common())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
