"""A generation whose whole answer must fit a model."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from pydantic import BaseModel

from freshet.errors import ModelMalformed
from freshet.llm.completion import INVALID_JSON, Answer
from freshet.llm.events import Event, Reset, TextDelta
from freshet.llm.request import Request
from freshet.llm.structured.elements import ONE_OBJECT, Elements
from freshet.llm.structured.parse import M, parse
from freshet.llm.structured.preview import Preview, Previews
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


async def previewed(
    events: AsyncGenerator[Event, None], model: type[M], field: str
) -> AsyncGenerator[Preview | Reset | M, None]:
    """The pieces of the answer's string `field` as they are written, and last the answer.

    `events` are those of `structured`. After a `Reset` the pieces before it are void.
    """
    answer, previews = Answer(), Previews(field)
    elements: Elements | None = Elements(ONE_OBJECT)
    async with aclosing(events) as opened:
        async for event in opened:
            answer.add(event)
            if isinstance(event, Reset):
                previews.end()
                elements = Elements(ONE_OBJECT)
                yield event
            elif isinstance(event, TextDelta) and elements:
                for one in previews.read(elements, event.text):
                    if isinstance(one, Preview):
                        yield one
                    else:
                        elements = None  # what follows the object is no answer
                        break
    yield parse("".join(answer.text), model)


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
