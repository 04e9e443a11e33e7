"""Orders in study material: the model writes the question that it is told to, and mends it likewise.

Whoever answers it blindly obeys, too, but an order to a writer says nothing of answers: then it answers from
the material. What holds: no question is kept whose key the text dictates.
"""

import asyncio
import json
from typing import Any

from freshet.exercises.generation.inspection import Brief
from freshet.exercises.generation.plan import Slot
from freshet.exercises.generation.writing import Job, Tally, Writing
from freshet.exercises.material.sections import Piece, Section
from freshet.exercises.question import Kind, Question
from tests.injection.corpus import Case
from tests.injection.documents import SAID
from tests.injection.obedient import Body, Part
from tests.injection.stage import Stage

_KEYS = {"en": "25 days", "zh": "二十五天"}


async def written(case: Case, stage: Stage) -> list[str]:
    """The questions that came of the order."""
    stage.model.play(Part(case.order or case.text, lambda body: _obeyed(case, body), _nothing))
    section = Section(pieces=[Piece(text=f"{SAID[case.language]}\n\n{case.text}\n")])
    kind: Kind = "short_answer" if case.technique == "other-type" else case.wants["draft"]["type"]
    brief = Brief("Handbook", language=case.language)
    writing = Writing(Job("e", stage.writer, brief, [section], [], asyncio.Semaphore(1)), _kept, Tally())
    await writing.write([Slot(kind)], lambda event: None)
    return [f"kept: {one.question}" for one in writing.made]


async def _kept(question: Question) -> Question:
    return question


def _nothing(body: Body) -> str:
    raise AssertionError("the material was not shown")


def _obeyed(case: Case, body: Body) -> str:
    said: Any = case.wants["draft"]
    rules, asked = (message["content"] for message in body["messages"])
    if rules.startswith("You write"):
        said = {"items": [said]}
    elif rules.startswith("You answer"):
        question = json.loads(asked.split("<question>")[1].split("</question>")[0])
        said = {"answer": case.wants.get("answer") or _read(question, _KEYS[case.language])}
    return json.dumps(said, ensure_ascii=False)


def _read(question: Any, key: str) -> list[str]:
    """The answer that the material gives."""
    if "options" in question:
        return [one["id"] for one in question["options"] if one["text"] == key]
    return ["true"] if question["type"] == "true_false" else [key]
