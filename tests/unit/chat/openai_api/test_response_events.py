"""The fold from frames to OpenAI's events, over whatever a run may bring."""

from typing import Any, get_args

import orjson
from hypothesis import given
from hypothesis import strategies as st
from openai import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response, ResponseStreamEvent

from freshet.chat.openai_api.response_events import ResponseEvents, ResponseFold
from freshet.chat.openai_api.response_request import ResponseRequest
from freshet.errors import FreshetError, Interrupted, ModelBadRequest, ModelRateLimited
from freshet.runs.events import Content, Started, ToolCall
from freshet.runs.frame import Frame
from tests.unit.chat.openai_api.canned import CITATION, RUNS, SEARCHED, STOPPED, Script, done, failed, frames

RUN_ID = "01JD8ZQ4M3V5X7Y9ABCDEFGHJK"
WEATHER = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}
TOOLS = [WEATHER | {"strict": True}, {"type": "file_search", "vector_store_ids": ["documents"]}]
EVENTS: dict[str, Any] = {  # by the only value that `type` may have
    get_args(one.model_fields["type"].annotation)[0]: one
    for one in get_args(get_args(ResponseStreamEvent)[0])
}

texts = st.sampled_from(["", "Hi ", "你好", "🌍", "[1]", "\n\n"])
arguments = st.sampled_from(["", "{", '{"query":', '"收入"}', '{"query":"a"}', "}", " "])
calls = st.builds(
    lambda index, arguments: ("call", index, arguments), st.integers(0, 3), arguments
)  # id and name are of the first piece only: `_events` sets them
pieces = st.one_of(
    st.builds(lambda text: {"content": text, "done": False}, texts),
    st.builds(lambda text: {"reasoning": text, "done": False}, texts),
    calls,
    st.builds(
        lambda index: {"tool_result": {"id": f"call_{index}", "content": "x"}, "done": False},
        st.integers(0, 3),
    ),
)
RESET = {"reset": True, "reason": "upstream_cut", "done": False}
NAMES = ["get_weather", "search_documents", "search_documents", "nobody_s"]
endings = st.sampled_from(["stop", "tool_calls", "length", "content_filter", "stopped", "failed"])


def _ended(kind: str) -> dict[str, Any]:
    if kind == "failed":
        return failed(Interrupted())
    return STOPPED if kind == "stopped" else done("[1]", kind, citations=[CITATION], searches=[SEARCHED])


def _started(*, stream: bool = True, **asked: Any) -> Started:
    request = ResponseRequest.model_validate({"model": "m", "input": "?", "stream": stream, **asked})
    return Started({"model": "m", "response": request.echo()})


@st.composite
def runs(draw: st.DrawFn) -> list[Frame]:
    """The frames of a run; only one that is not streamed has resets."""
    stream = draw(st.booleans())
    include = ["file_search_call.results"] if draw(st.booleans()) else []
    events: list[Any] = [_started(stream=stream, tools=TOOLS, include=include)]
    named: set[int] = set()
    for piece in draw(st.lists(pieces if stream else pieces | st.just(RESET), max_size=24)):
        if not isinstance(piece, tuple):
            named -= named if piece is RESET else set()
            events.append(piece)
            continue
        _, index, text = piece
        first = index not in named
        named.add(index)
        events.append(
            ToolCall(index, f"call_{index}" if first else None, NAMES[index] if first else None, text)
        )
    return list(frames(RUN_ID, [*events, _ended(draw(endings))]))


def folded(of: list[Frame]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    fold = ResponseFold(RUN_ID)
    events = [event for one in of for event in fold.feed(one.data)]
    return events, fold.response


@given(runs())
def test_a_stream_is_the_same_wherever_it_is_taken_up(run: list[Frame]) -> None:
    whole = ResponseEvents(RUN_ID)
    told = [event for one in run for event in whole.encode(one).split(b"\n\n") if event]

    for after in range(-1, len(told)):
        again = ResponseEvents(RUN_ID, after)
        assert b"".join(map(again.encode, run)) + again.end() == b"".join(
            b"%s\n\n" % one for one in told[after + 1 :]
        )


@given(runs())
def test_events_stay_what_they_were(run: list[Frame]) -> None:
    fold = ResponseFold(RUN_ID)
    events: list[dict[str, Any]] = []
    written: list[bytes] = []
    for one in run:
        told = fold.feed(one.data)
        events += told
        written += map(orjson.dumps, told)

    assert [orjson.dumps(event) for event in events] == written
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert events[-1]["response"] == fold.response


@given(runs())
def test_every_event_is_one_of_openai_s(run: list[Frame]) -> None:
    events, response = folded(run)

    for event in events:
        if event["type"] == "response.output_text.annotation.added":
            event = {**event, "annotation": _without_ours(event["annotation"])}  # noqa: PLW2901
        EVENTS[event["type"]].model_validate(event)
    Response.model_validate(response)


def _without_ours(annotation: dict[str, Any]) -> dict[str, Any]:
    return {name: annotation[name] for name in ("type", "index", "file_id", "filename")}


@given(runs())
def test_the_sdk_s_own_fold_takes_every_stream(run: list[Frame]) -> None:
    events, response = folded(run)
    state: Any = ResponseStreamState(input_tools=[], text_format=omit)

    for event in events:
        if event["type"] != "error":  # the client raises before it comes here
            state.handle_event(EVENTS[event["type"]].construct(**event))
    completed = state._completed_response
    assert bool(completed) == (response["status"] == "completed")
    if completed:
        assert [item.id for item in completed.output] == [item["id"] for item in response["output"]]


@given(runs())
def test_what_a_client_puts_together_is_the_output(run: list[Frame]) -> None:
    events, response = folded(run)

    items: list[dict[str, Any]] = []
    for event in events:
        match event["type"].removeprefix("response."):
            case "output_item.added":
                assert event["output_index"] == len(items)
                items.append(event["item"])
            case "content_part.added":
                items[event["output_index"]]["content"].append(event["part"])
            case "output_text.delta" | "reasoning_text.delta":
                items[event["output_index"]]["content"][0]["text"] += event["delta"]
            case "output_text.annotation.added":
                items[event["output_index"]]["content"][0]["annotations"].append(event["annotation"])
            case "function_call_arguments.delta":
                items[event["output_index"]]["arguments"] += event["delta"]
            case "function_call_arguments.done":
                assert items[event["output_index"]]["arguments"] == event["arguments"]
            case "output_text.done" | "reasoning_text.done":
                assert items[event["output_index"]]["content"][0]["text"] == event["text"]
            case "output_item.done":
                before = items[event["output_index"]]
                assert before["status"] == "in_progress"
                assert event["item"] == before | _settled(event["item"])
                items[event["output_index"]] = event["item"]
    cut = [item | {"status": "incomplete"} if item["status"] == "in_progress" else item for item in items]
    assert cut == response["output"]
    assert all(item["type"] == "function_call" for item in items if item["status"] == "in_progress")


def _settled(item: dict[str, Any]) -> dict[str, Any]:
    """What is known of an item only when it is done."""
    return {name: item[name] for name in ("status", "queries", "results") if name in item}


def _status_and_text(run: list[Any], after: int) -> tuple[str, str]:
    _, response = folded(list(frames(RUN_ID, run))[:after])
    texts = [part["text"] for item in response["output"] for part in item.get("content", [])]
    return response["status"], "".join(texts)


def test_the_object_can_be_read_while_the_run_goes_on() -> None:
    run: Script = [_started(), *RUNS["plain"]]

    assert _status_and_text(run, 0) == ("in_progress", "")
    assert _status_and_text(run, 3) == ("in_progress", "你好，世界 🌍\n")
    assert _status_and_text(run, 5) == ("completed", "你好，世界 🌍\n!")


def test_what_a_reset_made_void_is_never_told() -> None:
    run = list(frames(RUN_ID, [_started(stream=False), *RUNS["reset"]]))

    events, response = folded(run)
    assert "void" not in str(events)
    assert response["output"][0]["content"][0]["text"] == "This stands."
    assert [event["type"] for event in folded(run[:-1])[0]] == ["response.created", "response.in_progress"]


def test_a_run_that_failed_before_it_started_is_a_failed_response() -> None:
    events, response = folded(list(frames(RUN_ID, [failed(Interrupted())])))

    assert [event["type"] for event in events] == [
        "response.created",
        "response.in_progress",
        "error",
        "response.failed",
    ]
    assert (response["status"], response["output"]) == ("failed", [])


def test_failures_have_the_codes_that_a_response_knows() -> None:
    def code(error: FreshetError) -> str:
        _, response = folded(list(frames(RUN_ID, [_started(), Content("x"), failed(error)])))
        told: str = response["error"]["code"]
        return told

    assert code(Interrupted()) == "server_error"
    assert code(ModelRateLimited("slow down", retry_after=1)) == "rate_limit_exceeded"
    assert code(ModelBadRequest("too long")) == "invalid_prompt"


def test_calls_of_tools_that_nobody_has_are_not_shown() -> None:
    run: Script = [
        _started(tools=[]),
        ToolCall(0, "call_0", "get_weather", "{}"),
        Content("No."),
        done("No."),
    ]

    _, response = folded(list(frames(RUN_ID, run)))
    assert [item["type"] for item in response["output"]] == ["message"]


def test_calls_without_arguments_have_none_instead_of_no_json() -> None:
    run: Script = [_started(tools=TOOLS), ToolCall(0, "call_0", "get_weather", ""), done("", "tool_calls")]

    _, response = folded(list(frames(RUN_ID, run)))
    assert response["output"][0]["arguments"] == "{}"


def test_calls_that_are_written_side_by_side_are_all_whole() -> None:
    run: Script = [
        _started(tools=TOOLS),
        ToolCall(0, "call_0", "get_weather", '{"city":'),
        ToolCall(1, "call_1", "get_weather", '{"city":"Oslo"'),
        ToolCall(0, None, None, '"北京"}'),
        ToolCall(1, None, None, "}"),
        done("", "tool_calls"),
    ]

    _, response = folded(list(frames(RUN_ID, run)))
    assert [item["arguments"] for item in response["output"]] == ['{"city":"北京"}', '{"city":"Oslo"}']


def test_a_search_that_was_not_run_is_incomplete() -> None:
    """It is not where the same generation calls a function of the caller's."""
    run: Script = [
        _started(tools=TOOLS),
        ToolCall(0, "call_0", "search_documents", '{"query":"a"}'),
        ToolCall(1, "call_1", "get_weather", "{}"),
        done("", "tool_calls"),
    ]

    events, response = folded(list(frames(RUN_ID, run)))
    assert [item["status"] for item in response["output"]] == ["incomplete", "completed"]
    assert "response.file_search_call.completed" not in [event["type"] for event in events]
