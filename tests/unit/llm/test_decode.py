"""The meaning of chunks, as OpenAI and its imitators send them."""

import json
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
    ModelOverloaded,
    ModelRateLimited,
    ModelRefused,
)
from freshet.llm import Event, Finish, ReasoningDelta, TextDelta, ToolCallDelta, Usage
from freshet.llm.decode import ChatDecoder
from tests.unit.llm.upstream import DONE, USAGE, chunk

WIRE = Path(__file__).parents[4] / "shared/data/llm_wire"
END = chunk(finish="stop") + DONE


def decode(*reads: bytes) -> tuple[list[Event], ModelError | None]:
    decoder = ChatDecoder()
    events = [event for read in reads if not decoder.done for event in decoder.feed(read)]
    events += decoder.flush()
    try:
        return events + decoder.end(), None
    except ModelError as error:
        return events, error


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
        b'{"usage": {"prompt_tokens": "many"}}',
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


def recorded() -> list[Path]:
    return sorted(
        p for folder in ("streams", "derived_cjk") for p in (WIRE / folder).glob("openai-chat*.sse")
    )


@pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded streams are not here")
@pytest.mark.parametrize("path", recorded() or [Path("none")], ids=lambda path: path.stem)
def test_recorded_streams_of_real_providers_are_understood(path: Path) -> None:
    expected = json.loads(path.with_suffix("").with_suffix(".expected.json").read_text())
    raw = path.read_bytes()
    events, error = decode(*(raw[i : i + 777] for i in range(0, len(raw), 777)))
    if "sdk_error" in expected:
        assert error is not None
        return
    assert error is None
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == (expected["text"] or [""])[0]
    if expected.get("reasoning"):  # what recorded it knew fewer places where reasoning stands
        assert "".join(e.text for e in events if isinstance(e, ReasoningDelta)) == expected["reasoning"]
    assert _calls(events) == [(c["name"], c["arguments"]) for c in expected.get("tool_calls", [])]
    assert len([e for e in events if isinstance(e, Finish)]) == 1
    usage = [e.completion_tokens for e in events if isinstance(e, Usage)]
    if "usage" in expected:
        assert usage == ([expected["usage"]["completion_tokens"]] if expected["usage"] else [])


def _calls(events: list[Event]) -> list[tuple[str, str]]:
    calls: dict[int, tuple[str, str]] = {}
    for event in events:
        if isinstance(event, ToolCallDelta):
            name, arguments = calls.get(event.index, ("", ""))
            calls[event.index] = (event.name or name, arguments + event.arguments)
    return list(calls.values())
