import asyncio
import contextvars
import functools
import json
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Optional

import jsonschema  # type: ignore[import-untyped]  # it has no types
import pytest
from pydantic import BaseModel, Field, field_validator

from freshet.errors import Invalid
from freshet.llm.tools import Tool, ToolError, ToolResult, as_tools, definitions, tool
from freshet.llm.tools.results import as_text

FOREVER = 60.0


class Unit(Enum):
    CELSIUS = "摄氏"
    FAHRENHEIT = "华氏"


@dataclass
class Place:
    city: str
    district: str = ""


class Period(BaseModel):
    """Days to look at."""

    start: date
    days: int = 1

    @field_validator("days")
    @classmethod
    def positive(cls, days: int) -> int:
        if days < 1:
            raise ValueError("days are counted from 1")
        return days


def forecast(  # type: ignore[no-untyped-def]  # one parameter has no annotation, as is tested
    place: Place,
    unit: Unit,
    detail: Literal["short", "long"],
    count: Annotated[int, Field(ge=1, le=7, description="How many days")],
    period: Period | None = None,
    *,
    tags: list[str] = [],  # noqa: B006 - a default as people write them
    schema: Optional[str] = None,  # noqa: UP045 - both spellings are in use
    limit: float = Field(5, le=9),
    anything=None,
) -> dict[str, Any]:
    """The weather to come.

    Not for the model.
    """
    return dict(locals())


ARGUMENTS = {"place": {"city": "上海"}, "unit": "摄氏", "detail": "short", "count": 3}


def parameters(function: Callable[..., Any]) -> dict[str, Any]:
    return tool(function).parameters


def test_a_definition_has_the_form_of_the_chat_api() -> None:
    def add(a: int, b: int = 2) -> int:
        """Adds two numbers."""
        return a + b

    assert tool(add).definition() == {
        "type": "function",
        "function": {
            "name": "add",
            "description": "Adds two numbers.",
            "parameters": {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "integer", "default": 2}},
                "required": ["a"],
                "additionalProperties": False,
            },
        },
    }


def test_every_kind_of_parameter_is_in_the_schema() -> None:
    schema = parameters(forecast)
    properties = schema["properties"]
    assert schema["required"] == ["place", "unit", "detail", "count"]
    assert schema["$defs"]["Unit"]["enum"] == ["摄氏", "华氏"]
    assert schema["$defs"]["Place"]["required"] == ["city"]
    assert schema["$defs"]["Period"]["properties"]["start"] == {"type": "string", "format": "date"}
    assert properties["detail"]["enum"] == ["short", "long"]
    assert properties["count"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 7,
        "description": "How many days",
    }
    assert {"type": "null"} in properties["period"]["anyOf"]
    assert properties["tags"] == {"type": "array", "items": {"type": "string"}, "default": []}
    assert properties["schema"]["default"] is None
    assert properties["limit"] == {"type": "number", "maximum": 9, "default": 5}
    assert properties["anything"] == {"default": None}


def test_a_schema_is_valid_and_judges_arguments_as_the_check_does() -> None:
    schema = parameters(forecast)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(ARGUMENTS, schema)
    for wrong in ({"count": 8}, {"unit": "K"}, {"detail": "all"}, {"unknown": 1}, {"period": {"days": 1}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(ARGUMENTS | wrong, schema)
        with pytest.raises(ToolError):
            tool(forecast).read(json.dumps(ARGUMENTS | wrong))


def test_a_function_without_parameters_is_a_tool() -> None:
    def now() -> str:
        return "noon"

    assert parameters(now) == {"type": "object", "properties": {}, "additionalProperties": False}


def test_keyword_only_parameters_may_have_defaults_in_any_order_and_of_any_kind() -> None:
    def mixed(*, first: Any = object(), second: int) -> None: ...  # noqa: B008 - a default without JSON

    schema = parameters(mixed)
    assert (schema["properties"], schema["required"]) == (
        {"first": {}, "second": {"type": "integer"}},
        ["second"],
    )
    assert list(tool(mixed).read('{"second": 1}')) == ["first", "second"]


def test_the_description_is_the_first_paragraph() -> None:
    def search(query: str) -> None:
        """Searches the library,
        old books too.

        Slow.
        """

    assert tool(search).description == "Searches the library,\nold books too."
    assert tool(search, description="找书").description == "找书"
    assert tool(lambda: None, name="nothing").description == ""


def test_parameters_are_described_by_a_google_docstring() -> None:
    def search(query: str, limit: int, place: Place, own: Annotated[str, Field(description="mine")]) -> None:
        """Searches.

        Args:
            query (str): What to look for:
                words, or a sentence.
            limit: At most so many.

            place: Where.
            own: not this
            gone: no such parameter

        Returns:
            query: not this either
        """

    properties = parameters(search)["properties"]
    described = {name: schema.get("description") for name, schema in properties.items()}
    assert described == {
        "query": "What to look for:\nwords, or a sentence.",
        "limit": "At most so many.",
        "place": "Where.",
        "own": "mine",
    }


def test_parameters_are_described_by_a_rest_docstring() -> None:
    def search(query: str, limit: int = 3) -> None:
        """Searches.
        :param str query: what to look for,
            in words
        :param limit: at most so many
        :returns: nothing
        """

    properties = parameters(search)["properties"]
    assert tool(search).description == "Searches."
    assert properties["query"]["description"] == "what to look for,\nin words"
    assert properties["limit"]["description"] == "at most so many"


def test_a_tool_may_be_chinese_throughout() -> None:
    def 查天气(  # noqa: N802, PLC2401 - what is tested
        城市: str,  # noqa: N803, PLC2401
        天数: Annotated[int, Field(ge=1)] = 1,  # noqa: N803, PLC2401
    ) -> str:
        """查询某个城市的天气。

        参数：
            城市：城市的名称
            天数（整数）：预报几天
        """
        return f"{城市}：{天数} 天晴"

    made = tool(查天气)
    assert (made.name, made.description) == ("查天气", "查询某个城市的天气。")
    assert made.parameters["properties"] == {
        "城市": {"type": "string", "description": "城市的名称"},
        "天数": {"type": "integer", "minimum": 1, "default": 1, "description": "预报几天"},
    }
    assert made.function(**made.read('{"城市": "上海", "天数": "2"}')) == "上海：2 天晴"


def test_the_decorator_works_bare_and_with_options() -> None:
    @tool
    def bare(x: int) -> int:
        """As it is."""
        return x

    @tool(name="other-name", description="as told")
    def renamed(x: int) -> int:
        """Not this."""
        return x

    assert (bare.name, bare.description) == ("bare", "As it is.")
    assert (renamed.name, renamed.description) == ("other-name", "as told")


class Library:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def search(self, query: str) -> str:
        """Searches."""
        self.asked.append(query)
        return f"found {query}"

    async def __call__(self, title: str) -> str:
        """Fetches a book."""
        return f"the book {title}"


async def test_bound_methods_and_objects_that_can_be_called_are_tools() -> None:
    library = Library()
    search, fetch = tool(library.search), tool(library, name="fetch")
    assert (search.name, fetch.description, tool(library).name) == ("search", "Fetches a book.", "Library")
    assert list(search.parameters["properties"]) == ["query"]
    assert await search.call('{"query": "红楼梦"}') == "found 红楼梦"
    assert library.asked == ["红楼梦"]
    assert await fetch.call('{"title": "Ulysses"}') == "the book Ulysses"


async def test_what_a_partial_has_bound_is_neither_shown_to_the_model_nor_set_by_it() -> None:
    def notes(owner: str, query: str, limit: int = 3) -> str:
        """Somebody's notes."""
        return f"{owner} {query} {limit}"

    by_name, by_place = tool(functools.partial(notes, owner="me")), tool(functools.partial(notes, "me"))
    assert (by_name.name, by_name.description) == ("notes", "Somebody's notes.")
    for bound in (by_name, by_place):
        assert list(bound.parameters["properties"]) == ["query", "limit"]
        assert await bound.call('{"query": "q"}') == "me q 3"
        with pytest.raises(ToolError, match="owner: Unexpected"):
            await bound.call('{"query": "q", "owner": "you"}')


def _starred(*values: int) -> None: ...
def _keywords(**values: int) -> None: ...
def _placed(value: int, /) -> None: ...
def _unknown(value: "NoSuchType") -> None: ...  # type: ignore[name-defined]  # noqa: F821 - what is tested
def _callback(value: Callable[[], int]) -> None: ...
def _lock(value: threading.Event) -> None: ...


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (_starred, r"_starred can't be a tool.*\*values"),
        (_keywords, r"\*\*values"),
        (_placed, "value"),
        (_unknown, "NoSuchType"),
        (_callback, "_callback can't be a tool"),
        (_lock, "Event"),
        (Library.search, "method without its object"),
        (Library, "Library can't be a tool: it is a class"),
        ("search", "not a callable"),
        (dict.fromkeys, "fromkeys"),
    ],
)
def test_a_function_that_no_model_can_call_is_refused_when_it_is_defined(function: Any, named: str) -> None:
    with pytest.raises(TypeError, match=named):
        tool(function)


@pytest.mark.parametrize("name", ["", "two words", "x" * 65, "a\n"])
def test_a_name_that_no_provider_takes_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="name"):
        Tool(name, "", {"type": "object"}, print)


def test_functions_become_tools_and_ready_made_definitions_pass() -> None:
    ready = {"type": "function", "function": {"name": "ready", "parameters": {"type": "object"}}}
    hosted = {"type": "web_search"}
    made = tool(forecast)
    assert as_tools([made, ready, hosted]) == [made, ready, hosted]
    assert definitions([forecast, ready, hosted]) == [made.definition(), ready, hosted]


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(Invalid, match="forecast"):
        as_tools([forecast, {"type": "function", "function": {"name": "forecast"}}])


def test_arguments_arrive_as_the_types_that_were_declared() -> None:
    values = tool(forecast).read(
        json.dumps(ARGUMENTS | {"count": "3", "period": {"start": "2026-10-01"}}, ensure_ascii=False)
    )
    assert values == {
        "place": Place("上海"),
        "unit": Unit.CELSIUS,
        "detail": "short",
        "count": 3,
        "period": Period(start=date(2026, 10, 1)),
        "tags": [],
        "schema": None,
        "limit": 5,
        "anything": None,
    }


def test_a_mutable_default_is_not_shared_by_calls() -> None:
    read = tool(forecast).read
    read(json.dumps(ARGUMENTS))["tags"].append("x")
    assert read(json.dumps(ARGUMENTS))["tags"] == []


@pytest.mark.parametrize("nothing", ["", " \n", "null", "{}"])
def test_a_call_without_arguments_may_be_written_in_any_way(nothing: str) -> None:
    assert tool(lambda x=1: x, name="one").read(nothing) == {"x": 1}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('{"place": {"city": "上', "not JSON .*上"),
        ("上海", "not JSON .*上海"),
        ('{"count": NaN}', "not JSON"),
        ("\ud83d", "not JSON"),
        ('["上海"]', "not a JSON object"),
        ("3", "not a JSON object"),
        ("{}", "place: Missing"),
        (json.dumps(ARGUMENTS | {"count": "many"}), "count: Input should be a valid integer"),
        (json.dumps(ARGUMENTS | {"place": {}}), r"place\.city: Field required"),
        (json.dumps(ARGUMENTS | {"period": {"start": "2026-10-01", "days": 0}}), "counted from 1"),
        (json.dumps(ARGUMENTS | {"unit": "K"}), "unit: Input should be '摄氏' or '华氏'"),
    ],
)
async def test_what_is_wrong_with_arguments_is_told(arguments: str, told: str) -> None:
    with pytest.raises(ToolError, match=told) as raised:
        await tool(forecast).call(arguments)
    assert "http" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_only_the_first_of_many_faults_are_told() -> None:
    def total(numbers: list[int]) -> int:
        return sum(numbers)

    with pytest.raises(ToolError, match=r"numbers\.9: .*; and 990 more$"):
        tool(total).read(json.dumps({"numbers": ["x"] * 1000}))


async def test_a_tool_made_by_hand_gets_the_members_of_the_object() -> None:
    made = Tool("stored", "", {"type": "object"}, lambda **values: values)
    assert json.loads(await made.call('{"a": [1], "城市": "上海"}')) == {"a": [1], "城市": "上海"}
    with pytest.raises(ToolError, match="not a JSON object"):
        await made.call("[1]")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("上海 晴", "上海 晴"),
        ("", ""),
        (None, "null"),
        (3, "3"),
        (True, "true"),
        ({"城市": "上海"}, '{"城市":"上海"}'),
        ({1: "x"}, '{"1":"x"}'),
        (Place("上海"), '{"city":"上海","district":""}'),
        ([Period(start=date(2026, 10, 1))], '[{"start":"2026-10-01","days":1}]'),
        (Unit.CELSIUS, '"摄氏"'),
        ({"price": Decimal("1.10"), "ids": {7}}, '{"price":"1.10","ids":[7]}'),
    ],
)
def test_a_text_stays_and_the_rest_is_json(value: object, text: str) -> None:
    assert as_text(value) == text


def _generator() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("value", "named"),
    [(b"raw", "bytes"), ({"file": b"raw"}, "bytes"), (object(), "object"), (_generator(), "generator")],
)
def test_a_result_that_json_does_not_have_is_named(value: object, named: str) -> None:
    with pytest.raises(ToolError, match=named):
        as_text(value)


def test_a_long_result_is_cut_with_a_note() -> None:
    text = as_text("天" * 250_000)
    assert text == "天" * 100_000 + "\n[cut: 100000 of 250000 characters]"
    assert as_text("天" * 100_000) == "天" * 100_000


def test_a_result_can_be_sent_whatever_is_in_it() -> None:
    assert as_text("\ud83d\ude00 and \ud83d alone") == "😀 and � alone"


def test_a_result_is_a_message() -> None:
    assert ToolResult("c1", "weather", "晴").message() == {
        "role": "tool",
        "tool_call_id": "c1",
        "content": "晴",
    }


caller: contextvars.ContextVar[str] = contextvars.ContextVar("caller")


async def test_a_sync_function_runs_in_a_thread_with_the_callers_context() -> None:
    def where() -> list[object]:
        return [threading.current_thread() is threading.main_thread(), caller.get()]

    caller.set("我")
    assert await tool(where).call("") == '[false,"我"]'


async def test_a_sync_function_may_return_something_to_await() -> None:
    async def later(x: int) -> int:
        await asyncio.sleep(0)
        return x

    def wrapped(x: int) -> Coroutine[Any, Any, int]:
        return later(x)

    assert await tool(wrapped).call('{"x": 4}') == "4"
    assert await tool(later).call('{"x": 5}') == "5"


async def test_an_async_function_needs_no_thread() -> None:
    async def ready() -> str:
        return "ready"

    release = threading.Event()
    loop = asyncio.get_running_loop()
    busy = [loop.run_in_executor(None, release.wait, FOREVER) for _ in range(40)]
    try:
        assert await tool(ready).call("{}", timeout_s=5) == "ready"
    finally:
        release.set()
        await asyncio.gather(*busy)


async def test_a_tool_error_keeps_its_words() -> None:
    def fails() -> None:
        raise ToolError("没有这个城市，请换一个")

    with pytest.raises(ToolError, match=r"^没有这个城市，请换一个$"):
        await tool(fails).call("{}")


async def test_of_any_other_exception_only_the_type_is_told_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fails() -> None:
        raise RuntimeError("password=hunter2")

    with caplog.at_level(logging.WARNING, "freshet.llm"), pytest.raises(ToolError) as raised:
        await tool(fails).call("{}")
    assert str(raised.value) == "fails failed: RuntimeError"
    assert "fails failed: RuntimeError" in caplog.text
    assert "test_tools.py" in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("error", [TimeoutError, asyncio.CancelledError])
async def test_a_functions_own_timeout_or_cancellation_is_a_failure_like_others(
    error: type[BaseException],
) -> None:
    async def fails() -> None:
        raise error

    with pytest.raises(ToolError, match=f"fails failed: {error.__name__}"):
        await tool(fails).call("{}")


async def test_an_async_function_is_stopped_at_its_deadline() -> None:
    stopped = asyncio.Event()

    async def hangs() -> None:
        try:
            await asyncio.sleep(FOREVER)
        except asyncio.CancelledError:
            stopped.set()
            raise

    with pytest.raises(ToolError, match=r"hangs took longer than 0\.05 s"):
        await tool(hangs).call("{}", timeout_s=0.05)
    assert stopped.is_set()


async def test_a_sync_function_is_not_waited_for_beyond_its_deadline() -> None:
    release = threading.Event()
    begun = time.perf_counter()
    try:
        with pytest.raises(ToolError, match="took longer"):
            await tool(lambda: release.wait(FOREVER), name="hangs").call("{}", timeout_s=0.05)
    finally:
        release.set()
    assert time.perf_counter() - begun < 1


async def test_a_call_that_is_cancelled_cancels_its_function() -> None:
    running, stopped = asyncio.Event(), asyncio.Event()

    async def hangs() -> None:
        running.set()
        try:
            await asyncio.sleep(FOREVER)
        finally:
            stopped.set()

    call = asyncio.create_task(tool(hangs).call("{}"))
    await running.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert stopped.is_set()
