"""Open answers: graded by a model, by the question's rubric.

What belongs here: the call, and what is shown of it while it goes on. What does not: what the model's
judgement comes to (`rubric`), and what is kept from it of the answer (`pleas`).
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from freshet.exercises.grading.answers import as_text
from freshet.exercises.grading.attempt import Mark
from freshet.exercises.grading.pleas import without_pleas
from freshet.exercises.grading.rubric import (
    MAX_FEEDBACK,
    Judgement,
    assess,
    mark_of,
    rubric_of,
    unearned,
    visible,
)
from freshet.exercises.prompt import grading_messages
from freshet.exercises.question import Essay, ShortAnswer
from freshet.llm.events import Reset
from freshet.llm.structured.preview import Preview
from freshet.llm.writer import Writer

_SAYS_SOMETHING = re.compile(r"[^\W_]")


async def judge(
    writer: Writer, question: Essay | ShortAnswer, answer: Any, source: str = ""
) -> AsyncGenerator[Preview | Reset | Mark, None]:
    """The feedback as it is written, last the mark. `source` is what the material says.

    An answer that says nothing, or nothing but what it has to say to the grader, earns nothing without a
    call. Raises Invalid, ModelError.
    """
    said = as_text(question.id, answer)
    shown = (await asyncio.to_thread(without_pleas, said)).strip()
    spoken = len(shown) < len(said.strip())
    if not _SAYS_SOMETHING.search(shown):
        yield mark_of(question, unearned(question), spoken=spoken)
        return
    sample = (
        question.sample if isinstance(question, Essay) else "\n".join(one.text for one in question.accepted)
    )
    messages = grading_messages(question.question, rubric_of(question), shown, sample=sample, source=source)
    left = MAX_FEEDBACK
    calls = writer.client.preview(messages, response_model=Judgement, field="feedback", **writer.options)
    async with aclosing(calls) as pieces:
        async for piece in pieces:
            match piece:
                case Preview(text):
                    text = visible(text)[:left]
                    left -= len(text)
                    if text:
                        yield Preview(text)
                case Reset():
                    left = MAX_FEEDBACK
                    yield piece
                case Judgement():
                    yield await asyncio.to_thread(assess, question, said.strip(), shown, piece)
