"""Runs that make exercises with the model of `examiner`, and what they yielded."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from freshet import wiring
from freshet.errors import FreshetError
from freshet.exercises.generation.generate import Generator
from freshet.exercises.requests import Generate
from freshet.ids import new_id
from freshet.llm import LLMClient
from freshet.llm.options import ToolOptions
from freshet.llm.writer import Writer
from freshet.runs.events import Content, Done, Item, RunEvent
from freshet.wiring import study
from tests.answering import collected
from tests.unit.exercises.generation.examiner import FACTS, TEXT, Examiner

SHORT = ["short_answer"]


@asynccontextmanager
async def generator(model: Examiner, at_once: int = 3, **options: Any) -> AsyncIterator[Generator]:
    async with LLMClient(
        base_url=model.url, model="scripted", on_generation=wiring.account, **options
    ) as client:

        async def choose(owner: str, model_id: int) -> Writer:
            return Writer(client, model_id, ToolOptions(temperature=0.5))

        parts = (study.exercises(), study.materials(), study.analyses(), study.reader())
        yield Generator(*parts, choose, at_once=at_once)


def ask(**asked: Any) -> Generate:
    return Generate.model_validate({"text": TEXT, "types": SHORT, **asked})


async def generated(
    model: Examiner, owner: str, exercise_id: str = "", **asked: Any
) -> tuple[list[RunEvent], FreshetError | None]:
    async with generator(model) as maker:
        return await collected(maker.generate(owner, exercise_id or new_id(), ask(**asked)))


def items(events: list[RunEvent]) -> list[dict[str, Any]]:
    return [event.item for event in events if isinstance(event, Item)]


def texts(events: list[RunEvent]) -> list[str]:
    return [item["question"] for item in items(events)]


def shown(events: list[RunEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Content))


def final(events: list[RunEvent]) -> dict[str, Any]:
    assert isinstance(events[-1], Done)
    return events[-1].final_response


def facts(*numbers: int) -> list[str]:
    return [FACTS[number][1] for number in numbers]


def said(call: str) -> Any:
    """What a call was told to write."""
    return json.loads(call.rpartition("Wanted: ")[2])
