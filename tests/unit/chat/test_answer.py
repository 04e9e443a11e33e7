"""What a run shows of a model and its tools."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from freshet.chat.answer import answer, options
from freshet.chat.ask import Ask
from freshet.llm import LLMClient, Tool
from freshet.runs.events import Content, Done, Reasoning, Reset, RunEvent, Started, ToolCall, ToolResult
from tests.unit.llm.conftest import short_backoff  # noqa: F401  # a fixture
from tests.unit.llm.upstream import DONE, USAGE, Answer, chunk, models, says, sends

pytestmark = pytest.mark.usefixtures("short_backoff")


async def double(number: int) -> str:
    return f"{number} 的两倍是 {number * 2}"


DOUBLE = Tool("double", "Doubles.", {"type": "object", "properties": {"number": {"type": "integer"}}}, double)
PROMPT = [{"role": "user", "content": "21 的两倍是多少？"}]


def calls(*numbers: int, words: str = "", name: str = "double") -> Answer:
    """A generation that calls the tool with each of the numbers, side by side."""
    deltas = [
        {"index": index, "id": f"call_{index}", "function": {"name": name, "arguments": json.dumps(given)}}
        for index, given in enumerate({"number": number} for number in numbers)
    ]
    said = [chunk(words)] if words else []
    pieces = [chunk(tool_calls=[delta]) for delta in deltas]
    return sends(*said, *pieces, chunk(finish="tool_calls") + USAGE + DONE, pause=0)


async def play(ask: Ask, *answers: Answer, **started: Any) -> list[RunEvent]:
    async with models(m=answers) as upstream, LLMClient(model="m", base_url=upstream.url) as client:
        return [event async for event in answer(client, ask, started)]


def shown(events: list[RunEvent]) -> dict[str, Any]:
    """What a client has after the events, if it keeps to the contract."""
    text, calls = "", dict[int, dict[str, Any]]()
    results = dict[str, str]()
    for event in events:
        match event:
            case Content(piece):
                text += piece
            case ToolCall(index, id_, name, arguments):
                call = calls.setdefault(index, {"id": id_, "name": name, "arguments": ""})
                call["arguments"] += arguments
            case ToolResult(id_, content):
                results[id_] = content
            case Reset():
                text, calls, results = "", {}, {}
    for call in calls.values():
        if call["id"] in results:
            call["result"] = results[call["id"]]
    return {"output": text, "tool_calls": list(calls.values())}


def final(events: list[RunEvent]) -> Mapping[str, Any]:
    last = events[-1]
    assert isinstance(last, Done)
    return last.final_response


async def test_a_plain_answer_starts_is_written_and_ends() -> None:
    events = await play(Ask(PROMPT), says("四十", "二"), model_id=1)
    assert events[0] == Started({"model": "m", "model_id": 1})
    assert events[1:3] == [Content("四十"), Content("二")]
    assert final(events) == {
        "output": "四十二",
        "tool_calls": [],
        "citations": [],
        "finish_reason": "stop",
        "messages": [{"role": "assistant", "content": "四十二"}],
    }


async def test_calls_of_all_rounds_have_indices_and_results_of_their_own() -> None:
    events = await play(Ask(PROMPT, [DOUBLE]), calls(21, 3, words="算一下。"), calls(4), says("好。"))
    assert [event.index for event in events if isinstance(event, ToolCall)] == [0, 1, 2]
    folded = shown(events)
    assert folded["output"] == final(events)["output"] == "算一下。好。"
    assert folded["tool_calls"] == final(events)["tool_calls"]
    assert [call["result"] for call in folded["tool_calls"]] == [
        "21 的两倍是 42",
        "3 的两倍是 6",
        "4 的两倍是 8",
    ]
    roles = [message["role"] for message in final(events)["messages"]]
    assert roles == ["assistant", "tool", "tool", "assistant", "tool", "assistant"]


async def test_what_still_stands_is_shown_again_after_a_reset() -> None:
    cut = sends(chunk(reasoning_content="想"), chunk("不"), pause=0)
    events = await play(Ask(PROMPT, [DOUBLE]), calls(21, 3, words="算。"), cut, says("四十二"))
    resets = [number for number, event in enumerate(events) if isinstance(event, Reset)]
    assert len(resets) == 1
    assert isinstance(events[resets[0] + 1], Content)
    assert shown(events) == {name: final(events)[name] for name in ("output", "tool_calls")}
    assert final(events)["output"] == "算。四十二"
    assert "reasoning" not in final(events)


async def test_a_callers_own_tool_is_left_to_the_caller() -> None:
    events = await play(Ask(PROMPT, definitions=[DOUBLE.definition()]), calls(21))
    (call,) = final(events)["tool_calls"]
    assert json.loads(call["arguments"]) == {"number": 21}
    assert "result" not in call
    assert final(events)["finish_reason"] == "tool_calls"
    assert not [event for event in events if isinstance(event, ToolResult)]


async def test_reasoning_is_shown_and_kept_apart() -> None:
    thinks = sends(chunk(reasoning_content="想一想"), chunk("好", finish="stop") + USAGE + DONE, pause=0)
    events = await play(Ask(PROMPT), thinks)
    assert Reasoning("想一想") in events
    assert final(events)["reasoning"] == "想一想"
    assert final(events)["output"] == "好"


def test_params_go_where_the_model_client_has_a_name_for_them() -> None:
    given = {"temperature": 0, "max_completion_tokens": 5, "top_p": 0.5, "stop": None, "tool_choice": "none"}
    assert options(given) == {
        "temperature": 0,
        "max_tokens": 5,
        "tool_choice": "none",
        "extra": {"top_p": 0.5},
    }
