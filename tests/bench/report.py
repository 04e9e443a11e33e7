"""`docs/performance.md`: the tables of the benches, each with when it was measured, and the peers' versions.

What belongs here: the document. What does not: figures (the benches), what is said about them (its own text,
which stays as it stands around the tables).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.plot import bars
from tests.bench.table import Row, rendered
from tests.stack import ROOT

DOCUMENT = ROOT / "docs/performance.md"
PEERS = {
    "langchain": "LangChain",
    "llama-index-core": "LlamaIndex",
    "litellm": "LiteLLM",
    "markitdown": "markitdown",
}
_LOCKS = "tests/bench/peers/*/requirements.txt"


@dataclass(frozen=True)
class Plot:
    """A picture of some of a bench's rows: those that `row` fits, by what it finds in them."""

    image: str
    title: str
    row: str
    unit: str
    others: tuple[str, ...]


PLOTS = {
    "relay": Plot(
        "relay",
        "CPU a token, 50 streams",
        r"CPU a token.*: (.+)",
        "µs",
        ("the usual relay", "LiteLLM", "bytes passed on unread"),
    ),
    "cold_start": Plot(
        "cold-starts",
        "Processor time from the start of a process to the end of its first answer",
        r"cold start of (.+), first answer included",
        "ms",
        ("LangChain", "LlamaIndex", "bare FastAPI"),
    ),
}


def places(document: Path = DOCUMENT) -> set[str]:
    """What the document has a place for."""
    return set(re.findall(r"^<!-- (\w+) -->$", document.read_text(), re.MULTILINE))


def write(name: str, rows: Sequence[Row]) -> None:
    """Puts a bench's table in the place of its last one."""
    measured = f"Measured {datetime.now(UTC).date().isoformat()}."
    replaced(name, f"{measured}\n\n{rendered(rows)}")
    replaced("peers", ", ".join(versions()))
    if plot := PLOTS.get(name):
        (ROOT / f"docs/images/{plot.image}.svg").write_text(drawn(plot, rows))


def drawn(plot: Plot, rows: Sequence[Row]) -> str:
    """The plot of the rows that it fits; a row's figure is its first number."""
    found = {
        name[1]: float(figure[0])
        for row in rows
        if (name := re.fullmatch(plot.row, row.what)) and (figure := re.search(r"\d[\d.]*", row.figures))
    }
    return bars(plot.title, found, plot.unit, others=plot.others)


def replaced(name: str, content: str, document: Path = DOCUMENT) -> None:
    """Writes what stands between `<!-- name -->` and `<!-- /name -->`. Raises ValueError without these."""
    text = document.read_text()
    opening, closing = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, found, rest = text.partition(opening)
    _, ended, after = rest.partition(closing)
    if not (found and ended):
        raise ValueError(f"{document.name} has no place for {name}")
    document.write_text(before + opening + content + closing + after)


def versions() -> Iterator[str]:
    """The peers with their versions, as they are locked."""
    locked = "\n".join(lock.read_text() for lock in sorted(ROOT.glob(_LOCKS)))
    for package, name in PEERS.items():
        version = re.search(rf"^{package}==([\w.]+)", locked, re.MULTILINE)
        if version:
            yield f"{name} {version[1]}"
