"""Note taking: the model's notes on each part, some parts at a time; and what matters in all of them.

What belongs here: the calls. What does not: what notes are (`notes`), how they become one (`reduction`), what
is noted on (`analyse`).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from freshet.concurrency import in_background, together
from freshet.errors import ModelCut, ModelError, ModelMalformed, ModelRefused
from freshet.exercises.analysis.notes import Noted, Notes, Reduction, noted
from freshet.exercises.analysis.reduction import by_choice, by_rule, listed
from freshet.exercises.material.sections import Section
from freshet.exercises.prompt import Messages, analysis_messages, file_messages, reduction_messages
from freshet.llm.files import Files
from freshet.llm.options import ToolOptions
from freshet.llm.writer import Writer
from freshet.observe import logger
from freshet.runs.events import Item
from freshet.runs.telling import Tell

_NOTES_TOKENS = 4_000  # notes take about 2,000; a model that never ends is cut
_USELESS = (ModelMalformed, ModelCut, ModelRefused)  # the model answers, though not to this

M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Progress:
    """The notes on `parts` parts as they come, by number from 1; and why some parts have none."""

    parts: int
    notes: dict[int, Noted] = field(default_factory=dict)
    failures: list[ModelError] = field(default_factory=list)

    def noted(self, number: int, notes: Noted) -> Item:
        """Takes the notes on a part in."""
        self.notes[number] = notes
        points = [point.model_dump(mode="json") for point in notes.points]
        return self._item(number, key_points=points, concepts=list(notes.concepts))

    def failed(self, number: int, error: ModelError) -> Item:
        """Takes in that a part has none."""
        self.failures.append(error)
        return self._item(number, key_points=[], concepts=[], problem=error.problem())

    def in_order(self) -> list[Noted]:
        """The notes in the order of the parts. Raises the first failure if there are none."""
        if not self.notes:
            raise self.failures[0]
        return [self.notes[number] for number in sorted(self.notes)]

    def _item(self, number: int, **more: Any) -> Item:
        done = len(self.notes) + len(self.failures)
        return Item({"part": number, "parts": self.parts, "done": done, **more})


class NoteTaker:
    """Has a model take notes. Belongs to one event loop, as its turns do."""

    def __init__(self, at_once: int) -> None:
        """`at_once` calls run at a time, whoever's they are."""
        self._turns = asyncio.Semaphore(at_once)

    async def read(
        self,
        writer: Writer,
        title: str,
        parts: Sequence[Section],
        progress: Progress,
        tell: Tell,
        *,
        language: str | None,
    ) -> None:
        """Notes on each part, told as soon as they are taken. Raises what would meet the others, too."""

        async def note(number: int, part: Section) -> None:
            try:
                notes = await self._ask(writer, analysis_messages(title, part.text, language), Notes)
            except _USELESS as error:
                tell(progress.failed(number, error))
            else:
                tell(progress.noted(number, await asyncio.to_thread(noted, notes, part)))

        await together(*(note(number, part) for number, part in enumerate(parts, 1)))

    async def read_file(self, writer: Writer, filename: str, data: bytes, *, language: str | None) -> Notes:
        """Notes on a file that the model's endpoint reads. It is deleted there, whatever comes of it."""
        async with _lent(writer.client.files, filename, data) as file_id:
            return await self._ask(writer, file_messages(file_id, language), Notes)

    async def whole(self, writer: Writer, parts: Sequence[Noted]) -> Noted:
        """Notes on the whole. Those on the parts are paid for: what no model chooses from, a rule does."""
        if len(parts) == 1:
            return parts[0]
        try:
            messages = reduction_messages([point.text for point in listed(parts)])
            return by_choice(await self._ask(writer, messages, Reduction), parts)
        except ModelError as error:
            logger.warning("an analysis was put together by rule", code=error.code)
            return by_rule(parts)

    async def _ask(self, writer: Writer, messages: Messages, wanted: type[M]) -> M:
        options: ToolOptions = {"max_tokens": _NOTES_TOKENS, **writer.options}
        async with self._turns:
            completion = await writer.client.complete(messages, response_model=wanted, **options)
        if not isinstance(completion.parsed, wanted):
            raise ModelMalformed("The model called a tool instead of answering.")
        return completion.parsed


@asynccontextmanager
async def _lent(files: Files, filename: str, data: bytes) -> AsyncIterator[str]:
    """The file's id at the model's endpoint, where it is only for as long as it is read."""
    file_id = await files.upload(filename, data)
    try:
        yield file_id
    finally:
        await asyncio.shield(in_background(_taken_back(files, file_id)))


async def _taken_back(files: Files, file_id: str) -> None:
    try:
        await files.delete(file_id)
    except ModelError as error:
        logger.warning("a file stays at the model's endpoint", file_id=file_id, code=error.code)
