"""Material: what is analysed and asked about, in sections that a model reads at once; and where it is kept.

What does not belong here: where it comes from (`reading`) and what is made of it (`analysis`, `generation`).
"""

import asyncio
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from pydantic import BaseModel, ConfigDict

from freshet.exercises.question import Place
from freshet.rag.quotes import Folded
from freshet.stores.objects import Objects

_EDGE = " .。…\"'“”「」"  # what models put around a quote that is not in it


class Piece(BaseModel):
    """A stretch of a text from `start` on, on one page, under one path of headings.

    White space at its end may stand for white space of another kind.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    start: int = 0
    page: int | None = None
    heading: list[str] = []


class Section(BaseModel):
    """Pieces that follow each other, of a document or of a text that was given.

    `lead` is what was said earlier and is needed to read them: the header of the table that they continue.
    """

    model_config = ConfigDict(frozen=True)

    pieces: list[Piece]
    document_id: str | None = None
    filename: str | None = None
    lead: str = ""

    @cached_property
    def text(self) -> str:
        """What a model reads."""
        return self.lead + self._body

    @cached_property
    def _body(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @cached_property
    def _begins(self) -> list[int]:
        """Where in the body each piece begins."""
        return [0, *accumulate(len(piece.text) for piece in self.pieces)][:-1]

    @cached_property
    def _folded(self) -> Folded:
        return Folded(self._body)

    def place(self, quote: str) -> Place | None:
        """Where the section says the quote, however it is broken and spelled; None if it does not."""
        found = self._folded.find(quote) or self._folded.find(quote.strip(_EDGE))
        if found is None:
            return None
        start, end = found
        first, last = self._at(start), self._at(end - 1)
        piece = self.pieces[first]
        return Place(
            quote=self._body[start:end],
            start=piece.start + start - self._begins[first],
            end=self.pieces[last].start + end - self._begins[last],
            document_id=self.document_id,
            filename=self.filename,
            page=piece.page,
            heading=piece.heading,
        )

    def _at(self, place: int) -> int:
        """The number of the piece that holds a place of the body; empty ones hold none."""
        return bisect_right(self._begins, place) - 1


class Material(BaseModel):
    """What there is to ask about; `covered` is the share of the documents that it holds."""

    model_config = ConfigDict(frozen=True)

    title: str
    sections: list[Section]
    covered: float = 1.0

    @property
    def document_ids(self) -> list[str]:
        """The documents that it comes from, in their order."""
        return list(dict.fromkeys(one.document_id for one in self.sections if one.document_id))

    def place(self, quote: str) -> Place | None:
        """Where the quote stands first. Looks through all of it: work for a thread."""
        found = (section.place(quote) for section in self.sections)
        return next((place for place in found if place), None)


class Materials:
    """Keeps material: as JSON, in an area of the bucket."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def put(self, owner: str, id_: str, material: Material) -> None:
        """Keeps the material of what has this id."""
        data = await asyncio.to_thread(lambda: material.model_dump_json().encode())
        await self._objects.put(owner, _name(id_), data, content_type="application/json")

    async def get(self, owner: str, id_: str) -> Material:
        """The material that was kept. Raises NotFound."""
        data = await self._objects.get(owner, _name(id_))
        return await asyncio.to_thread(Material.model_validate_json, data)

    async def delete(self, owner: str, id_: str) -> None:
        """Forgets it; quiet if it is not there."""
        await self._objects.delete(owner, _name(id_))


def _name(id_: str) -> str:
    return f"{id_}/material.json"
