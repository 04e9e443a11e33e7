"""Reading: material from texts, from an owner's documents, and what these say about something.

What does not belong here: how it is cut (`cutting`), and what a chunk adds to a text (`stretches`).
"""

import asyncio
from collections.abc import Sequence

from freshet.concurrency import together
from freshet.documents.library import Indexed, Library
from freshet.exercises.material.cutting import sections_of_document, sections_of_text
from freshet.exercises.material.sections import Material, Section
from freshet.exercises.material.stretches import stretches_found, stretches_of
from freshet.rag.parts import evenly
from freshet.rag.passage import Passage, Query, Retriever
from freshet.rag.text import quotable

# Sections that are read of documents, some 300 pages: with four calls at once their notes are taken within a
# run's time. Of more text as many are read, spread over it.
MOST_SECTIONS = 50
_STRETCH = 7  # chunks in a row, where not all are read: about a section
_MOST_QUERIES = 12
_PASSAGES = 2  # a query
_QUERY_CHARACTERS = 500
_TITLE_CHARACTERS = 60


class Reader:
    """Reads material from texts and from an owner's documents."""

    def __init__(self, library: Library, retriever: Retriever) -> None:
        self._library = library
        self._retriever = retriever

    def of_text(self, title: str, text: str) -> Material:
        """A text's material, called by its first words if it has no title. A long text is for a thread."""
        sections = sections_of_text(text)
        return Material(title=title or _called(sections), sections=sections)

    async def of_documents(self, owner: str, document_ids: Sequence[str]) -> Material:
        """Their material; of long ones sections spread evenly. Raises NotFound, Conflict (no text yet)."""
        ids = list(dict.fromkeys(document_ids))
        indexed = await together(*(self._library.indexed(owner, id_) for id_ in ids))
        total = sum(one.chunks for one in indexed)
        read = await together(*(self._sections(owner, one, one.chunks / total) for one in indexed))
        sections = [section for some, _ in read for section in some]
        chosen = evenly(sections, MOST_SECTIONS)
        covered = sum(chunks for _, chunks in read) / total * len(chosen) / len(sections)
        title = ", ".join(one.document.title for one in indexed)
        return Material(title=title, sections=list(chosen), covered=int(covered * 100) / 100)

    async def enriched(self, owner: str, material: Material, about: Sequence[str]) -> Material:
        """The material, and what else the owner's documents say `about` something.

        Raises Unavailable, ModelError.
        """
        queries = [Query(text[:_QUERY_CHARACTERS], _PASSAGES) for text in about[:_MOST_QUERIES]]
        found = await together(*(self._retriever.search(owner, query) for query in queries))
        passages = {passage.chunk_id: passage for some in found for passage in some}
        added = await asyncio.to_thread(_added, material, list(passages.values()))
        return material.model_copy(update={"sections": [*material.sections, *added]})

    async def _sections(self, owner: str, indexed: Indexed, share: float) -> tuple[list[Section], int]:
        """A document's sections, and of how many chunks they are."""
        positions = _positions(indexed.chunks, int(share * MOST_SECTIONS))
        chunks = await self._library.pick(owner, indexed, positions)
        document = indexed.document
        sections = await asyncio.to_thread(
            sections_of_document, stretches_of(chunks), document.id, document.filename
        )
        return sections, len(chunks)


def _called(sections: Sequence[Section]) -> str:
    """The first heading, else the beginning of the first line."""
    piece = next((piece for section in sections for piece in section.pieces if piece.text.strip()), None)
    if piece is None:
        return ""
    return _shortened(piece.heading[0] if piece.heading else piece.text.strip().partition("\n")[0])


def _shortened(title: str) -> str:
    """A title of a list's length: ended at a blank, where there is one, and marked as cut."""
    if len(title) <= _TITLE_CHARACTERS:
        return title
    cut = title[: _TITLE_CHARACTERS - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def _positions(total: int, sections: int) -> list[int]:
    """The positions of the chunks to read, of `total`: all of them, or stretches spread evenly."""
    most = max(2, sections)
    if total <= most * _STRETCH:
        return list(range(total))
    stretches = [range(start, min(start + _STRETCH, total)) for start in range(0, total, _STRETCH)]
    return [position for stretch in evenly(stretches, most) for position in stretch]


def _added(material: Material, passages: Sequence[Passage]) -> list[Section]:
    """Sections of the passages that the material does not hold."""
    new = [passage for passage in passages if not _holds(material, passage)]
    by_document: dict[str, list[Passage]] = {}
    for passage in new:
        by_document.setdefault(passage.document_id, []).append(passage)
    return [
        section
        for document_id, some in by_document.items()
        for section in sections_of_document(stretches_found(some), document_id, some[0].filename)
    ]


def _holds(material: Material, passage: Passage) -> bool:
    """Whether the longest sentence of the passage is in the material, be it a copy under another name."""
    text = passage.text[passage.repeated :]
    start, end = max(quotable(text), key=lambda span: span[1] - span[0], default=(0, 0))
    return start == end or material.place(text[start:end]) is not None
