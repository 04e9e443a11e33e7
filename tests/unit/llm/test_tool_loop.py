import asyncio
import json
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import pytest

from freshet.errors import Invalid, ModelCut
from freshet.llm import LLMClient
from freshet.llm.events import Event, Finish, ReasoningDelta, Reset, TextDelta, ToolCallDelta, Usage
from freshet.llm.tools import AnyTool, ToolChoice, ToolError, ToolResult, run_tools, tool
from tests.unit.llm.upstream import DONE, USAGE, chunk, collect, raw_server, sends

FOREVER = 60.0
ASKED = [{"role": "user", "content": "上海和北京天气如何？"}]
READY = {"type": "function", "function": {"name": "ready", "parameters": {"type": "object"}}}


@dataclass
class Model:
    """Generates the next of `answers` (the last one again and again) and keeps what it was asked."""

    answers: list[list[Event | Exception]]
    messages: list[list[dict[str, Any]]] = field(default_factory=list)
    choices: list[ToolChoice] = field(default_factory=list)
    shown: list[Sequence[Mapping[str, Any]]] = field(default_factory=list)
    closed: int = 0

    async def stream(
        self, messages: list[dict[str, Any]], tools: Sequence[Mapping[str, Any]], choice: ToolChoice
    ) -> AsyncGenerator[Event, None]:
        self.messages.append(messages)
        self.shown.append(tools)
        self.choices.append(choice)
        try:
            for event in self.answers[min(len(self.messages), len(self.answers)) - 1]:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed += 1


def called(name: str, arguments: str = "{}", index: int = 0, call_id: str | None = "c0") -> ToolCallDelta:
    return ToolCallDelta(index, call_id, name, arguments)


CALLED = Finish("tool_calls")
ANSWER: list[Event | Exception] = [TextDelta("晴"), Finish("stop"), Usage(9, 1)]


async def run(model: Model, tools: Sequence[AnyTool], **options: Any) -> list[Event | ToolResult]:
    async with aclosing(run_tools(model.stream, ASKED, tools, **options)) as events:
        return [event async for event in events]


def results(events: Sequence[Event | ToolResult]) -> list[ToolResult]:
    return [event for event in events if isinstance(event, ToolResult)]


@tool
def weather(city: str) -> dict[str, str]:
    """The weather of a city."""
    return {"城市": city, "天气": "晴"}


async def test_an_answer_without_calls_passes_as_it_is() -> None:
    model = Model([ANSWER])
    assert await run(model, [weather]) == ANSWER
    assert model.messages == [ASKED]
    assert model.shown == [[weather.definition()]]


async def test_the_results_of_calls_go_into_the_next_generation() -> None:
    first: list[Event | Exception] = [
        ReasoningDelta("hm"),
        TextDelta("我查一下"),
        ToolCallDelta(0, "a", "weather", '{"city":'),
        ToolCallDelta(1, "b", "weather", ""),
        ToolCallDelta(0, None, None, ' "上海"}'),
        ToolCallDelta(1, None, None, '{"city": "北京"}'),
        CALLED,
        Usage(7, 3),
    ]
    model = Model([first, ANSWER])
    told = [
        ToolResult("a", "weather", '{"城市":"上海","天气":"晴"}'),
        ToolResult("b", "weather", '{"城市":"北京","天气":"晴"}'),
    ]
    assert await run(model, [weather]) == [*first, *told, *ANSWER]
    assert model.messages[0] == ASKED
    assert model.messages[1] == [
        *ASKED,
        {
            "role": "assistant",
            "content": "我查一下",
            "reasoning_content": "hm",
            "tool_calls": [
                {
                    "id": "a",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city": "上海"}'},
                },
                {
                    "id": "b",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city": "北京"}'},
                },
            ],
        },
        {"role": "tool", "tool_call_id": "a", "content": told[0].content},
        {"role": "tool", "tool_call_id": "b", "content": told[1].content},
    ]
    assert len(ASKED) == 1


async def test_calls_run_side_by_side_and_their_results_keep_the_order() -> None:
    async def waits(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    def blocks(seconds: float) -> float:
        time.sleep(seconds)
        return seconds

    model = Model(
        [
            [
                called("waits", '{"seconds": 0.4}', 0, "a"),
                called("blocks", '{"seconds": 0.4}', 1, "b"),
                called("waits", '{"seconds": 0.2}', 2, "c"),
                CALLED,
            ],
            ANSWER,
        ]
    )
    begun = time.perf_counter()
    told = results(await run(model, [waits, blocks]))
    assert 0.4 <= time.perf_counter() - begun < 0.95  # one after another takes 1
    assert [(one.id, one.content) for one in told] == [("a", "0.4"), ("b", "0.4"), ("c", "0.2")]


async def test_no_more_than_eight_calls_run_at_a_time() -> None:
    running = most = 0

    async def counted() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1

    calls: list[Event | Exception] = [called("counted", "{}", n, f"c{n}") for n in range(30)]
    assert len(results(await run(Model([calls, ANSWER]), [counted]))) == 30
    assert most == 8


async def test_what_fails_is_told_to_the_model() -> None:
    async def hangs() -> None:
        await asyncio.sleep(FOREVER)

    def refuses() -> None:
        raise ToolError("今天不行")

    def breaks() -> None:
        raise KeyError("secret")

    names = ["wether", "weather", "weather", "hangs", "refuses", "breaks"]
    arguments = ["{}", '{"city": "上', '{"town": "上海"}', "{}", "{}", "{}"]
    calls: list[Event | Exception] = [
        called(name, text, number, f"c{number}")
        for number, (name, text) in enumerate(zip(names, arguments, strict=True))
    ]
    model = Model([[*calls, Finish("length")], ANSWER])
    events = await run(model, [weather, hangs, refuses, breaks], timeout_s=0.05)
    told = results(events)
    assert all(one.failed for one in told)
    contents = [one.content for one in told]
    assert contents[0] == "Error: There is no tool 'wether'; there are: weather, hangs, refuses, breaks"
    assert contents[1].startswith("Error: The arguments are not JSON")
    assert contents[1].endswith('{"city": "上')
    assert contents[2].startswith("Error: The arguments do not fit. city: Missing")
    assert contents[3:] == [
        "Error: hangs took longer than 0.05 s",
        "Error: 今天不行",
        "Error: breaks failed: KeyError",
    ]
    assert [message["content"] for message in model.messages[1][2:]] == contents
    assert events[-len(ANSWER) :] == ANSWER


async def test_arguments_that_are_no_json_are_not_sent_back() -> None:
    """Some servers parse the arguments of earlier calls and refuse the request if they can't."""
    model = Model([[called("weather", '{"city": "上'), called("weather", "", 1, "c1"), CALLED], ANSWER])
    await run(model, [weather])
    calls = model.messages[1][1]["tool_calls"]
    assert [call["function"]["arguments"] for call in calls] == ["{}", "{}"]


async def test_after_the_last_round_comes_an_answer_without_calls() -> None:
    calling: list[Event | Exception] = [called("weather", '{"city": "上海"}'), CALLED]
    model = Model([calling, calling, ANSWER])
    events = await run(model, [weather], max_rounds=2)
    assert model.choices == [None, None, "none"]
    assert events[-len(ANSWER) :] == ANSWER


async def test_a_model_that_never_stops_calling_is_stopped() -> None:
    model = Model([[called("weather", '{"city": "上海"}'), CALLED]])
    events = await run(model, [weather], max_rounds=3)
    assert model.choices == [None, None, None, "none"]
    assert len(results(events)) == 3
    assert events[-1] == CALLED


async def test_no_rounds_are_one_generation_that_may_not_call() -> None:
    model = Model([ANSWER])
    assert await run(model, [weather], max_rounds=0, tool_choice="required") == ANSWER
    assert model.choices == ["none"]
    with pytest.raises(Invalid, match="-1 rounds"):
        await run(model, [weather], max_rounds=-1)


NAMED = {"type": "function", "function": {"name": "weather"}}
ALLOWED = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}


@pytest.mark.parametrize(
    ("choice", "after"),
    [("required", None), (NAMED, None), ("auto", "auto"), (ALLOWED, ALLOWED), (None, None)],
)
async def test_a_choice_that_forces_a_call_holds_for_the_first_round(
    choice: ToolChoice, after: ToolChoice
) -> None:
    model = Model([[called("weather", '{"city": "上海"}'), CALLED], ANSWER])
    await run(model, [weather], tool_choice=choice)
    assert model.choices == [choice, after]


async def test_without_tools_no_choice_is_sent_and_calls_are_answered() -> None:
    model = Model([[called("weather")]])
    told = results(await run(model, [], max_rounds=1))
    assert [one.content for one in told] == ["Error: There is no tool 'weather'; there are: none"]
    assert model.choices == [None, None]
    assert model.shown == [[], []]


async def test_calls_of_ready_made_definitions_are_left_to_the_caller() -> None:
    ran = False

    def mine() -> None:
        nonlocal ran
        ran = True

    generation: list[Event | Exception] = [called("mine"), called("ready", "{}", 1, "c1"), CALLED]
    model = Model([generation])
    assert await run(model, [mine, READY]) == generation
    assert not ran
    assert len(model.messages) == 1


async def test_a_reset_makes_the_calls_before_it_void() -> None:
    void = called("weather", '{"city": "北')
    again = called("weather", '{"city": "上海"}')
    model = Model([[void, Usage(1, 1), Reset("upstream_cut"), again, CALLED], ANSWER])
    told = results(await run(model, [weather]))
    assert [(one.id, one.content) for one in told] == [("c0", '{"城市":"上海","天气":"晴"}')]


@pytest.mark.parametrize("call_id", [None, "", "same"])
async def test_missing_and_repeated_ids_become_unique_over_all_rounds(call_id: str | None) -> None:
    generation: list[Event | Exception] = [
        called("weather", '{"city": "上海"}', 0, call_id),
        called("weather", '{"city": ', 1, call_id),
        ToolCallDelta(1, call_id, None, '"北京"}'),
        CALLED,
    ]
    model = Model([generation, generation, ANSWER])
    events = await run(model, [weather])
    shown = [event.id for event in events if isinstance(event, ToolCallDelta) and event.id]
    assert len(set(shown)) == 4
    assert [one.id for one in results(events)] == shown
    sent = [message for message in model.messages[2] if message["role"] == "tool"]
    assert [message["tool_call_id"] for message in sent] == shown
    assert [json.loads(message["content"])["城市"] for message in sent] == ["上海", "北京"] * 2


async def test_ids_differ_from_those_of_the_messages_before() -> None:
    earlier: list[dict[str, Any]] = [
        {"role": "assistant", "content": "", "tool_calls": [{"id": "call_0"}, "nonsense"]},
        {"role": "tool", "tool_call_id": "call_0", "content": "晴", "tool_calls": 3},
    ]
    model = Model([[called("weather", '{"city": "上海"}', 0, None), CALLED], ANSWER])
    async with aclosing(run_tools(model.stream, [*ASKED, *earlier], [weather])) as events:
        told = [event async for event in events if isinstance(event, ToolResult)]
    assert [one.id for one in told] == ["call_0_2"]


async def test_a_failing_generation_ends_the_loop_after_its_events() -> None:
    calling: list[Event | Exception] = [called("weather", '{"city": "上海"}'), CALLED]
    model = Model([calling, [TextDelta("今"), ModelCut()]])
    seen, error = await collect(run_tools(model.stream, ASKED, [weather]))
    assert isinstance(error, ModelCut)
    assert seen[-1] == TextDelta("今")
    assert model.closed == 2


async def test_closing_the_loop_closes_the_generation() -> None:
    model = Model([ANSWER])
    events = run_tools(model.stream, ASKED, [weather])
    assert await anext(events) == ANSWER[0]
    assert model.closed == 0
    await events.aclose()
    assert model.closed == 1


async def test_cancelling_the_loop_cancels_the_running_tools() -> None:
    running: list[str] = []
    cancelled: list[str] = []
    all_run = asyncio.Event()

    async def hangs(name: str) -> None:
        running.append(name)
        if len(running) == 2:
            all_run.set()
        try:
            await asyncio.sleep(FOREVER)
        except asyncio.CancelledError:
            cancelled.append(name)
            raise

    calls: list[Event | Exception] = [
        called("hangs", '{"name": "a"}', 0, "a"),
        called("hangs", '{"name": "b"}', 1, "b"),
        CALLED,
    ]
    model = Model([calls, ANSWER])
    tasks = asyncio.all_tasks()
    loop = asyncio.create_task(run(model, [hangs]))
    await all_run.wait()
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop
    assert sorted(cancelled) == ["a", "b"]
    assert len(model.messages) == 1
    assert asyncio.all_tasks() == tasks


async def test_a_tool_that_was_cancelled_by_something_else_fails_alone() -> None:
    async def gone() -> None:
        inner = asyncio.ensure_future(asyncio.sleep(FOREVER))
        inner.cancel()
        await inner

    calls: list[Event | Exception] = [called("gone"), called("weather", '{"city": "上海"}', 1, "c1"), CALLED]
    told = results(await run(Model([calls, ANSWER]), [gone, weather]))
    assert [(one.failed, one.content) for one in told] == [
        (True, "Error: gone failed: CancelledError"),
        (False, '{"城市":"上海","天气":"晴"}'),
    ]


async def test_two_rounds_over_the_wire() -> None:
    def call(index: int, arguments: str, **first: Any) -> bytes:
        piece = {"index": index, "function": {"arguments": arguments}}
        return chunk(tool_calls=[{**piece, **first} if first else piece])

    def opening(index: int, call_id: str) -> bytes:
        function = {"name": "weather", "arguments": ""}
        return call(index, "", id=call_id, type="function", function=function)

    calls = sends(
        opening(0, "a"),
        call(0, '{"city": "上'),
        call(0, '海"}') + opening(1, "b"),
        call(1, '{"city": "北京"}') + chunk(finish="tool_calls") + USAGE + DONE,
    )
    answer = sends(chunk("都是晴天") + chunk(finish="stop") + USAGE + DONE)
    async with raw_server(calls, answer) as server, LLMClient(base_url=server.url, model="m") as client:
        events, error = await collect(client.run_tools("天气如何？", [weather], tool_choice="required"))
    assert error is None
    assert [(one.id, one.failed) for one in results(events)] == [("a", False), ("b", False)]
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["都是晴天"]
    assert len([event for event in events if isinstance(event, Usage)]) == 2
    first, second = server.bodies
    assert (first["tool_choice"], "tool_choice" in second) == ("required", False)
    assert first["tools"] == second["tools"] == [weather.definition()]
    assert [message["role"] for message in second["messages"]] == ["user", "assistant", "tool", "tool"]
    assert [call["function"]["arguments"] for call in second["messages"][1]["tool_calls"]] == [
        '{"city": "上海"}',
        '{"city": "北京"}',
    ]
    assert second["messages"][2:] == [
        {"role": "tool", "tool_call_id": "a", "content": '{"城市":"上海","天气":"晴"}'},
        {"role": "tool", "tool_call_id": "b", "content": '{"城市":"北京","天气":"晴"}'},
    ]


async def test_a_stream_shows_functions_to_the_model_and_runs_none() -> None:
    ran = False

    def mine(city: str) -> None:
        nonlocal ran
        ran = True

    call = {"index": 0, "id": "a", "function": {"name": "mine", "arguments": "{}"}}
    answer = sends(chunk(tool_calls=[call]) + chunk(finish="tool_calls") + USAGE + DONE)
    async with raw_server(answer) as server, LLMClient(base_url=server.url, model="m") as client:
        completion = await client.complete("?", tools=[mine, READY])
    assert [one.name for one in completion.tool_calls] == ["mine"]
    assert server.bodies[0]["tools"] == [tool(mine).definition(), READY]
    assert not ran
