"""The stand-in for a model: it calls tools, with arguments from the question, and quotes what they say."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import httpx
import pytest
from jsonschema import validate  # type: ignore[import-untyped]  # its stubs are not in our set
from pydantic import Field

from freshet.llm import Event, Finish, Reset, TextDelta, ToolCallDelta, ToolResult, tool
from tests.unit.llm.upstream import StandIn, started
from tests.unit.local.asking import Asking, asking, conversation, defined

pytestmark = pytest.mark.timeout(30)

STRING = {"type": "string"}

WEATHER = defined(
    "get_weather",
    "Get the weather of a city.",
    ["city"],
    city=STRING,
    days={"type": "integer", "minimum": 1, "maximum": 7},
    unit={"enum": ["celsius", "fahrenheit"]},
    country=STRING,
)
WEATHER_ZH = defined(
    "weather",
    "查询城市的天气",
    ["city"],
    city=STRING,
    days={"type": "integer"},
    unit={"enum": ["摄氏度", "华氏度"]},
)
CLOCK = defined("current_time", "The current time in a city.", city=STRING)
SEARCH = defined(
    "search_documents",
    "Search the caller's documents.",
    ["query"],
    query=STRING,
    limit={"type": "integer", "maximum": 20},
)
CALCULATOR = defined("calculator", "Evaluates an arithmetic expression.", expression=STRING)
TRANSLATE = defined("translate", "Translate a text into a language.", text=STRING, language=STRING)
FLIGHTS = defined(
    "flights",
    "Flights between two cities.",
    ["origin", "destination"],
    origin=STRING,
    destination=STRING,
    date=STRING,
    passengers={"type": "integer"},
)
ORDER = defined("get_order", "The state of an order.", order_id=STRING)
MANY = defined("weather_of_many", "The weather of several cities.", cities={"type": "array", "items": STRING})


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[StandIn]:
    async with started(pace_ms=1) as running:
        yield running


@pytest.fixture
async def ask(server: StandIn) -> AsyncIterator[Asking]:
    async with asking(server) as one:
        yield one


@pytest.mark.parametrize(
    ("question", "offered", "arguments"),
    [
        ("What is the weather in Hangzhou?", WEATHER, {"city": "Hangzhou"}),
        ("What's the weather like in hangzhou?", WEATHER, {"city": "hangzhou"}),
        ("New York weather tomorrow, please", WEATHER, {"city": "New York"}),
        (
            "What will the weather be in São Paulo for the next 3 days, in Celsius?",
            WEATHER,
            {"city": "São Paulo", "days": 3, "unit": "celsius"},
        ),
        ("杭州天气怎么样？", WEATHER, {"city": "杭州"}),
        ("杭州天气怎么样？", WEATHER_ZH, {"city": "杭州"}),
        ("查询杭州未来三天的天气，用摄氏度", WEATHER_ZH, {"city": "杭州", "days": 3, "unit": "摄氏度"}),
        ("东京现在几点？", CLOCK, {"city": "东京"}),
        (
            "Search my documents for paid leave of part-time staff, top 5 results",
            SEARCH,
            {"query": "paid leave of part-time staff", "limit": 5},
        ),
        ("请在文档里搜索带薪年假的规定", SEARCH, {"query": "带薪年假的规定"}),
        ("What is 12 * (3 + 4)?", CALCULATOR, {"expression": "12 * (3 + 4)"}),
        ("计算 12*(3+4)", CALCULATOR, {"expression": "12*(3+4)"}),
        ("Translate “good morning” into French", TRANSLATE, {"text": "good morning", "language": "French"}),
        ("把“早上好”翻译成英语", TRANSLATE, {"text": "早上好", "language": "英语"}),
        (
            "Flights from Shanghai to Beijing on 3 March 2026 for 2 passengers",
            FLIGHTS,
            {"origin": "Shanghai", "destination": "Beijing", "date": "3 March 2026", "passengers": 2},
        ),
        (
            "帮我查一下明天从上海到北京的航班",
            FLIGHTS,
            {"origin": "上海", "destination": "北京", "date": "明天"},
        ),
        ("Where is order A-1234?", ORDER, {"order_id": "A-1234"}),
        ("订单 12345 到哪里了？", ORDER, {"order_id": "12345"}),
        ("The weather in Oslo and San Francisco", MANY, {"cities": ["Oslo", "San Francisco"]}),
        ("杭州和东京的天气", MANY, {"cities": ["杭州", "东京"]}),
    ],
)
async def test_a_tool_is_called_with_what_the_question_names(
    ask: Asking, question: str, offered: dict[str, Any], arguments: dict[str, Any]
) -> None:
    assert await ask.calls(question, offered) == [(offered["function"]["name"], arguments)]


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("What is the weather in Hangzhou, and what time is it in Tokyo?", "Hangzhou", "Tokyo"),
        ("What are the weather and the time in Tokyo?", "Tokyo", "Tokyo"),
        ("杭州的天气怎么样？东京现在几点？", "杭州", "东京"),
    ],
)
async def test_tools_that_match_parts_of_the_question_are_called_in_parallel_each_with_its_part(
    ask: Asking, question: str, first: str, second: str
) -> None:
    expected = [("get_weather", {"city": first}), ("current_time", {"city": second})]
    assert await ask.calls(question, WEATHER, SEARCH, CLOCK) == expected
    assert len(await ask.calls(question, WEATHER, CLOCK, parallel_tool_calls=False)) == 1


async def test_a_tool_is_called_once_for_each_of_the_values_that_are_listed(ask: Asking) -> None:
    for question, cities in (
        ("What is the weather in Paris, San Francisco and Oslo today?", ["Paris", "San Francisco", "Oslo"]),
        ("杭州、上海和东京的天气", ["杭州", "上海", "东京"]),
    ):
        assert await ask.calls(question, WEATHER) == [("get_weather", {"city": city}) for city in cities]
        assert len(await ask.calls(question, WEATHER, parallel_tool_calls=False)) == 1


async def test_without_a_tool_for_the_question_it_answers_as_it_does_without_tools(ask: Asking) -> None:
    for question in ("Write a poem about spring", "写一首关于春天的诗", "Get me some tea"):
        plain = await ask.choice(question)
        assert await ask.choice(question, tools=[WEATHER, CLOCK]) == plain
        assert plain["finish_reason"] == "stop"


async def test_the_choice_none_calls_nothing(ask: Asking) -> None:
    assert not await ask.calls("What is the weather in Hangzhou?", WEATHER, tool_choice="none")
    assert (await ask.post("Good morning", tool_choice="none")).status_code == 200


async def test_a_call_may_be_required_and_a_tool_be_named(ask: Asking) -> None:
    question = "What is the weather in Hangzhou?"
    assert await ask.calls("Tell me of Hangzhou", CLOCK, WEATHER, tool_choice="required") == [
        ("current_time", {"city": "Hangzhou"})
    ]
    assert (await ask.calls(question, CLOCK, WEATHER, tool_choice="required"))[0][0] == "get_weather"
    named = {"type": "function", "function": {"name": "current_time"}}
    assert await ask.calls(question, WEATHER, CLOCK, tool_choice=named) == [
        ("current_time", {"city": "Hangzhou"})
    ]


async def test_a_call_ends_with_tool_calls_and_a_named_one_with_stop_as_at_openai(ask: Asking) -> None:
    named = {"type": "function", "function": {"name": "get_weather"}}
    for choice, reason in (("auto", "tool_calls"), ("required", "tool_calls"), (named, "stop")):
        answer = await ask.choice("The weather in Oslo", tools=[WEATHER], tool_choice=choice)
        assert answer["finish_reason"] == reason
        assert answer["message"]["content"] is None


HARD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "place": {"$ref": "#/$defs/place"},
        "days": {"type": "integer", "minimum": 2, "maximum": 9},
        "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "depth": {"type": "integer", "maximum": -5},
        "step": {"type": "integer", "minimum": 3, "multipleOf": 5},
        "level": {"enum": ["low", "high"]},
        "kind": {"const": "daily"},
        "code": {"type": "string", "minLength": 12},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 5}, "minItems": 2},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "more": {"type": "object", "properties": {"sure": {"type": "boolean"}}, "required": ["sure", "name"]},
        "extra": {"type": "string"},
    },
    "required": [
        *("place", "days", "share", "depth", "step", "level", "kind", "code", "tags", "note", "more"),
        "unheard_of",
    ],
    "$defs": {"place": {"type": "object", "properties": {"city": STRING}, "required": ["city"]}},
}


@pytest.mark.parametrize(
    "question",
    [
        "What is the weather in Hangzhou for 3 days, high, with 0.5 and 10?",
        "杭州未来三天的天气",
        "weather",
        "天气",
        "weather -5 1e400 99999999999999999999 “” () 一",
    ],
)
async def test_arguments_validate_whatever_the_question_names(ask: Asking, question: str) -> None:
    forecast = {"name": "forecast", "description": "Weather forecast", "parameters": HARD}
    ((_, arguments),) = await ask.calls(question, {"type": "function", "function": forecast})
    validate(arguments, HARD)
    assert "extra" not in arguments


async def test_a_pattern_chooses_among_the_values_and_one_that_is_not_pythons_takes_any(ask: Asking) -> None:
    for pattern, symbol in (("^[A-Z]{4}$", "ACME"), (r"^\p{Lu}", "Otto")):
        stock = defined("stock", "The price of a stock.", symbol={"type": "string", "pattern": pattern})
        question = "Please tell Otto the price of the ACME stock"
        assert await ask.calls(question, stock) == [("stock", {"symbol": symbol})]


async def test_a_tool_without_parameters_is_called_with_none(ask: Asking) -> None:
    for parameters in ({}, {"parameters": None}, {"parameters": {"type": "object", "properties": {}}}):
        function = {"name": "version", **parameters}
        assert await ask.calls("Which version is it?", {"type": "function", "function": function}) == [
            ("version", {})
        ]


async def test_calls_stream_as_openai_streams_them(ask: Asking) -> None:
    body: dict[str, Any] = {
        "tools": [WEATHER, CLOCK],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    question = "The weather in Hangzhou and the time in 东京"
    streamed = await ask.post(question, **body)
    *lines, last = [line.removeprefix("data: ") for line in streamed.text.split("\n\n") if line]
    chunks = [json.loads(line) for line in lines]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-2]]
    assert deltas[0] == {"role": "assistant", "content": None}
    pieces = [delta["tool_calls"][0] for delta in deltas[1:]]
    heads = [piece for piece in pieces if "id" in piece]
    assert [(head["index"], head["type"], head["function"]) for head in heads] == [
        (0, "function", {"name": "get_weather", "arguments": ""}),
        (1, "function", {"name": "current_time", "arguments": ""}),
    ]
    assert len({head["id"] for head in heads}) == 2
    assert [piece["index"] for piece in pieces] == sorted(piece["index"] for piece in pieces)
    for index, arguments in enumerate(('{"city":"Hangzhou"}', '{"city":"东京"}')):
        written = [piece["function"]["arguments"] for piece in pieces if piece["index"] == index]
        assert "".join(written) == arguments
        assert len(written) > 3
    assert chunks[-2]["choices"][0] == {
        "index": 0,
        "delta": {},
        "logprobs": None,
        "finish_reason": "tool_calls",
    }
    whole = (await ask.post(question, tools=body["tools"])).json()
    assert chunks[-1]["usage"] == whole["usage"]
    assert whole["usage"]["completion_tokens"] == len(pieces)
    assert whole["usage"]["prompt_tokens"] > (await ask.post(question)).json()["usage"]["prompt_tokens"] + 20
    assert last == "[DONE]"


async def test_max_tokens_cuts_a_call(ask: Asking) -> None:
    whole = await ask.choice("The weather in Hangzhou", tools=[WEATHER])
    cut = await ask.choice("The weather in Hangzhou", tools=[WEATHER], max_tokens=4)
    assert cut["finish_reason"] == "length"
    (call,), (full,) = cut["message"]["tool_calls"], whole["message"]["tool_calls"]
    assert full["function"]["arguments"].startswith(call["function"]["arguments"])
    assert call["function"]["arguments"] != full["function"]["arguments"]


async def test_faults_come_between_the_pieces_of_a_call(ask: Asking) -> None:
    body: dict[str, Any] = {"tools": [WEATHER], "stream": True}
    with pytest.raises(httpx.RemoteProtocolError):
        await ask.post("The weather in Oslo", fault="cut=3", **body)
    silent = await ask.post("The weather in Oslo", fault="no_finish", **body)
    assert '"tool_calls":[' in silent.text
    assert '"finish_reason":"tool_calls"' not in silent.text
    assert (await ask.post("The weather in Oslo", fault="status=503", **body)).status_code == 503


async def test_results_are_quoted_in_the_questions_language_with_the_tools_names(ask: Asking) -> None:
    told = (("get_weather", "21 °C,\n light rain"), ("current_time", ""))
    answer = await ask.choice(
        *conversation("What are the weather and the time?", *told), tools=[WEATHER, CLOCK]
    )
    first, second, last = answer["message"]["content"].splitlines()
    assert first == "The tool get_weather says: “21 °C, light rain”"
    assert second == "The tool current_time says nothing."
    assert "not a language model" in last
    answer = await ask.choice(*conversation("杭州天气怎么样？", ("get_weather", "晴")), tools=[WEATHER])
    first, last = answer["message"]["content"].splitlines()
    assert first == "工具 get_weather 的结果：“晴”"
    assert "不是大语言模型" in last
    assert answer["finish_reason"] == "stop"


async def test_long_results_are_cut_and_many_are_counted(ask: Asking) -> None:
    told = [("get_weather", "rain " * 1000)] * 11
    answer = (await ask.choice(*conversation("The weather?", *told)))["message"]["content"]
    assert len(answer) < 5000
    assert "…”" in answer
    assert "3 more results" in answer


async def test_a_forced_choice_does_not_call_again_once_the_tools_have_spoken(ask: Asking) -> None:
    spoken = conversation("The weather in Oslo?", ("get_weather", "rain"))
    answer = await ask.choice(*spoken, tools=[WEATHER], tool_choice="required")
    assert "rain" in answer["message"]["content"]


async def test_the_next_question_is_called_for_and_earlier_results_are_left_alone(ask: Asking) -> None:
    spoken = conversation("The weather in Oslo?", ("get_weather", "rain"))
    said = {"role": "assistant", "content": "Rain."}
    answer = await ask.choice(*spoken, said, "And the weather in Bergen?", tools=[WEATHER])
    assert json.loads(answer["message"]["tool_calls"][0]["function"]["arguments"]) == {"city": "Bergen"}
    assert "rain" not in (await ask.choice(*spoken, said, "Thank you"))["message"]["content"]


async def test_structured_output_after_results_is_filled_from_them(ask: Asking) -> None:
    schema = {"type": "object", "properties": {"report": STRING}, "required": ["report"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    spoken = conversation("The weather in Oslo?", ("get_weather", "It rains in the north."))
    answer = await ask.choice(*spoken, tools=[WEATHER], response_format=wanted)
    assert json.loads(answer["message"]["content"]) == {"report": "It rains in the north."}


CALL = {"id": "c0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
TOLD = {"role": "tool", "tool_call_id": "c0", "content": "x"}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"tools": {}}, "tools"),
        ({"tools": "weather"}, "tools"),
        ({"tools": []}, "tools"),
        ({"tools": [WEATHER] * 129}, "tools"),
        ({"tools": ["weather"]}, "tools[0]"),
        ({"tools": [{"function": {"name": "f"}}]}, "tools[0].type"),
        ({"tools": [{"type": "retrieval"}]}, "tools[0].type"),
        ({"tools": [WEATHER, {"type": "function"}]}, "tools[1].function"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"tools": [{"type": "function", "function": {"name": 5}}]}, "tools[0].function.name"),
        ({"tools": [{"type": "function", "function": {"name": "天气"}}]}, "tools[0].function.name"),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "description": 5}}]},
            "tools[0].function.description",
        ),
        *(
            (
                {"tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}]},
                "tools[0].function.parameters",
            )
            for schema in (
                "x",
                {"type": "string"},
                {"type": "object", "properties": []},
                {"type": "object", "properties": {"a": {"enum": 5}}},
                {"type": "object", "properties": {"a": 5}},
                {"type": "object", "required": [["a"]]},
            )
        ),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": "always"}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": 5}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": {"type": "function"}}, "tool_choice.function"),
        (
            {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "f"}}},
            "tool_choice",
        ),
        ({"messages": [TOLD]}, "messages[0].role"),
        ({"messages": [CALLING]}, "messages[1].role"),
        ({"messages": [CALLING, {"role": "user", "content": "x"}, TOLD]}, "messages[1].role"),
        ({"messages": [CALLING, TOLD, TOLD]}, "messages[2].role"),
        ({"messages": [CALLING, {"role": "tool", "content": "x"}]}, "messages[1].tool_call_id"),
        ({"messages": [{"role": "assistant", "tool_calls": {}}]}, "messages[0].tool_calls"),
        ({"messages": [{"role": "assistant", "tool_calls": [{}]}]}, "messages[0].tool_calls[0].id"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"id": "x", "function": {}}]}]},
            "messages[0].tool_calls[0].function.name",
        ),
    ],
)
async def test_malformed_tools_are_refused_in_openais_shape(
    ask: Asking, body: dict[str, Any], param: str
) -> None:
    answer = await ask.post("The weather in Oslo", **body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert error["message"]


@tool
async def weather(
    city: str, days: Annotated[int, Field(ge=1, le=7)] = 1, unit: Literal["celsius", "fahrenheit"] = "celsius"
) -> str:
    """The weather in a city."""
    return f"{city}: {days} × 21 {unit}"


@tool
async def clock(city: str) -> str:
    """The time in a city."""
    return f"{city}: 12:00"


@pytest.mark.parametrize(
    ("question", "results"),
    [
        ("What is the weather in Hangzhou?", ["Hangzhou: 1 × 21 celsius"]),
        ("杭州未来三天的天气怎么样？", ["杭州: 3 × 21 celsius"]),
        (
            "What is the weather in Hangzhou for 2 days and what time is it in Tokyo?",
            ["Hangzhou: 2 × 21 celsius", "Tokyo: 12:00"],
        ),
    ],
)
async def test_the_model_client_runs_the_tools_that_the_stand_in_calls(
    server: StandIn, question: str, results: list[str]
) -> None:
    await server.forget()
    async with server.client() as client:
        events = [event async for event in client.run_tools(question, [weather, clock])]
    assert [event.content for event in events if isinstance(event, ToolResult)] == results
    assert [event.reason for event in events if isinstance(event, Finish)] == ["tool_calls", "stop"]
    assert all(result in said(events) for result in results)


async def test_a_cut_in_a_call_is_a_reset_and_the_call_comes_again(server: StandIn) -> None:
    await server.forget()
    await server.fault("cut=4")
    async with server.client() as client:
        events = [event async for event in client.run_tools("The weather in Oslo?", [weather])]
    reset = next(number for number, event in enumerate(events) if isinstance(event, Reset))
    assert any(isinstance(event, ToolCallDelta) for event in events[:reset])
    assert [event.content for event in events if isinstance(event, ToolResult)] == ["Oslo: 1 × 21 celsius"]
    assert "Oslo: 1 × 21 celsius" in said(events)


def said(events: list[Event | ToolResult]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))
