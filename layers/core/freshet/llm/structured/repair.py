"""The one round of repair: whether it is of use, and how it is asked for."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Any

from freshet.errors import ModelCut, ModelRefused
from freshet.llm.events import Event
from freshet.llm.request import Request

Generate = Callable[[Request], AsyncGenerator[Event, None]]


def refuse_if_useless(finish: str) -> None:
    """Raises the error of an answer that would end like this again."""
    if finish == "length":
        raise ModelCut(
            "The model's answer was cut before its JSON was complete: max_tokens is too small for it"
        )
    if finish == "content_filter":
        raise ModelRefused("The model's endpoint filtered the answer before its JSON was complete")


def asked_again(request: Request, answer: str, complaint: str) -> Request:
    """The request with the answer that it got, and what is wrong with it."""
    turns: list[dict[str, Any]] = [{"role": "user", "content": complaint}]
    if answer.strip():  # an empty turn is refused by some
        turns.insert(0, {"role": "assistant", "content": answer})
    return replace(request, messages=[*request.messages, *turns])
