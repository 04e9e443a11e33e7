"""Passages: what retrieval is asked for, what it finds, and the protocol of whatever finds it.

What belongs here: the values and the protocol. What does not: finding (`retrieve`, `bailian`), putting in
another order (`rerank`), joining (`neighbours`), citing (`cite`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that was found; `start` and `end` are its place in the document's text.

    `text` is that span; a table's header may stand before it, repeated from elsewhere. `marks` are (start,
    page, heading): from that place on it stands on that page, under those headings. `position` counts the
    document's chunks from 0, None where the retriever does not know. `joints` are places in `text` of line
    ends that stand for white space of another kind, where chunks were joined.
    """

    document_id: str
    chunk_id: str
    filename: str
    text: str
    page: int | None
    heading: tuple[str, ...]
    start: int
    end: int
    score: float
    marks: tuple[tuple[int, int | None, tuple[str, ...]], ...] = ()
    position: int | None = None
    joints: tuple[int, ...] = ()

    @property
    def repeated(self) -> int:
        """How many characters of `text` stand before the span: a table's header and its line end."""
        return len(self.text) - (self.end - self.start)

    def place(self, start: int) -> tuple[int | None, tuple[str, ...]]:
        """Page and headings at a place in the document's text."""
        known = [(page, heading) for mark, page, heading in self.marks if mark <= start]
        return known[-1] if known else (self.page, self.heading)

    def as_dict(self) -> dict[str, Any]:
        """What clients see of it."""
        return {
            "document_id": self.document_id,
            "chunk_id": self.chunk_id,
            "filename": self.filename,
            "text": self.text,
            "page": self.page,
            "heading": list(self.heading),
            "score": self.score,
        }


@dataclass(frozen=True, slots=True)
class Query:
    """At most `limit` passages that fit the text; `document_ids` None means all documents, empty none."""

    text: str
    limit: int
    document_ids: Sequence[str] | None = None
    kind: str | None = None


class Retriever(Protocol):
    """Finds passages."""

    async def search(self, owner: str, query: Query) -> list[Passage]:
        """Passages of the owner's documents, best first.

        Raises a FreshetError (Unavailable, ModelError) if a part does not answer.
        """
        ...
