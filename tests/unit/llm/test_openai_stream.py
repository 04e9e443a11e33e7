"""The meaning of chunks, as OpenAI and its imitators send them."""

import json
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.errors import (
    ModelBadRequest,
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefused,
)
from freshet.llm import Event, Finish, ReasoningDelta, TextDelta, ToolCallDelta, Usage
from freshet.llm.providers.openai_stream import ChatDecoder
from tests.unit.llm.recorded import CUTS, Cut, Recording, anywhere, check, each, recorded
from tests.unit.llm.upstream import DONE, NO_COUNTS, USAGE, chunk, outcome

END = chunk(finish="stop") + DONE


def decode(*reads: bytes) -> tuple[list[Event], ModelError | None]:
    return outcome(ChatDecoder(), *reads)


def failure(*reads: bytes) -> ModelError:
    error = decode(*reads)[1]
    assert error is not None
    return error


def test_text_reasoning_tools_finish_and_usage_become_events() -> None:
    call = {"index": 1, "id": "c1", "function": {"name": "search", "arguments": '{"q'}}
    events, error = decode(
        chunk("", role="assistant"),
        chunk(reasoning_content="hm"),
        chunk("你好"),
        chunk(tool_calls=[call]),
        chunk(tool_calls=[{"index": 1, "function": {"arguments": '"}'}}]),
        chunk(finish="tool_calls"),
        USAGE,
        DONE,
    )
    assert error is None
    assert events == [
        ReasoningDelta("hm"),
        TextDelta("你好"),
        ToolCallDelta(1, "c1", "search", '{"q'),
        ToolCallDelta(1, None, None, '"}'),
        Finish("tool_calls"),
        Usage(7, 3),
    ]


def test_calls_that_share_an_index_but_not_an_id_are_two_calls() -> None:
    def call(id_: str | None, name: str | None, arguments: str) -> bytes:
        return chunk(tool_calls=[{"id": id_, "function": {"name": name, "arguments": arguments}}])

    pieces = [call("a", "f", "{"), call(None, None, "}"), call("b", "g", ""), call("b", None, "{}")]
    decoder = ChatDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    assert [(event.index, event.arguments) for event in events if isinstance(event, ToolCallDelta)] == [
        (0, "{"),
        (0, "}"),
        (1, ""),
        (1, "{}"),
    ]


def test_usage_counts_cached_tokens_and_the_last_word_wins() -> None:
    early = b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 1}}\n\n'
    details = b'"prompt_tokens_details": {"cached_tokens": 4}'
    last = b'data: {"usage": {"prompt_tokens": 7, "completion_tokens": 5, ' + details + b"}}\n\n"
    events, _ = decode(early, chunk("a"), last, END)
    assert events[-1] == Usage(7, 5, cached_tokens=4)


def test_what_comes_after_done_is_not_read() -> None:
    assert decode(chunk("a"), END + b"data: {broken\n\n") == ([TextDelta("a"), Finish("stop")], None)


def test_an_end_without_a_finish_reason_is_a_cut() -> None:
    assert type(failure(chunk("a"), DONE)) is ModelCut
    assert type(failure(chunk("a"))) is ModelCut
    assert type(failure()) is ModelCut


@pytest.mark.parametrize("wrong", NO_COUNTS)
@pytest.mark.parametrize("name", ["prompt_tokens", "completion_tokens"])
def test_what_can_be_no_number_of_tokens_was_not_said(name: str, wrong: object) -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 3, name: wrong}
    last = b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\n"
    assert decode(chunk("a"), chunk(finish="stop"), USAGE, last, DONE) == (
        [TextDelta("a"), Finish("stop")],
        None,
    )


@pytest.mark.parametrize(("cached", "told"), [(9, 7), (-5, 0), ("7", 0), (10**30, 0)])
def test_no_more_tokens_are_cached_than_the_prompt_has(cached: object, told: int) -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": cached}}
    last = b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\n"
    assert decode(chunk("a"), chunk(finish="stop"), last, DONE)[0][-1] == Usage(7, 3, cached_tokens=told)


def test_a_tool_call_with_usage_and_done_but_no_reason_is_whole() -> None:
    call = chunk(tool_calls=[{"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}])
    assert decode(call, USAGE, DONE)[0][1:] == [Finish("tool_calls"), Usage(7, 3)]
    assert type(failure(call, USAGE)) is ModelCut
    assert type(failure(call, DONE)) is ModelCut


def test_an_end_inside_a_chunk_is_a_cut_not_a_malformation() -> None:
    events, error = decode(chunk("a"), chunk("你好")[:-8])
    assert (events, type(error)) == ([TextDelta("a")], ModelCut)


def test_a_last_line_without_its_end_is_read() -> None:
    events, error = decode(chunk("a"), chunk("b", finish="stop").rstrip())
    assert (events, error) == ([TextDelta("a"), TextDelta("b"), Finish("stop")], None)


def test_events_without_blank_lines_between_them_are_read() -> None:
    events, error = decode(chunk("a").rstrip() + b"\n" + chunk("b").rstrip() + b"\n" + END)
    assert (events, error) == ([TextDelta("a"), TextDelta("b"), Finish("stop")], None)


@pytest.mark.parametrize(
    "document",
    [
        b"{broken",
        b"[]",
        b'"text"',
        b'{"choices": 5}',
        b'{"choices": [5]}',
        b'{"choices": [{"delta": {"content": 5}}]}',
        b'{"choices": [{"delta": {"tool_calls": [{"index": "x"}]}}]}',
        b'{"choices": [{"delta": {"content": [{"type": "text"}]}}]}',
        b'{"usage": "many"}',
        b"[" * 100_000,
        b'{"choices": [{"delta": {"content": "\xff\xfe"}}]}',
    ],
)
def test_what_is_not_the_protocol_is_malformed_and_keeps_what_came_before(document: bytes) -> None:
    events, error = decode(chunk("a") + b"data: " + document + b"\n\n" + END)
    assert type(error) is ModelMalformed
    assert events == [TextDelta("a")]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "slow down", "code": "rate_limit_exceeded"}, ModelRateLimited),
        ({"message": "slow down", "code": 429}, ModelRateLimited),
        ({"message": "oops", "type": "server_error", "code": None}, ModelOverloaded),
        ({"message": "Token limit reached", "code": 400}, ModelBadRequest),
        ("just text", ModelError),
    ],
)
def test_an_error_inside_the_stream_is_mapped_by_its_code(error: Any, kind: type[ModelError]) -> None:
    events, found = decode(chunk("a"), b"data: " + json.dumps({"error": error}).encode() + b"\n\n")
    assert events == [TextDelta("a")]
    assert type(found) is kind


def test_a_refusal_is_an_error_with_the_models_words() -> None:
    assert "I can't" in str(failure(chunk(refusal="I can't"), chunk(refusal=" do that"), END))
    assert type(failure(chunk(refusal="no"), END)) is ModelRefused


def test_half_of_an_emoji_in_a_chunk_is_replaced_not_fatal() -> None:
    events, error = decode(b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n', END)
    assert (events[0], error) == (TextDelta("a\ufffd"), None)


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@given(
    texts=st.lists(TEXTS, max_size=8),
    failing=st.sampled_from(
        [b"", b"data: {broken\n\n", b'data: {"error": {"code": 429}}\n\n', b'data: {"cut']
    ),
    end=st.sampled_from([END, DONE, b""]),
    cuts=st.lists(st.integers(0, 2000), max_size=30),
)
def test_pieces_make_no_difference(texts: list[str], failing: bytes, end: bytes, cuts: list[int]) -> None:
    whole = b"".join(map(chunk, texts)) + failing + end
    places = sorted({min(cut, len(whole)) for cut in cuts} | {0, len(whole)})
    reads = [whole[a:b] for a, b in pairwise(places)]
    events, error = decode(whole)
    again, same = decode(*reads)
    assert (again, repr(same)) == (events, repr(error))
    if not failing:
        assert events[: len(texts)] == [TextDelta(text) for text in texts]


@each(recorded("stream", "openai-chat"))
@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_recorded_streams_of_real_providers_are_understood(recording: Recording, cut: Cut) -> None:
    check(recording, *decode(*cut(recording.body)))


@each(recorded("stream", "openai-completions"))
def test_the_older_completions_api_is_understood_or_a_cut(recording: Recording) -> None:
    events, error = decode(recording.body)
    if not recording.expected["finish"]:  # one that is of no protocol at all
        assert (events, type(error)) == ([], ModelCut)
        return
    check(recording, events, error)


def answer(reason: str | None, usage: bool = True, **message: Any) -> dict[str, Any]:
    """An answer in one piece."""
    counted = {"usage": {"prompt_tokens": 7, "completion_tokens": 3}} if usage else {}
    return {"choices": [{"index": 0, "message": message, "finish_reason": reason}], **counted}


def decode_whole(body: Any) -> list[Event]:
    decoder = ChatDecoder()
    return decoder.whole(body) + decoder.end()


def test_an_answer_in_one_piece_has_text_calls_and_usage() -> None:
    calls = [{"id": name, "function": {"name": name, "arguments": "{}"}} for name in "fg"]
    assert decode_whole(answer("tool_calls", content="你好", reasoning="hm", tool_calls=calls)) == [
        ReasoningDelta("hm"),
        TextDelta("你好"),
        ToolCallDelta(0, "f", "f", "{}"),
        ToolCallDelta(1, "g", "g", "{}"),
        Finish("tool_calls"),
        Usage(7, 3),
    ]


def test_an_answer_in_one_piece_without_a_reason_is_whole_if_it_says_something_and_was_counted() -> None:
    assert decode_whole(answer("", content="a")) == [TextDelta("a"), Finish("stop"), Usage(7, 3)]
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
    assert Finish("tool_calls") in decode_whole(answer(None, content="", tool_calls=[call]))
    for cut in (answer(None, content=""), answer(None, usage=False, content="a")):
        with pytest.raises(ModelCut):
            decode_whole(cut)


@pytest.mark.parametrize("body", [[], {}, "text", {"choices": []}, {"choices": [5]}, {"choices": {"a": 1}}])
def test_json_that_is_no_answer_is_malformed(body: Any) -> None:
    with pytest.raises(ModelMalformed):
        decode_whole(body)


def test_ids_of_calls_are_text_even_where_the_upstream_numbers_them() -> None:
    call = {"index": 0, "id": 7, "function": {"name": "f", "arguments": "{}"}}
    assert decode(chunk(tool_calls=[call]), END)[0][0] == ToolCallDelta(0, "7", "f", "{}")


def test_a_long_refusal_is_told_in_part() -> None:
    assert len(str(failure(*[chunk(refusal="no " * 100)] * 100, END))) == 500


CALL = {"index": 0, "id": "c1", "function": {"name": "查询", "arguments": '{"q": 1}'}}
SAMPLES = [
    chunk("", role="assistant") + chunk("你好") + chunk(" 😀") + chunk(finish="stop") + USAGE + DONE,
    chunk(reasoning_content="嗯") + chunk(tool_calls=[CALL]) + chunk(finish="tool_calls") + USAGE + DONE,
    chunk(content="a") + b'data: {"error": {"message": "x", "code": "429", "type": "server_error"}}\n\n',
    chunk(refusal="no") + END,
    *[recording.body for recording in recorded("stream") if len(recording.body) < 20_000],
]
PIECES = [piece + b"\n\n" for sample in SAMPLES for piece in sample.split(b"\n\n")]


def assert_events_or_a_model_error(*reads: bytes) -> None:
    """`decode` lets through no exception but a ModelError; events hold what their types say."""
    events, _ = decode(*reads)
    for event in events:
        for name in type(event).__slots__:
            value = getattr(event, name)
            assert isinstance(value, int if name == "index" or name.endswith("_tokens") else object)
            assert name not in {"text", "reason", "arguments"} or isinstance(value, str)
            assert name not in {"id", "name"} or value is None or isinstance(value, str)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_random_bytes_are_a_model_error(reads: list[bytes]) -> None:
    assert_events_or_a_model_error(*reads)
    assert_events_or_a_model_error(*(b"data: " + read + b"\n\n" for read in reads))


@given(
    sample=st.sampled_from(SAMPLES),
    changes=st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=4)), max_size=12),
    end=st.integers(0, 20_000),
)
def test_a_stream_that_is_damaged_or_cut_is_an_answer_or_a_model_error(
    sample: bytes, changes: list[tuple[int, bytes]], end: int
) -> None:
    damaged = bytearray(sample[: max(1, end % (2 * len(sample)))])
    for place, patch in changes:
        at = place % len(damaged)
        damaged[at : at + len(patch)] = patch
    assert_events_or_a_model_error(*anywhere(bytes(damaged)))


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_chunks_of_any_stream_in_any_order_are_an_answer_or_a_model_error(pieces: list[bytes]) -> None:
    assert_events_or_a_model_error(b"".join(pieces))


FUNCTION = {"name": "f", "arguments": "{"}
DELTA = {
    "content": [{"type": "thinking", "thinking": [{"text": "b"}]}, {"type": "text", "text": "a"}],
    "reasoning_content": "a",
    "refusal": "a",
    "tool_calls": [{"index": 0, "id": "c", "function": FUNCTION}, {"index": 0, "function": FUNCTION}],
}
USAGES = {"prompt_tokens": 1, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}}
CHUNK = {
    "choices": [{"index": 0, "delta": DELTA, "message": DELTA, "finish_reason": "stop"}],
    "usage": USAGES,
}
FAILED = {"error": {"message": "x", "code": "429", "type": "server_error", "param": None}}
STRANGE: list[Any] = [
    None,
    True,
    -1,
    1.5,
    float("inf"),
    10**30,
    "",
    "x",
    "9" * 5000,
    [],
    ["x"],
    [[]],
    {},
    {"x": 1},
]


def paths(value: Any) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield ()
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value or ()):
        if isinstance(inner, dict | list):
            yield from ((key, *path) for path in paths(inner))
        else:
            yield (key,)


def replaced(value: Any, path: tuple[Any, ...], strange: Any) -> Any:
    """The value with something else in one place."""
    if not path:
        return strange
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], strange)
    return copy


@pytest.mark.parametrize("strange", STRANGE, ids=lambda strange: repr(strange)[:10])
@pytest.mark.parametrize("whole", [CHUNK, FAILED], ids=["chunk", "error"])
def test_a_chunk_with_anything_anywhere_is_events_or_a_model_error(whole: Any, strange: Any) -> None:
    for path in paths(whole):
        document = replaced(whole, path, strange)
        assert_events_or_a_model_error(b"data: " + json.dumps(document).encode() + b"\n\n", END)
        with suppress(ModelError):
            decode_whole(document)


@pytest.mark.parametrize(
    "endless",
    [chunk("x" * 100), b": keep-alive\n\n", b"event: ping\n\n", b"data: \n\n", chunk(refusal="no"), USAGE],
)
def test_a_stream_without_end_takes_no_memory(endless: bytes) -> None:
    decoder, read = ChatDecoder(), endless * (20_000 // len(endless))
    decoder.feed(read)
    tracemalloc.start()
    try:
        for _ in range(50):
            decoder.feed(read)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 20_000
