"""Inspections: a draft goes through the gate, is answered blindly, and is mended once where it fails.

What belongs here: the order of things for one draft. What does not: the rules (`gate`), what becomes of a
question that passes (`writing`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from freshet.errors import ModelMalformed, ModelRefused
from freshet.exercises.fault import Fault, Misshapen
from freshet.exercises.gate import check, quote_fault
from freshet.exercises.generation.draft import Draft, as_question
from freshet.exercises.generation.plan import Slot
from freshet.exercises.generation.reanswer import reanswer
from freshet.exercises.material.sections import Section
from freshet.exercises.prompt import mending_messages
from freshet.exercises.question import Difficulty, Question
from freshet.ids import new_id
from freshet.llm.writer import Writer

MOST_CALLS = 3  # of an inspection: two blind answers, and between them the mending


@dataclass(frozen=True, slots=True)
class Brief:
    """What all questions of a run are to be like; `title` is of material that is no document."""

    title: str
    language: str = ""
    difficulty: Difficulty | None = None
    instructions: str | None = None

    def title_of(self, section: Section) -> str:
        """What the section is called before a model."""
        return section.filename or self.title

    def wanted(self, slots: Sequence[Slot]) -> dict[str, Any]:
        """What a call is told to write."""
        kinds = [slot.kind for slot in slots]
        said = {
            "count": len(kinds),
            "types": {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)},
            "bloom": list(dict.fromkeys(slot.bloom for slot in slots if slot.bloom)),
            "difficulty": self.difficulty,
            "language": self.language,
            "instructions": self.instructions,
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The question, if it passed in the end; `faults` are those of the draft as it was first written."""

    question: Question | None
    faults: Sequence[Fault] = ()


class Inspector:
    """Inspects what is written for one run; `calls` are those that it has made by now."""

    def __init__(self, writer: Writer, brief: Brief) -> None:
        self.calls = 0
        self._writer = writer
        self._brief = brief

    async def inspect(self, draft: Draft, section: Section, others: Sequence[Question]) -> Verdict:
        """What becomes of a draft. Raises ModelError, where that is not about this draft."""
        question, faults = await self._judged(draft, section, others)
        if not faults:
            return Verdict(question)
        mended = await self._mended(draft, section, faults)
        if mended is None or mended.type != draft.type:
            return Verdict(None, faults)
        question, left = await self._judged(mended, section, others)
        return Verdict(None if left else question, faults)

    async def _judged(
        self, draft: Draft, section: Section, others: Sequence[Question]
    ) -> tuple[Question | None, Sequence[Fault]]:
        question, faults = await asyncio.to_thread(_examined, draft, section, tuple(others), self._brief)
        if question is None or faults:
            return None, faults
        self.calls += 1
        fault = await reanswer(self._writer, self._brief.title_of(section), section.text, question)
        return question, [fault] if fault else []

    async def _mended(self, draft: Draft, section: Section, faults: Sequence[Fault]) -> Draft | None:
        """The draft written again; None if the model has nothing to say."""
        messages = mending_messages(
            self._brief.title_of(section),
            section.text,
            _said(draft),
            [fault.detail for fault in faults],
            self._brief.wanted([Slot(draft.type, draft.bloom)]),
        )
        self.calls += 1
        try:
            completion = await self._writer.client.complete(
                messages, response_model=Draft, **self._writer.options
            )
        except (ModelMalformed, ModelRefused):
            return None
        mended: Draft = completion.parsed
        return mended


def _examined(
    draft: Draft, section: Section, others: Sequence[Question], brief: Brief
) -> tuple[Question | None, Sequence[Fault]]:
    """The question and what the rules find in it; None with the one fault of a draft that is none."""
    if brief.difficulty:
        draft = draft.model_copy(update={"difficulty": brief.difficulty})
    place = section.place(draft.quote)
    try:
        question = as_question(draft, new_id(), language=brief.language, source=place)
    except Misshapen as error:
        return None, [error.fault]
    text = section.text
    unquoted = None if place else quote_fault(draft.quote, text)
    faults = check(question, text, others)
    return question, [unquoted, *faults] if unquoted else faults


def _said(draft: Draft) -> Mapping[str, Any]:
    """The draft without what it leaves open."""
    return draft.model_dump(exclude_defaults=True)
