"""Responses: their ids, and the conversations that they are kept with for the next turn.

A response is a run: `resp_<run id>`. Its items carry the run's id, too, so that whoever has one finds it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from freshet.chat.openai_api.errors import wrong
from freshet.errors import NotFound

Message = dict[str, Any]

_RESPONSE = re.compile(r"resp_([0-9A-HJKMNP-TV-Z]{26})")
_ITEM = re.compile(r"[a-z]+_([0-9A-HJKMNP-TV-Z]{26})_\d+")


def response_id_of(run_id: str) -> str:
    """A run's id as a response."""
    return f"resp_{run_id}"


def item_id_of(kind: str, run_id: str, output_index: int) -> str:
    """The id of an item of a response's output; `kind` is the prefix that OpenAI has for it."""
    return f"{kind}_{run_id}_{output_index}"


def run_id_of(response_id: str) -> str:
    """The run that a response is. Raises NotFound for what can't be an id."""
    found = _RESPONSE.fullmatch(response_id)
    if not found:
        raise NotFound(f"Response with id '{response_id}' not found.")
    return found[1]


def run_id_of_item(item_id: str) -> str | None:
    """The run that an item of an output is of; None for an id that is none of ours."""
    found = _ITEM.fullmatch(item_id)
    return found[1] if found else None


def conversation(
    asked: Sequence[Mapping[str, Any]], final_response: Mapping[str, Any], functions: Collection[str]
) -> list[Message]:
    """What is kept as `final_response.conversation`: all that was asked, and the answer.

    Calls that nobody ran and that are none of the caller's `functions` are left out: nobody will answer them.
    """
    answer = final_response.get("messages") or [{"role": "assistant", "content": final_response["output"]}]
    answered = {message["tool_call_id"] for message in answer if message["role"] == "tool"}
    return [*map(dict, asked), *(_answerable(message, answered, functions) for message in answer)]


def conversation_of(response_id: str, final_response: Mapping[str, Any] | None) -> list[Message]:
    """The conversation that a response was kept with. Raises Invalid if it has come to no answer."""
    if not final_response or "conversation" not in final_response:
        message = f"Previous response with id '{response_id}' has no answer to go on from."
        raise wrong("previous_response_id", message, "previous_response_not_found")
    return list(final_response["conversation"])


def _answerable(message: Message, answered: Collection[str], functions: Collection[str]) -> Message:
    calls = message.get("tool_calls")
    if not calls:
        return message
    kept = [call for call in calls if call["id"] in answered or call["function"]["name"] in functions]
    others = {name: value for name, value in message.items() if name != "tool_calls"}
    return {**others, "tool_calls": kept} if kept else others
