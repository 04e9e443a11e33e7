"""Prose: what a model writes about behaviours, shown as it is written.

What belongs here: one call that answers in words. What does not: what is asked (`asking`, `summary`), and
calls that answer in JSON.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from freshet.behaviour.markers import Markers
from freshet.behaviour.prompt import NO_ANSWER, Messages
from freshet.errors import ModelCut, ModelRefused
from freshet.llm import events as llm
from freshet.llm.options import ToolOptions
from freshet.llm.writer import Writer
from freshet.runs.events import Content, Reasoning, Reset, RunEvent

_MOST_TOKENS = 4_000  # an answer takes some hundred; a model that never ends is cut
_AROUND = " \n*_`\"'“”「」["  # NO_ANSWER, as models write it


@dataclass(slots=True)
class Prose:
    """What was shown, why it ended, and the numbers of the markers in it.

    `nothing`: the model found no answer in what it was given, and nothing was shown.
    """

    text: str = ""
    finish: str = ""
    named: list[int] = field(default_factory=list)
    nothing: bool = False


async def written(
    writer: Writer, messages: Messages, prose: Prose, *, things: int | None = None
) -> AsyncGenerator[RunEvent, None]:
    """One call's events; `prose` is filled in with them. Raises ModelError, also where there is no word.

    With `things` markers are numbers up to it, others are taken out; and a model may say that there is no
    answer.
    """
    draft = _Draft(things)
    options: ToolOptions = {"max_tokens": _MOST_TOKENS, **writer.options}
    async with aclosing(writer.client.stream(messages, **options)) as events:
        async for event in events:
            match event:
                case llm.TextDelta(text):
                    if piece := draft.take(text):
                        yield Content(piece)
                case llm.ReasoningDelta(text):
                    yield Reasoning(text)
                case llm.Finish(reason):
                    prose.finish = reason
                case llm.Reset(reason):
                    draft = _Draft(things)
                    yield Reset(reason)
    if not draft.said:
        raise _wordless(prose.finish)
    if piece := draft.end():
        yield Content(piece)
    prose.text, prose.named, prose.nothing = draft.shown, draft.named, not draft.shown.strip()


class _Draft:
    """An answer as far as it was written: `said` anything, and `shown` of it."""

    def __init__(self, things: int | None) -> None:
        self._markers = Markers(things) if things is not None else None
        self._held = ""  # what may yet become NO_ANSWER
        self._open = things is None
        self.said = False
        self.shown = ""

    @property
    def named(self) -> list[int]:
        return self._markers.named if self._markers else []

    def take(self, text: str) -> str:
        """The piece that can be shown now."""
        self.said = self.said or bool(text.strip())
        if not self._open:
            self._held += text
            if _may_be_none(self._held):
                return ""
            self._open, text = True, self._held
        return self._show(self._markers.take(text) if self._markers else text)

    def end(self) -> str:
        """What is left to show: nothing of an answer that there is none."""
        if not self._open:
            if self._held.strip(_AROUND).startswith(NO_ANSWER):
                return ""
            return self._show(self._held)
        return self._show(self._markers.end()) if self._markers else ""

    def _show(self, piece: str) -> str:
        self.shown += piece
        return piece


def _may_be_none(text: str) -> bool:
    """Whether the text so far could still become NO_ANSWER, or is."""
    begun = text.strip(_AROUND)
    return NO_ANSWER.startswith(begun) or begun.startswith(NO_ANSWER)


def _wordless(finish: str) -> ModelCut | ModelRefused:
    if finish == "content_filter":
        return ModelRefused("The model's endpoint held the answer back (content_filter).")
    return ModelCut(f"The model ended without an answer ({finish}).")
