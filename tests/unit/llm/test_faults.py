"""Every fault that an upstream, or the way to it, can have: its error, its number of attempts, its time.

What belongs here: faults of one model, on both transports. What does not: fallback, limits and cancelling
(modules of their own), faults at random (`test_chaos`), what the stand-in can do (`test_stream`).
"""

import asyncio
import gzip
import json
import time
import zlib
from email.utils import formatdate
from typing import Any

import pytest

from freshet.errors import (
    ModelAuthentication,
    ModelBadRequest,
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefused,
    ModelTimeout,
)
from freshet.llm import LLMClient, Reset, TextDelta, Usage, retry
from freshet.llm.providers.http import Transport
from freshet.llm.retry import MAX_ATTEMPTS, MAX_MALFORMED
from freshet.llm.sse import MAX_EVENT_BYTES
from tests.unit.llm.upstream import (
    DONE,
    USAGE,
    Answer,
    aborts,
    chunk,
    collect,
    framed,
    hangs,
    models,
    refuses,
    says,
    sends,
    speaks,
    whole,
)

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff")]

FINE = says("全部", " fine")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
RESETS = 4
BEGUN = (chunk("half "), chunk("an "), chunk("answer"))


@pytest.fixture(autouse=True)
def _few_resets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "MAX_RESETS", RESETS)


def client(url: str, **options: Any) -> LLMClient:
    return LLMClient(base_url=url, model="m", **{"workers": 1, **options})


def text(events: list[Any]) -> str:
    """What is left of an answer after its last reset."""
    resets = [index for index, event in enumerate(events) if isinstance(event, Reset)]
    valid = events[resets[-1] :] if resets else events
    return "".join(event.text for event in valid if isinstance(event, TextDelta))


def error_object(code: str) -> bytes:
    return b"data: " + json.dumps({"error": {"message": "no", "code": code}}).encode() + b"\n\n"


# What can go wrong before the first content; the error if it lasts, and how often the model is asked then.
# What is no HTTP at all is a plain ModelError with one transport and an overloaded endpoint with the other.
SILENT_FAULTS: dict[str, tuple[Answer, type[ModelError], int]] = {
    "401": (refuses(401), ModelAuthentication, 1),
    "403": (refuses(403), ModelAuthentication, 1),
    "400": (refuses(400), ModelBadRequest, 1),
    "404": (refuses(404, "model_not_found"), ModelNotFound, 1),
    "408": (refuses(408, retry_after="0"), ModelOverloaded, 3),
    "422": (refuses(422), ModelBadRequest, 1),
    "429": (refuses(429), ModelRateLimited, 3),
    "429 with seconds": (refuses(429, retry_after="0.05"), ModelRateLimited, 3),
    "429 with milliseconds": (refuses(429, retry_after_ms="50"), ModelRateLimited, 3),
    "429 with a date gone by": (
        refuses(429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
        ModelRateLimited,
        3,
    ),
    "500": (refuses(500), ModelOverloaded, 3),
    "503": (refuses(503), ModelOverloaded, 3),
    "529": (refuses(529, "overloaded_error"), ModelOverloaded, 3),
    "an error page": (
        sends(b"<h1>Bad Gateway</h1>", status="502 Bad Gateway", kind="text/html"),
        ModelOverloaded,
        3,
    ),
    "closed before the headers": (speaks(), ModelOverloaded, 3),
    "reset before the headers": (aborts(), ModelOverloaded, 3),
    "cut inside the headers": (speaks(HEAD[:40]), ModelOverloaded, 3),
    "no HTTP": (speaks(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), ModelError, 3),
    "a status that is none": (speaks(b"HTTP/1.1 abc OK\r\n\r\n"), ModelError, 3),
    "a length that is none": (speaks(HEAD + b"content-length: ten\r\n\r\n"), ModelError, 3),
    "headers without an end": (speaks(HEAD, *[b"x-pad: " + b"x" * 8000 + b"\r\n"] * 100), ModelError, 3),
    "204": (speaks(b"HTTP/1.1 204 No Content\r\n\r\n"), ModelCut, 3),
    "switching protocols": (speaks(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), ModelError, 3),
    "closed before the first chunk": (sends(), ModelCut, 3),
    "reset before the first chunk": (aborts(b": hello\n\n"), ModelCut, 3),
    "a malformed first chunk": (sends(b"data: {]\n\n"), ModelMalformed, 3),
    "a chunk of another shape": (sends(b'data: {"choices": 7}\n\n'), ModelMalformed, 3),
    "an error object": (sends(error_object("server_error")), ModelOverloaded, 3),
    "a refusal": (sends(chunk(refusal="I can't") + chunk(finish="stop") + DONE), ModelRefused, 1),
    "only [DONE]": (sends(DONE), ModelCut, 3),
    "a page": (sends(b"<html>Log in</html>", kind="text/html"), ModelMalformed, 3),
    "a line without an end": (sends(b"data: " + b"x" * (MAX_EVENT_BYTES + 1)), ModelMalformed, 3),
    "no gzip": (speaks(HEAD + b"content-encoding: gzip\r\n\r\n" + whole("a")), ModelCut, 3),
    "silence before the headers": (hangs(headers=False), ModelTimeout, 1),
    "silence after the headers": (hangs(), ModelTimeout, 1),
    "comments for ever": (sends(*[b": busy\n\n"] * 60, pause=0.01), ModelTimeout, 1),
}

# What can go wrong after it, and the error if it lasts.
LATE_FAULTS: dict[str, tuple[Answer, type[ModelError]]] = {
    "closed after 1 chunk": (sends(*BEGUN[:1]), ModelCut),
    "closed after 3 chunks": (sends(*BEGUN), ModelCut),
    "cut inside a chunk": (sends(*BEGUN, chunk("你好")[:-20]), ModelCut),
    "reset": (aborts(*BEGUN), ModelCut),
    "[DONE] without a finish reason": (sends(*BEGUN, USAGE + DONE), ModelCut),
    "a malformed chunk": (sends(*BEGUN, b"data: {]\n\n", chunk(finish="stop")), ModelMalformed),
    "an error object": (sends(*BEGUN, error_object("server_error")), ModelOverloaded),
    "a rate limit": (sends(*BEGUN, error_object("rate_limit_exceeded")), ModelRateLimited),
    "a line without an end": (sends(*BEGUN, b"data: " + b"x" * (MAX_EVENT_BYTES + 1)), ModelMalformed),
    "cut chunked encoding": (speaks(CHUNKED + framed(*BEGUN) + b"ff\r\n" + chunk("x")), ModelCut),
    "fewer bytes than announced": (speaks(HEAD + b"content-length: 999\r\n\r\n" + b"".join(BEGUN)), ModelCut),
    "broken gzip": (
        speaks(
            HEAD + b"content-encoding: gzip\r\n\r\n" + gzip.compress(b"".join(BEGUN))[:-12] + b"xxxxxxxxxxxx"
        ),
        ModelCut,
    ),
}


@pytest.mark.parametrize("fault", SILENT_FAULTS)
async def test_a_lasting_fault_before_content_is_an_error_and_frees_the_worker(
    fault: str, transport: Transport
) -> None:
    answer, kind, attempts = SILENT_FAULTS[fault]
    async with (
        models(m=(answer,) * attempts + (FINE,)) as upstream,
        client(upstream.url, transport=transport, timeout_s=0.3 if kind is ModelTimeout else 20) as llm,
    ):
        events, error = await collect(llm.stream("hi"))
        assert isinstance(error, kind) if kind is ModelError else type(error) is kind
        assert (text(events), len(upstream.calls)) == ("", attempts)
        assert llm.stats().running == 0
        assert await llm.chat_async("hi", timeout=20) == "全部 fine"


RETRIED = [name for name, (_, _, attempts) in SILENT_FAULTS.items() if attempts == MAX_ATTEMPTS]


@pytest.mark.parametrize("fault", RETRIED)
async def test_a_single_fault_before_content_is_never_seen(fault: str, transport: Transport) -> None:
    answer, _, _ = SILENT_FAULTS[fault]
    async with (
        models(m=(answer, FINE)) as upstream,
        client(upstream.url, transport=transport) as llm,
    ):
        events, error = await collect(llm.stream("hi"))
    assert error is None
    assert not any(isinstance(event, Reset) for event in events)
    assert text(events) == "全部 fine"
    assert isinstance(events[-1], Usage)
    assert events[-1].attempts == 2
    assert len(upstream.calls) == 2


@pytest.mark.parametrize("fault", LATE_FAULTS)
async def test_a_lasting_fault_after_content_is_an_error_in_the_end(fault: str, transport: Transport) -> None:
    answer, kind = LATE_FAULTS[fault]
    attempts = MAX_MALFORMED if kind is ModelMalformed else RESETS + 1
    async with (
        models(m=(answer,) * attempts + (FINE,)) as upstream,
        client(upstream.url, transport=transport) as llm,
    ):
        events, error = await collect(llm.stream("hi"))
        assert type(error) is kind
        assert len(upstream.calls) == attempts
        assert text(events).startswith("half ")
        assert llm.stats().running == 0
        assert await llm.chat_async("hi", timeout=20) == "全部 fine"


@pytest.mark.parametrize("fault", LATE_FAULTS)
async def test_after_a_single_fault_the_answer_begins_again(fault: str, transport: Transport) -> None:
    answer, kind = LATE_FAULTS[fault]
    async with (
        models(m=(answer, FINE)) as upstream,
        client(upstream.url, transport=transport) as llm,
    ):
        events, error = await collect(llm.stream("hi"))
    assert error is None
    assert sum(isinstance(event, Reset) for event in events) == 1
    assert text(events) == "全部 fine"
    assert isinstance(events[-1], Usage)
    assert events[-1].failures == (f"m: {kind.code}",)
    assert len(upstream.calls) == 2


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry_after": "0.4"}, 0.4, 1),
        ({"retry_after_ms": "400"}, 0.4, 1),
        ({"retry_after_ms": "400", "retry_after": "9"}, 0.4, 1),
        ({"retry_after": "soon"}, 0, 0.3),
    ],
)
async def test_the_next_attempt_waits_as_long_as_the_upstream_asks(
    headers: dict[str, str], least: float, most: float
) -> None:
    async with models(m=(refuses(429, **headers), FINE)) as upstream, client(upstream.url) as llm:
        await llm.chat_async("hi", timeout=20)
    first, second = upstream.calls
    assert least <= second.begun - first.begun < most


async def test_the_next_attempt_waits_for_the_date_that_the_upstream_names() -> None:
    date = time.time() + 1.5
    header = formatdate(date, usegmt=True)  # to the second
    async with models(m=(refuses(429, retry_after=header), FINE)) as upstream, client(upstream.url) as llm:
        await llm.chat_async("hi", timeout=20)
        assert time.time() >= int(date) - 0.05
    assert len(upstream.calls) == 2


async def test_silence_in_the_middle_begins_again_until_the_deadline(transport: Transport) -> None:
    async with (
        models(m=(hangs(*BEGUN), hangs(*BEGUN), FINE)) as upstream,
        client(upstream.url, transport=transport, stall_s=0.3) as llm,
    ):
        events, error = await collect(llm.stream("hi"))
        assert error is None
        assert text(events) == "全部 fine"
        assert isinstance(events[-1], Usage)
        assert events[-1].failures == ("m: model_timeout",) * 2
    assert [call.left is not None for call in upstream.calls] == [True, True, False]
    async with (
        models(m=hangs(*BEGUN)) as upstream,
        client(upstream.url, transport=transport, stall_s=0.3) as llm,
    ):
        started = time.monotonic()
        events, error = await collect(llm.stream("hi", timeout=0.8))
    assert type(error) is ModelTimeout
    assert 0.75 < time.monotonic() - started < 2


async def test_broken_chunked_encoding_is_a_cut_or_at_worst_silence(transport: Transport) -> None:
    """aiohttp 3.14 (its parser in C) drops the error with the connection: only `stall_s` ends the wait."""
    broken = speaks(CHUNKED, framed(*BEGUN), b"HTTP/1.1 502 Bad Gateway\r\n", pause=0.05)
    async with (
        models(m=(broken, FINE)) as upstream,
        client(upstream.url, transport=transport, stall_s=0.5) as llm,
    ):
        events, error = await collect(llm.stream("hi", timeout=20))
    assert error is None
    assert text(events) == "全部 fine"
    assert isinstance(events[-1], Usage)
    assert events[-1].failures in {("m: model_cut",), ("m: model_timeout",)}
    assert len(upstream.calls) == 2


@pytest.mark.parametrize(
    "reads",
    [
        [chunk("fine"), b'data: {"choices": []}\n\n', chunk(finish="stop"), USAGE, DONE],
        [b'data: {"id": "x"}\n\n', b'data: {"choices": null}\n\n', chunk("fine"), chunk(finish="stop")],
        [chunk("fine"), chunk(finish="stop")[:-2]],  # neither [DONE] nor the last line's end
        [b"event: message\nid: 7\nretry: 10\n" + chunk("fine").replace(b"\n", b"\r\n"), chunk(finish="stop")],
    ],
    ids=["empty choices", "no choices", "no [DONE]", "other fields"],
)
async def test_what_is_merely_odd_is_no_fault(reads: list[bytes], transport: Transport) -> None:
    async with models(m=sends(*reads)) as upstream, client(upstream.url, transport=transport) as llm:
        completion = await llm.complete("hi")
    assert (completion.text, completion.finish_reason, completion.metrics.attempts) == ("fine", "stop", 1)


async def test_a_chunk_just_below_the_limit_is_read(transport: Transport) -> None:
    size = MAX_EVENT_BYTES - len(chunk("")) - 100
    large = chunk("x" * size)
    async with (
        models(m=sends(large, chunk("ä"), chunk(finish="stop"))) as upstream,
        client(upstream.url, transport=transport) as llm,
    ):
        answer = await llm.chat_async("hi", timeout=20)
    assert (len(answer), answer[-2:], len(upstream.calls)) == (size + 1, "xä", 1)


async def test_a_slow_drip_is_not_silence(transport: Transport) -> None:
    drip = chunk("慢") + chunk("慢") + chunk("来") + chunk(finish="stop")
    async with (
        models(m=sends(*(drip[i : i + 1] for i in range(len(drip))), pause=0.004)) as upstream,
        client(upstream.url, transport=transport, stall_s=0.9, timeout_s=1.5) as llm,
    ):
        started = time.monotonic()
        completion = await llm.complete("hi")
    assert time.monotonic() - started > 1.2  # longer than the silence that is allowed
    assert (completion.text, completion.metrics.attempts) == ("慢慢来", 1)


async def test_a_chunk_that_takes_longer_than_the_silence_allowed_is_not_silence() -> None:
    """A large chunk over a slow line: bytes come all the time, and asking again would not be faster."""
    large = chunk("慢" * 20)
    drip = [large[i : i + 4] for i in range(0, len(large), 4)]
    async with (
        models(m=sends(chunk("很"), *drip, chunk(finish="stop"), pause=0.02)) as upstream,
        client(upstream.url, stall_s=0.3) as llm,
    ):
        completion = await llm.complete("hi", timeout=3)
    assert (completion.text, completion.metrics.attempts) == ("很" + "慢" * 20, 1)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate"])
async def test_a_compressed_stream_is_read_as_it_comes(encoding: str, transport: Transport) -> None:
    bits = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS, "raw deflate": -zlib.MAX_WBITS}[encoding]
    squeeze = zlib.compressobj(wbits=bits)
    reads = [squeeze.compress(read) + squeeze.flush(zlib.Z_SYNC_FLUSH) for read in BEGUN]
    end = squeeze.compress(chunk(finish="stop") + USAGE + DONE) + squeeze.flush()
    head = HEAD + f"content-encoding: {encoding.removeprefix('raw ')}\r\n\r\n".encode()
    first_seen = asyncio.Event()

    async def answer(writer: asyncio.StreamWriter) -> None:
        await speaks(head, *reads)(writer)
        await first_seen.wait()
        await speaks(end)(writer)

    async with models(m=answer) as upstream, client(upstream.url, transport=transport) as llm:
        seen = ""
        async for event in llm.stream("hi", timeout=20):
            if isinstance(event, TextDelta):
                seen += event.text
                first_seen.set()
    assert seen == "half an answer"
    assert len(upstream.calls) == 1


async def test_an_answer_in_one_piece_is_taken_and_counted_as_such(transport: Transport) -> None:
    message = {
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "一次"}, "finish_reason": "stop"}
        ]
    }
    unary = sends(json.dumps(message).encode(), kind="application/json; charset=utf-8")
    async with models(m=(unary, FINE)) as upstream, client(upstream.url, transport=transport) as llm:
        assert await llm.chat_async("hi") == "一次"
        assert await llm.chat_async("hi") == "全部 fine"
        stats = llm.stats()
    assert (stats.generations, stats.streamed) == (2, 1)
    assert all(call.body["stream"] is True for call in upstream.calls)
