"""Batches: order, places, laziness, each item's own outcome, and how a batch ends early."""

import asyncio
import gc
import random
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from typing import Any

import pytest

from freshet.errors import FreshetError, Invalid, ModelBadRequest, ModelOverloaded, ModelRefused
from freshet.llm.batch import BatchItem, run_batch
from freshet.llm.completion import Completion, Metrics
from freshet.llm.events import Usage
from freshet.llm.request import Messages, as_messages

pytestmark = pytest.mark.timeout(30)


def answer(text: str) -> Completion:
    return Completion(text, "stop", Usage(3, 2, model="m"), Metrics(1.0, 2.0, None, 1, ()))


class Model:
    """Answers each prompt with itself after a few turns of the loop; knows how much was under way."""

    def __init__(self, turns: Callable[[], int] = lambda: 1) -> None:
        self.turns = turns
        self.under_way = self.most = self.begun = self.ended = 0

    async def __call__(self, prompt: Messages) -> Completion:
        self.begun += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            for _ in range(self.turns()):
                await asyncio.sleep(0)
            return answer(str(prompt))
        finally:
            self.under_way -= 1
            self.ended += 1


class Source:
    """Prompts on demand, in three shapes; `ahead` is the most that was taken beyond what had ended."""

    def __init__(self, length: int, model: Model) -> None:
        self.length = length
        self.model = model
        self.taken = self.ahead = 0
        self.closed = False

    def each(self) -> Iterator[str]:
        for index in range(self.length):
            self.taken += 1
            self.ahead = max(self.ahead, self.taken - self.model.ended)
            yield f"问题 {index}"

    async def each_async(self) -> AsyncIterator[str]:
        try:
            for prompt in self.each():
                await asyncio.sleep(0)
                yield prompt
        finally:
            await asyncio.sleep(0)
            self.closed = True

    def iterable(self) -> Any:
        class Iterable:
            def __aiter__(_) -> AsyncIterator[str]:  # noqa: N805 - `self` is the source
                return self.each_async()

        return Iterable()


SHAPES = [Source.each, Source.each_async, Source.iterable]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("limit", [1, 7, 300])
async def test_thousands_of_answers_are_in_order_and_prompts_are_taken_as_places_get_free(
    shape: Callable[[Source], Any], limit: int
) -> None:
    chance = random.Random(limit)
    model = Model(lambda: chance.randrange(9))
    source = Source(5_000, model)
    items = await run_batch(shape(source), model, limit=limit)
    assert [item.text for item in items] == [f"问题 {index}" for index in range(5_000)]
    assert [item.index for item in items] == list(range(5_000))
    assert model.most <= limit
    assert source.ahead <= limit + 1


async def test_an_endless_source_is_asked_for_no_more_than_there_are_places() -> None:
    asked: list[Messages] = []
    stuck = asyncio.Event()

    async def call(prompt: Messages) -> Completion:
        asked.append(prompt)
        await stuck.wait()
        raise AssertionError("never reached")

    numbers = count()
    batch = asyncio.create_task(run_batch((f"{number}" for number in numbers), call, limit=4))
    for _ in range(50):
        await asyncio.sleep(0)
    assert asked == ["0", "1", "2", "3"]
    batch.cancel()
    with pytest.raises(asyncio.CancelledError):
        await batch
    assert next(numbers) == 4


@pytest.mark.parametrize("prompts", [["a", "b", "c"], iter(["a", "b", "c"])])
async def test_no_task_is_started_that_has_no_prompt(prompts: Any) -> None:
    before = len(asyncio.all_tasks())
    most = 0

    async def call(prompt: Messages) -> Completion:
        nonlocal most
        await asyncio.sleep(0)
        most = max(most, len(asyncio.all_tasks()) - before)
        return answer(str(prompt))

    assert len(await run_batch(prompts, call, limit=300)) == 3
    assert most == 3


async def test_no_prompts_are_an_empty_batch() -> None:
    assert await run_batch([], Model(), limit=3) == []


async def test_a_failed_item_has_its_error_and_the_others_their_answers() -> None:
    async def call(prompt: Messages) -> Completion:
        text = as_messages(prompt)[0]["content"]
        await asyncio.sleep(0)
        if text == "refuse":
            raise ModelRefused("no")
        return answer(text)

    prompts: Any = ["你好", "refuse", [], 7, [{"role": "user", "content": "last"}]]
    items = await run_batch(prompts, call, limit=2)
    assert [item.ok for item in items] == [True, False, False, False, True]
    assert [type(item.error) for item in items[1:4]] == [ModelRefused, Invalid, Invalid]
    assert (items[0].text, items[4].text) == ("你好", "last")
    assert all((item.completion is None) != (item.error is None) for item in items)
    depths = []
    for _ in range(3):
        with pytest.raises(ModelRefused, match="no") as raised:
            _ = items[1].text
        depths.append(len(raised.traceback))
    assert len(set(depths)) == 1


async def test_the_same_prompt_is_asked_as_often_as_it_comes() -> None:
    model = Model()
    assert len(await run_batch(["again"] * 5, model, limit=2)) == 5
    assert model.begun == 5


async def test_progress_counts_every_item_and_knows_the_length_where_there_is_one() -> None:
    async def call(prompt: Messages) -> Completion:
        if prompt == "3":
            raise ModelOverloaded
        return answer(str(prompt))

    prompts = [str(number) for number in range(9)]
    seen: list[tuple[int, int | None]] = []
    await run_batch(prompts, call, limit=3, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 9) for done in range(1, 10)]
    seen.clear()
    await run_batch(iter(prompts), call, limit=3, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, None) for done in range(1, 10)]


async def test_asynchronous_progress_is_awaited_one_report_at_a_time() -> None:
    steps: list[str] = []

    async def tell(done: int, total: int | None) -> None:
        steps.append(f"{done} of {total}")
        for _ in range(done % 3):
            await asyncio.sleep(0)
        steps.append("told")

    await run_batch([str(number) for number in range(20)], Model(), limit=20, on_progress=tell)
    assert steps == [step for done in range(1, 21) for step in (f"{done} of 20", "told")]


class Bug(Exception):
    """What nobody expects."""


async def fails_in_a_call(model: Model, error: Exception) -> list[BatchItem]:
    async def call(prompt: Messages) -> Completion:
        if prompt == "问题 40":
            raise error
        return await model(prompt)

    return await run_batch(Source(100, model).each(), call, limit=8)


async def fails_in_the_prompts(model: Model, error: Exception) -> list[BatchItem]:
    def prompts() -> Iterator[str]:
        yield from Source(40, model).each()
        raise error

    return await run_batch(prompts(), model, limit=8)


async def fails_in_the_awaited_prompts(model: Model, error: Exception) -> list[BatchItem]:
    async def prompts() -> AsyncIterator[str]:
        async for prompt in Source(40, model).each_async():
            yield prompt
        raise error

    return await run_batch(prompts(), model, limit=8)


async def fails_in_progress(model: Model, error: Exception) -> list[BatchItem]:
    def tell(done: int, total: int | None) -> None:
        if done == 40:
            raise error

    return await run_batch(Source(100, model).each(), model, limit=8, on_progress=tell)


async def fails_in_awaited_progress(model: Model, error: Exception) -> list[BatchItem]:
    async def tell(done: int, total: int | None) -> None:
        await asyncio.sleep(0)
        if done == 40:
            raise error

    return await run_batch(Source(100, model).each(), model, limit=8, on_progress=tell)


@pytest.mark.parametrize(
    ("batch", "error"),
    [
        (fails_in_a_call, Bug("bug")),
        (fails_in_the_prompts, Bug("bug")),
        (fails_in_the_prompts, FreshetError("an error of ours, but not an item's")),
        (fails_in_the_awaited_prompts, Bug("bug")),
        (fails_in_progress, Bug("bug")),
        (fails_in_progress, FreshetError("an error of ours, but not an item's")),
        (fails_in_awaited_progress, Bug("bug")),
    ],
)
async def test_a_failure_of_no_item_ends_the_batch_with_all_that_is_under_way(
    batch: Callable[[Model, Exception], Any], error: Exception
) -> None:
    model = Model(lambda: 5)
    before = asyncio.all_tasks()
    with pytest.raises(type(error)) as raised:
        await batch(model, error)
    assert raised.value is error
    assert model.under_way == 0
    assert 30 < model.begun < 60
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_cancellation_at_any_point_leaves_nothing_behind(shape: Callable[[Source], Any]) -> None:
    async def tell(done: int, total: int | None) -> None:
        await asyncio.sleep(0)

    before = asyncio.all_tasks()
    for turns in count():
        model = Model(lambda: 3)
        source = Source(12, model)
        batch = asyncio.create_task(run_batch(shape(source), model, limit=4, on_progress=tell))
        for _ in range(turns):
            await asyncio.sleep(0)
        if not batch.cancel():
            break
        with pytest.raises(asyncio.CancelledError):
            await batch
        assert model.under_way == 0
        assert asyncio.all_tasks() == before
    assert turns > 12
    assert [item.text for item in await batch] == [f"问题 {index}" for index in range(12)]


async def test_a_cancellation_waits_for_calls_that_take_their_time_to_end() -> None:
    ended = 0

    async def call(prompt: Messages) -> Completion:
        nonlocal ended
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.02)
            ended += 1
        raise AssertionError("never reached")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await run_batch(["a", "b", "c"], call, limit=3)
    assert ended == 3


async def test_an_asynchronous_generator_is_closed_when_the_batch_ends_early() -> None:
    async def call(prompt: Messages) -> Completion:
        raise Bug

    source = Source(100, Model())
    prompts = source.each_async()
    with pytest.raises(Bug):
        await run_batch(prompts, call, limit=1)
    assert source.closed


async def test_a_call_that_is_cancelled_by_somebody_else_ends_the_batch_and_does_not_hang_it() -> None:
    async def call(prompt: Messages) -> Completion:
        inner = asyncio.create_task(Model()(prompt))
        if prompt == "1":
            inner.cancel()
        return await inner

    with pytest.raises(RuntimeError, match="cancelled"):
        await run_batch(["0", "1", "2"], call, limit=1)


class Prompt(list[dict[str, Any]]):
    """Messages that can be watched."""


async def test_a_failed_item_that_is_kept_keeps_nothing_else() -> None:
    async def call(prompt: Messages) -> Completion:
        raise ModelBadRequest

    prompts = [Prompt([{"role": "user", "content": "large"}]) for _ in range(2)]
    watched = [weakref.ref(prompt) for prompt in prompts]
    gc.disable()
    try:
        item = (await run_batch(prompts, call, limit=2))[0]
        prompts.clear()
        assert [prompt() for prompt in watched] == [None, None]
        assert not item.ok
    finally:
        gc.enable()


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_batch_without_places_is_refused(limit: int) -> None:
    with pytest.raises(Invalid, match="limit"):
        await run_batch(["a"], Model(), limit=limit)


@pytest.mark.parametrize("prompts", ["你好", b"a", {"role": "user", "content": "a"}])
async def test_one_prompt_in_place_of_many_is_refused(prompts: Any) -> None:
    model = Model()
    with pytest.raises(Invalid, match="list of prompts"):
        await run_batch(prompts, model, limit=2)
    assert model.begun == 0
