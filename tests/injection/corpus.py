"""The corpus: orders that others hide in what a model reads, one a line of `corpus.jsonl`.

    channel    where the order stands: in a document's body, in a tool's answer, in an app's name …
    text       what stands there; `{evil}` is an address of whoever gives the order
    order      the part of the text that must not be read as our own words; all of it if not told
    wants      what a model does that obeys: `say` something, `call` a tool, `leak` all that it has read,
               show a `link`, give full `marks`, write a `draft` of a question, find `events`, judge `edges`
    unread     why the order reaches no model, where none does
    limit      why it is followed all the same, where nothing can be done: README names these

What does not belong here: how a text gets to a model (the scenes).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

CORPUS = Path(__file__).with_name("corpus.jsonl")


@dataclass(frozen=True)
class Case:
    """An order; see above."""

    id: str
    channel: str
    language: Literal["en", "zh"]
    technique: str
    text: str
    wants: dict[str, Any]
    order: str = ""
    unread: str = ""
    limit: str = ""

    def at(self, evil: str) -> "Case":
        """The case with an address in it."""
        return Case(**json.loads(json.dumps(asdict(self)).replace("{evil}", evil)))


def load() -> list[Case]:
    """All cases."""
    return [Case(**json.loads(line)) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
