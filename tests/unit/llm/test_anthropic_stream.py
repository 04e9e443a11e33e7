"""The meaning of a Messages stream, as Anthropic and its imitators send it."""

import json
import random
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.errors import (
    ModelBadRequest,
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
)
from freshet.llm.completion import Answer, ToolCall
from freshet.llm.events import Event, Finish, ReasoningDelta, Reset, TextDelta, ToolCallDelta, Usage
from freshet.llm.failures import from_status
from freshet.llm.providers.anthropic_stream import MessageDecoder
from tests.unit.llm.upstream import NO_COUNTS, outcome

WIRE = Path(__file__).parents[4] / "shared/data/llm_wire"


def event(kind: str, **members: Any) -> bytes:
    """One event of a stream."""
    data = json.dumps({"type": kind, **members}, ensure_ascii=False)
    return f"event: {kind}\ndata: {data}\n\n".encode()


def start(index: int, kind: str, **members: Any) -> bytes:
    return event("content_block_start", index=index, content_block={"type": kind, **members})


def delta(index: int, kind: str, **members: Any) -> bytes:
    return event("content_block_delta", index=index, delta={"type": kind, **members})


def text(piece: str) -> bytes:
    return delta(0, "text_delta", text=piece)


def stop(index: int) -> bytes:
    return event("content_block_stop", index=index)


def finish(reason: str | None = "end_turn", **usage: Any) -> bytes:
    return event("message_delta", delta={"stop_reason": reason}, usage=usage)


BEGIN = event("message_start", message={"usage": {"input_tokens": 7, "output_tokens": 1}})
DONE = event("message_stop")
END = finish(output_tokens=3) + DONE


def decode(*reads: bytes) -> tuple[list[Event], ModelError | None]:
    return outcome(MessageDecoder(), *reads)


def failure(*reads: bytes) -> ModelError:
    error = decode(*reads)[1]
    assert error is not None
    return error


def decode_whole(message: Any) -> list[Event]:
    decoder = MessageDecoder()
    return decoder.whole(message) + decoder.end()


def folded(events: list[Event]) -> Answer:
    answer = Answer()
    for each in events:
        answer.add(each)
    return answer


def test_text_reasoning_tools_finish_and_usage_become_events() -> None:
    events, error = decode(
        BEGIN,
        start(0, "thinking", thinking=""),
        event("ping"),
        delta(0, "thinking_delta", thinking="嗯"),
        delta(0, "signature_delta", signature="c2ln"),
        stop(0),
        start(1, "text", text=""),
        delta(1, "text_delta", text="你好"),
        stop(1),
        start(2, "tool_use", id="toolu_1", name="search", input={}),
        delta(2, "input_json_delta", partial_json=""),
        delta(2, "input_json_delta", partial_json='{"q":'),
        delta(2, "input_json_delta", partial_json=' "鱼"}'),
        stop(2),
        finish("tool_use", output_tokens=3),
        DONE,
    )
    assert error is None
    assert events == [
        ReasoningDelta("嗯"),
        TextDelta("你好"),
        ToolCallDelta(0, "toolu_1", "search", ""),
        ToolCallDelta(0, None, None, '{"q":'),
        ToolCallDelta(0, None, None, ' "鱼"}'),
        Finish("tool_calls"),
        Usage(7, 3),
    ]


def test_the_prompts_tokens_are_those_of_the_cache_too_and_the_last_word_wins() -> None:
    early = {"input_tokens": 4, "cache_read_input_tokens": 9, "cache_creation_input_tokens": 2}
    begin = event("message_start", message={"usage": {**early, "output_tokens": 1}})
    end = finish(input_tokens=5, cache_read_input_tokens=None, output_tokens=8)
    assert decode(begin, text("a"), end, DONE)[0][-1] == Usage(16, 8, cached_tokens=9)


@pytest.mark.parametrize("wrong", NO_COUNTS)
@pytest.mark.parametrize("name", ["input_tokens", "output_tokens", "cache_read_input_tokens"])
def test_what_can_be_no_number_of_tokens_was_not_said(name: str, wrong: object) -> None:
    usage: dict[str, Any] = {"input_tokens": 5, "output_tokens": 8, name: wrong}
    end = finish(**usage)
    assert decode(BEGIN, text("a"), end, DONE) == ([TextDelta("a"), Finish("stop")], None)


def test_an_upstream_that_counts_nothing_leaves_the_usage_open() -> None:
    events, error = decode(event("message_start", message={}), text("a"), finish(), DONE)
    assert (events, error) == ([TextDelta("a"), Finish("stop")], None)


@pytest.mark.parametrize(
    ("reason", "ours"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("pause_turn", "pause_turn"),
        ("one_of_tomorrow", "one_of_tomorrow"),
    ],
)
def test_reasons_to_stop_are_told_in_openais_words(reason: str, ours: str) -> None:
    assert decode(BEGIN, finish(reason), DONE)[0][0] == Finish(ours)


def test_a_tool_without_arguments_is_called_with_an_empty_object() -> None:
    call = start(0, "tool_use", id="a", name="now", input={})
    assert folded(decode(BEGIN, call, stop(0), END)[0]).tool_calls() == (ToolCall("a", "now", "{}"),)


def test_arguments_that_come_with_the_blocks_start_are_kept_unless_deltas_repeat_them() -> None:
    one = start(0, "tool_use", id="a", name="f", input={"鱼": 1}) + stop(0)
    two = start(1, "tool_use", id="b", name="g", input={"x": 1})
    two += delta(1, "input_json_delta", partial_json='{"x": 2}') + stop(1)
    first, second = folded(decode(BEGIN, one, two, END)[0]).tool_calls()
    assert (first.arguments, second.arguments) == ('{"鱼":1}', '{"x": 2}')


def test_calls_are_numbered_by_themselves_even_where_all_blocks_have_one_index() -> None:
    calls = b"".join(
        start(0, "tool_use", id=name, name=name, input={})
        + delta(0, "input_json_delta", partial_json=f'"{name}"')
        + stop(0)
        for name in "ab"
    )
    events, _ = decode(BEGIN, start(0, "text", text="!"), calls, END)
    assert folded(events).tool_calls() == (ToolCall("a", "a", '"a"'), ToolCall("b", "b", '"b"'))


def test_tools_that_run_at_the_upstream_are_not_the_callers() -> None:
    events, error = decode(
        BEGIN,
        start(0, "server_tool_use", id="srvtoolu_1", name="web_search", input={}),
        delta(0, "input_json_delta", partial_json='{"query": "x"}'),
        stop(0),
        start(1, "web_search_tool_result", tool_use_id="srvtoolu_1", content=[{"title": "x"}]),
        stop(1),
        start(2, "text", text="", citations=[]),
        delta(2, "citations_delta", citation={"cited_text": "x"}),
        delta(2, "text_delta", text="found"),
        stop(2),
        END,
    )
    assert (events, error) == ([TextDelta("found"), Finish("stop"), Usage(7, 3)], None)


def test_events_deltas_and_blocks_that_the_api_has_yet_to_invent_are_passed_over() -> None:
    new = start(0, "dream", dream="…") + delta(0, "dream_delta", dream="…") + event("thought", index=0)
    assert decode(BEGIN, new, text("a"), END) == ([TextDelta("a"), Finish("stop"), Usage(7, 3)], None)


def test_text_that_a_blocks_start_brings_is_shown() -> None:
    events, _ = decode(BEGIN, start(0, "thinking", thinking="hm"), start(1, "text", text="好"), END)
    assert events[:2] == [ReasoningDelta("hm"), TextDelta("好")]


def test_what_comes_after_the_message_is_not_read() -> None:
    events, error = decode(BEGIN, text("a"), END + b"data: {broken\n\n" + BEGIN)
    assert (events, error) == ([TextDelta("a"), Finish("stop"), Usage(7, 3)], None)


def test_an_end_without_a_reason_is_a_cut() -> None:
    assert type(failure()) is ModelCut
    assert type(failure(BEGIN, text("a"))) is ModelCut
    assert type(failure(BEGIN, text("a"), DONE)) is ModelCut
    assert type(failure(BEGIN, text("a"), finish(None), DONE)) is ModelCut


def test_an_end_with_a_reason_is_whole_without_its_last_event() -> None:
    assert decode(BEGIN, text("a"), finish(output_tokens=2)) == (
        [TextDelta("a"), Finish("stop"), Usage(7, 2)],
        None,
    )


def test_an_end_inside_a_chunk_is_a_cut_not_a_malformation() -> None:
    events, error = decode(BEGIN, text("a"), text("你好")[:-9])
    assert (events, type(error)) == ([TextDelta("a")], ModelCut)


def test_a_last_line_without_its_end_is_read() -> None:
    assert decode(BEGIN, text("a"), finish(output_tokens=3).rstrip())[1] is None


def test_a_message_that_begins_again_makes_what_was_shown_void() -> None:
    events, error = decode(BEGIN, start(0, "text", text=""), text("lost"), BEGIN, text("kept"), END)
    assert error is None
    assert events == [
        TextDelta("lost"),
        Usage(7, 1),
        Reset("upstream_cut"),
        TextDelta("kept"),
        Finish("stop"),
        Usage(7, 3),
    ]


def test_a_message_that_begins_again_is_counted_from_the_start() -> None:
    call = start(0, "tool_use", id="a", name="f", input={})
    again = event("message_start", message={})
    events, error = decode(BEGIN, call, finish("tool_use"), again, call, stop(0), finish(), DONE)
    assert error is None
    assert events[-4:] == [
        Reset("upstream_cut"),
        ToolCallDelta(0, "a", "f", ""),
        ToolCallDelta(0, None, None, "{}"),
        Finish("stop"),
    ]


def test_a_message_that_begins_twice_before_anything_is_shown_is_just_one() -> None:
    assert decode(BEGIN, BEGIN, text("a"), END)[0] == [TextDelta("a"), Finish("stop"), Usage(7, 3)]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"type": "overloaded_error", "message": "Overloaded"}, ModelOverloaded),
        ({"type": "api_error", "message": "Internal server error"}, ModelOverloaded),
        ({"type": "rate_limit_error", "message": "slow down"}, ModelRateLimited),
        ({"type": "invalid_request_error", "message": "too long"}, ModelBadRequest),
        ("just text", ModelError),
        (None, ModelError),
    ],
)
def test_an_error_inside_the_stream_keeps_what_came_before(error: Any, kind: type[ModelError]) -> None:
    events, found = decode(BEGIN, text("a"), event("error", error=error))
    assert (events, type(found)) == ([TextDelta("a")], kind)


def test_an_error_in_a_routers_own_shape_is_one_too() -> None:
    assert (
        type(failure(BEGIN, b'data: {"error": {"message": "slow down", "code": 429}}\n\n'))
        is ModelRateLimited
    )


@pytest.mark.parametrize(
    "document",
    [
        b"{broken",
        b"[]",
        b'"text"',
        b'{"type": "content_block_delta", "index": 0}',
        b'{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": 5}}',
        b'{"type": "content_block_start", "index": 0, "content_block": 5}',
        b'{"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "name": "f"}}',
        b'{"type": "content_block_start", "index": [], "content_block": {"type": "tool_use"}}',
        b'{"type": "message_start", "message": {"usage": "many"}}',
        b'{"type": "message_start", "message": []}',
        b'{"type": "message_delta", "delta": {"stop_reason": 5}}',
        b"[" * 100_000,
        b'{"type": "\xff\xfe"}',
    ],
)
def test_what_is_not_the_protocol_is_malformed_and_keeps_what_came_before(document: bytes) -> None:
    events, error = decode(BEGIN, text("a") + b"data: " + document + b"\n\n" + END)
    assert (events, type(error)) == ([TextDelta("a")], ModelMalformed)


def test_half_of_an_emoji_in_a_chunk_is_replaced_not_fatal() -> None:
    half = text("a?").replace(b"?", rb"\ud83d")
    assert decode(BEGIN, half, END)[0][0] == TextDelta("a\ufffd")


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@given(
    texts=st.lists(TEXTS, max_size=8),
    failing=st.sampled_from(
        [b"", b"data: {broken\n\n", event("error", error={"type": "overloaded_error"}), b'data: {"cut', BEGIN]
    ),
    end=st.sampled_from([END, DONE, finish(), b""]),
    cuts=st.lists(st.integers(0, 3000), max_size=30),
)
def test_pieces_make_no_difference(texts: list[str], failing: bytes, end: bytes, cuts: list[int]) -> None:
    stream = BEGIN + b"".join(map(text, texts)) + failing + end
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    events, error = decode(stream)
    again, same = decode(*(stream[a:b] for a, b in pairwise(places)))
    assert (again, repr(same)) == (events, repr(error))
    if not failing:
        assert events[: len(texts)] == [TextDelta(each) for each in texts]


def recorded(kind: str) -> list[Any]:
    """The recorded answers of a kind; where there are none, one that is skipped and says so."""
    index = json.loads((WIRE / "index.json").read_bytes()) if WIRE.is_dir() else []
    found = [
        pytest.param(WIRE / entry["file"], id=entry["id"].removeprefix("anthropic-messages__"))
        for entry in index
        if entry["class"] == kind and entry["id"].startswith("anthropic-messages")
    ]
    return found or [pytest.param(WIRE, marks=pytest.mark.skip("the recorded answers are not here"))]


def whole(raw: bytes) -> list[bytes]:
    return [raw]


def byte_by_byte(raw: bytes) -> list[bytes]:
    return [raw[at : at + 1] for at in range(len(raw))]


def at_random(raw: bytes) -> list[bytes]:
    """Pieces that begin anywhere, and inside characters where the stream has any that can be cut."""
    chance = random.Random(len(raw))
    inside = [at for at, byte in enumerate(raw) if byte & 0xC0 == 0x80]
    places = chance.sample(inside, min(40, len(inside))) + chance.sample(range(len(raw)), 40)
    return [raw[a:b] for a, b in pairwise(sorted({0, len(raw), *places}))]


def in_order(raw: bytes) -> list[bytes]:
    """The answers in a recording: two of them hold one after another what two requests got."""
    return (
        re.split(rb"(?<=\n\n)(?=event: message_start)", raw)
        if raw.count(b"event: message_stop") > 1
        else [raw]
    )


REASONS = {"end_turn": "stop", "max_tokens": "length", "tool_use": "tool_calls"}


@pytest.mark.parametrize("path", recorded("stream"))
@pytest.mark.parametrize("cut", [whole, byte_by_byte, at_random])
def test_recorded_streams_are_understood(path: Path, cut: Callable[[bytes], list[bytes]]) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_bytes())
    decoded = [decode(*cut(raw)) for raw in in_order(path.read_bytes())]
    if "sdk_error" in expected:
        assert any(error for _, error in decoded)
        return
    assert [error for _, error in decoded if error] == []
    first, *_, last = [folded(decoded[0][0]), *(folded(events) for events, _ in decoded)]
    (text,) = expected["text"]
    if len(decoded) == 1:
        assert "".join(last.text) == text
    else:  # who recorded it let the second answer's blocks take the place of the first's of the same number
        assert text.startswith("".join(last.text))
        assert "".join(first.text).endswith(text.removeprefix("".join(last.text)))
    blocks = {kind: [b for b in expected["blocks"] if b["type"] == kind] for kind in ("thinking", "tool_use")}
    assert "".join(first.reasoning) == "".join(block["text"] for block in blocks["thinking"])
    assert [(call.name, call.arguments) for call in first.tool_calls()] == [
        (block["name"], block["json"] or "{}") for block in blocks["tool_use"]
    ]
    assert last.finish_reason == REASONS[expected["finish"][0]]
    assert last.usages[-1] == counted(expected["usage"])
    assert len([e for e in decoded[-1][0] if isinstance(e, Finish)]) == 1


def counted(usage: dict[str, Any]) -> Usage:
    cached = usage.get("cache_read_input_tokens") or 0
    written = usage.get("cache_creation_input_tokens") or 0
    return Usage(usage["input_tokens"] + cached + written, usage["output_tokens"], cached)


@pytest.mark.parametrize("path", recorded("unary"))
def test_recorded_answers_in_one_piece_are_understood(path: Path) -> None:
    body = json.loads(path.read_bytes())
    if (
        body.get("type") != "message"
    ):  # three are threads of OpenAI's: recorded under this name, another protocol
        with pytest.raises(ModelMalformed):
            decode_whole(body)
        return
    answer = folded(decode_whole(body))
    told = {
        kind: "".join(b[kind] for b in body["content"] if b["type"] == kind) for kind in ("text", "thinking")
    }
    assert ("".join(answer.text), "".join(answer.reasoning)) == (told["text"], told["thinking"])
    assert answer.finish_reason == REASONS[body["stop_reason"]]
    assert answer.usages == [counted(body["usage"])]


@pytest.mark.parametrize("path", recorded("error"))
def test_recorded_errors_are_understood_as_an_answer_and_inside_a_stream(path: Path) -> None:
    body = json.loads(path.read_bytes())
    assert type(from_status(404, body, {})) is ModelNotFound
    assert type(failure(BEGIN, event("error", error=body["error"]))) is ModelNotFound
    with pytest.raises(ModelNotFound):
        decode_whole(body)


def test_an_answer_in_one_piece_has_text_calls_and_usage() -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "search", "input": {"q": "鱼"}}
    content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "好"}, call]
    usage = {"input_tokens": 7, "output_tokens": 3}
    message = {"type": "message", "content": content, "stop_reason": "tool_use", "usage": usage}
    assert decode_whole(message) == [
        ReasoningDelta("hm"),
        TextDelta("好"),
        ToolCallDelta(0, "toolu_1", "search", ""),
        ToolCallDelta(0, None, None, '{"q":"鱼"}'),
        Finish("tool_calls"),
        Usage(7, 3),
    ]


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ([], ModelMalformed),
        ({}, ModelMalformed),
        ({"content": [5], "stop_reason": "end_turn"}, ModelMalformed),
        ({"content": []}, ModelCut),
        ({"type": "error", "error": {"type": "overloaded_error"}}, ModelOverloaded),
    ],
)
def test_what_is_no_answer_in_one_piece_is_an_error(message: Any, kind: type[ModelError]) -> None:
    with pytest.raises(ModelError) as caught:
        decode_whole(message)
    assert type(caught.value) is kind
