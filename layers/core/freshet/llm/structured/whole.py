"""A generation whose whole answer must fit a model."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from pydantic import BaseModel

from freshet.errors import ModelMalformed
from freshet.llm.completion import INVALID_JSON, Answer
from freshet.llm.events import Event, Reset
from freshet.llm.request import Request
from freshet.llm.structured.parse import parse
from freshet.llm.structured.repair import Generate, asked_again, refuse_if_useless
from freshet.llm.structured.schema import Schema


async def structured(
    generate: Generate, request: Request, model: type[BaseModel]
) -> AsyncGenerator[Event, None]:
    """The events of a generation whose text fits `model` in the end; `parse` reads it.

    One that does not fit is followed by Reset("invalid_json") and a second one, which knows what was wrong.
    An answer that calls tools is not validated. Raises ModelMalformed if the second one does not fit either,
    ModelCut at once if `max_tokens` cut the JSON, and Invalid for a model that is no object.
    """
    request = replace(request, schema=Schema.of(model))
    answer = Answer()
    async with aclosing(generate(request)) as events:
        async for event in events:
            answer.add(event)
            yield event
    problem = _problem(answer, model)
    if problem is None:
        return
    yield Reset(INVALID_JSON)
    complaint = f"That can't be used. {problem.detail}\nGive the whole answer again, corrected, as JSON only."
    again = Answer()
    async with aclosing(generate(asked_again(request, "".join(answer.text), complaint))) as events:
        async for event in events:
            again.add(event)
            yield event
    if problem := _problem(again, model):
        raise problem


def _problem(answer: Answer, model: type[BaseModel]) -> ModelMalformed | None:
    """What is wrong with an answer. Raises the error of one that can't be repaired."""
    if answer.calls or answer.finish_reason == "tool_calls":
        return None
    try:
        parse("".join(answer.text), model)
    except ModelMalformed as error:
        refuse_if_useless(answer.finish_reason)
        return error
    return None
