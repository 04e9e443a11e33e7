"""What a generation is reported to have used, wherever it ends: all that is billed, each answer once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from freshet.llm import Event, Generation, LLMClient, Reset, TextDelta, Usage
from freshet.llm.providers.http import Transport
from freshet.llm.providers.openai_stream import ChatDecoder
from tests.unit.llm.test_anthropic_stream import BEGIN, start, text
from tests.unit.llm.upstream import Answer, chunk, collect, hangs, models, refuses, says, sends, until

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff")]

CUT = sends(chunk("half "), chunk("an answer"), pause=0)
REAL = (7, 3, False)


@asynccontextmanager
async def client(url: str, **options: Any) -> AsyncIterator[tuple[LLMClient, list[Generation]]]:
    """A client, and the generations that it has reported."""
    heard: list[Generation] = []
    async with LLMClient(base_url=url, model="m", on_generation=heard.append, **options) as llm:
        yield llm, heard


def tokens(generation: Generation) -> list[tuple[int, int, bool]]:
    return [(used.prompt_tokens, used.completion_tokens, used.estimated) for used in generation.usages]


async def broken_off_at(kind: type[Event], llm: LLMClient) -> list[Event]:
    """The events up to the first of the kind; there the stream is closed."""
    events: list[Event] = []
    async with aclosing(llm.stream("hi")) as stream:
        async for event in stream:
            events.append(event)
            if isinstance(event, kind):
                break
    return events


@pytest.mark.parametrize("answers", [(says("fine"),), (refuses(503), says("fine")), (CUT, CUT, says("fine"))])
async def test_all_that_a_stream_tells_of_is_reported(answers: tuple[Answer, ...]) -> None:
    async with models(m=answers) as upstream, client(upstream.url) as (llm, heard):
        events, error = await collect(llm.stream("hi"))
    (generation,) = heard
    assert (error, generation.outcome) == (None, "done")
    assert list(generation.usages) == [event for event in events if isinstance(event, Usage)]
    assert tokens(generation)[-1] == REAL


async def test_what_never_answered_has_used_nothing() -> None:
    async with models(m=refuses(503)) as upstream, client(upstream.url) as (llm, heard):
        await collect(llm.stream("hi"))
    assert [(one.outcome, one.usages) for one in heard] == [("model_overloaded", ())]


async def test_a_generation_broken_off_in_the_middle_is_estimated() -> None:
    async with models(m=hangs(chunk("one two"))) as upstream, client(upstream.url) as (llm, heard):
        await broken_off_at(TextDelta, llm)
    (generation,) = heard
    assert (generation.outcome, generation.streamed) == ("broken_off", True)
    ((prompt, completion, estimated),) = tokens(generation)
    assert (completion, estimated) == (2, True)
    assert prompt > 0


@pytest.mark.parametrize(
    "silence", [hangs(headers=False), hangs(), hangs(b": busy\n\n")], ids=["nothing", "headers", "keep-alive"]
)
async def test_a_request_that_has_gone_out_is_billed_before_the_first_word(
    silence: Answer, transport: Transport
) -> None:
    async with models(m=silence) as upstream, client(upstream.url, transport=transport) as (llm, heard):
        task = asyncio.create_task(llm.chat_async("有几天年假？"))
        await until(lambda: upstream.asked)
        task.cancel()
        await asyncio.wait([task])
    (generation,) = heard
    ((prompt, completion, estimated),) = tokens(generation)
    assert (generation.outcome, completion, estimated) == ("broken_off", 0, True)
    assert prompt > 5


async def test_a_long_prompt_is_billed_however_often_its_call_is_cancelled() -> None:
    """To estimate it takes a thread some time, and the call waits for that."""
    async with models(m=hangs()) as upstream, client(upstream.url) as (llm, heard):
        task = asyncio.create_task(llm.chat_async("有几天年假？" * 50_000))
        await until(lambda: upstream.asked)
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0.01)
        await asyncio.wait([task])
    assert [used.prompt_tokens > 100_000 for used in heard[0].usages] == [True]


async def test_an_answer_that_meets_a_bug_of_ours_is_billed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChatDecoder, "_choice", lambda *_: 1 / 0)
    async with models(m=says("fine")) as upstream, client(upstream.url) as (llm, heard):
        with pytest.raises(ZeroDivisionError):
            await llm.chat_async("hi")
    (generation,) = heard
    assert (generation.outcome, len(generation.usages)) == ("broken_off", 1)


async def test_a_generation_broken_off_while_it_waits_for_a_worker_has_used_nothing() -> None:
    async with models(m=hangs()) as upstream, client(upstream.url, workers=1) as (llm, heard):
        running = asyncio.create_task(llm.chat_async("hi"))
        await until(lambda: upstream.asked)
        waiting = asyncio.create_task(llm.chat_async("hi"))
        await until(lambda: llm.stats().waiting == 1)
        for task in (waiting, running):
            task.cancel()
            await asyncio.wait([task])
    assert [len(one.usages) for one in heard] == [0, 1]


async def test_breaking_off_at_the_usage_counts_it_once() -> None:
    async with models(m=says("fine")) as upstream, client(upstream.url) as (llm, heard):
        *_, used = await broken_off_at(Usage, llm)
    assert [one.usages for one in heard] == [(used,)]


@pytest.mark.parametrize("kind", [Usage, Reset])
async def test_breaking_off_after_a_cut_counts_what_is_void_once(kind: type[Event]) -> None:
    async with models(m=CUT) as upstream, client(upstream.url) as (llm, heard):
        events = await broken_off_at(kind, llm)
    assert [list(one.usages) for one in heard] == [[event for event in events if isinstance(event, Usage)]]
    assert len(upstream.asked) == 1


@pytest.mark.parametrize("kind", [Usage, Reset])
async def test_breaking_off_where_a_router_began_again_counts_both_of_its_answers(kind: type[Event]) -> None:
    """Within one stream: what is void was told, of the new answer only the prompt is known."""
    again = hangs(BEGIN + start(0, "text", text="") + text("lost") + BEGIN)
    async with models(m=again) as upstream, client(upstream.url, provider="anthropic") as (llm, heard):
        events = await broken_off_at(kind, llm)
    (generation,) = heard
    assert [generation.usages[0]] == [event for event in events if isinstance(event, Usage)]
    ((_, void, told), (_, completion, estimated)) = tokens(generation)
    assert (void, told) == (1, False)
    assert (completion, estimated) == (0, True)
