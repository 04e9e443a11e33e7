"""Summaries: a document's text read in parts, noted down, and written up; kept on the document.

A short document is one call. Of a long one each part becomes notes, some at a time and unseen, until the
notes fit one call; only that last one is shown. What does not belong here: how text is cut (`parts`), what
is asked (`prompt`), where summaries are kept (`freshet.documents.library`).
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from freshet.concurrency import together
from freshet.documents.library import Indexed, Library
from freshet.errors import FreshetError
from freshet.llm import LLMClient
from freshet.llm import events as llm
from freshet.observe import logger
from freshet.rag.parts import MOST_PARTS, Part, chosen, evenly, joined, parts_of
from freshet.rag.prompt import notes_messages, summary_messages
from freshet.rag.written import require_text
from freshet.runs.events import Content, Done, Reasoning, Reset, RunEvent, Started
from freshet.runs.frame import result
from freshet.runs.run import Run

Messages = list[dict[str, str]]


@dataclass(slots=True)
class _Draft:
    """What a call has written so far, and why it ended."""

    text: str = ""
    finish: str = ""


class Summariser:
    """Summarises an owner's documents. Belongs to one event loop, as its notes' turns do."""

    def __init__(
        self,
        library: Library,
        model: LLMClient,
        *,
        max_tokens: int,
        at_once: int,
    ) -> None:
        """`at_once` calls of all summaries together take notes: fewer than the model client has workers.

        A call waits only so long for a worker, and answers to questions need one, too.
        """
        self._library = library
        self._model = model
        self._max_tokens = max_tokens
        self._turns = asyncio.Semaphore(at_once)

    async def summarise(
        self, owner: str, document_id: str, *, refresh: bool = False
    ) -> AsyncGenerator[RunEvent, None]:
        """Started, the text as it is written, Done (`output`, `cached`, `kept`, …).

        A summary that is kept already comes at once, unless `refresh`. Raises NotFound, Conflict (there is
        no text yet), Unavailable, ModelError.
        """
        indexed = await self._library.indexed(owner, document_id)
        kept = indexed.summary if not refresh else None
        async with aclosing(self._shown(indexed, kept) if kept else self._made(owner, indexed)) as events:
            async for event in events:
                yield event

    async def keep(self, owner: str, document_id: str) -> None:
        """Makes the document's summary while nobody looks on. Raises what `summarise` raises."""
        await result(Run("summary", self.summarise(owner, document_id), owner=owner))

    async def _shown(self, indexed: Indexed, summary: str) -> AsyncGenerator[RunEvent, None]:
        yield Started(self._started(indexed, indexed.covered))
        yield Content(summary)
        yield Done(_final(indexed, summary, "stop", indexed.covered, cached=True, kept=True))

    async def _made(self, owner: str, indexed: Indexed) -> AsyncGenerator[RunEvent, None]:
        chunks = await self._library.pick(owner, indexed, chosen(indexed.chunks))
        parts = evenly(await asyncio.to_thread(parts_of, chunks), MOST_PARTS)
        covered = sum(part.chunks for part in parts) / indexed.chunks
        yield Started(self._started(indexed, covered) | {"parts": len(parts)})
        filename, draft = indexed.document.filename, _Draft()
        asked = summary_messages(filename, await self._noted(filename, parts), of_notes=len(parts) > 1)
        async with aclosing(self._call(asked, draft)) as events:
            async for event in events:
                yield event
        kept = draft.finish == "stop" and await self._keep(owner, indexed, draft.text, covered)
        yield Done(_final(indexed, draft.text, draft.finish, covered, cached=False, kept=kept))

    async def _noted(self, filename: str, parts: Sequence[Part]) -> Part:
        """Notes on the parts, and on the notes, until one part is left."""
        while len(parts) > 1:
            asked = [notes_messages(filename, part) for part in parts]
            parts = joined(await together(*map(self._note, asked)))
        return parts[0]

    async def _note(self, messages: Messages) -> str:
        async with self._turns:
            completion = await self._model.complete(messages, max_tokens=self._max_tokens)
        require_text(completion.text, completion.finish_reason)
        return completion.text

    async def _call(self, messages: Messages, draft: _Draft) -> AsyncGenerator[RunEvent, None]:
        """One call's events; its text goes to `draft`. Raises ModelError, also where there is no word."""
        async with aclosing(self._model.stream(messages, max_tokens=self._max_tokens)) as events:
            async for event in events:
                match event:
                    case llm.TextDelta(text):
                        draft.text += text
                        yield Content(text)
                    case llm.ReasoningDelta(text):
                        yield Reasoning(text)
                    case llm.Finish(reason):
                        draft.finish = reason
                    case llm.Reset(reason):
                        draft.text = ""
                        yield Reset(reason)
        require_text(draft.text, draft.finish)

    async def _keep(self, owner: str, indexed: Indexed, summary: str, covered: float) -> bool:
        """Whether it is kept now; what was written and paid for is shown even where it can't be."""
        try:
            return await self._library.keep_summary(owner, indexed, summary.strip(), covered=covered)
        except FreshetError as error:
            logger.warning("a summary could not be kept", code=error.code)
            return False

    def _started(self, indexed: Indexed, covered: float) -> dict[str, Any]:
        document = indexed.document
        about = {"document_id": document.id, "filename": document.filename}
        return {"model": self._model.model, **about, **_partly(covered)}


def _final(
    indexed: Indexed, summary: str, finish: str, covered: float, *, cached: bool, kept: bool
) -> dict[str, Any]:
    return {
        "output": summary,
        "document_id": indexed.document.id,
        "cached": cached,
        "kept": kept,
        "finish_reason": finish,
        **_partly(covered),
    }


def _partly(covered: float) -> dict[str, float]:
    """The share of the document that was read, where that is not all of it."""
    return {"covered": int(covered * 100) / 100} if covered < 1 else {}
