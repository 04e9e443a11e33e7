"""Many prompts through one call: a few at a time, in order, each with its own outcome.

What belongs here: places, order, progress. What does not: the call itself (`freshet.llm.client`), what is
kept between runs (`freshet.llm.journal`).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sized
from contextlib import aclosing, nullcontext
from dataclasses import dataclass
from inspect import isawaitable
from pathlib import Path
from typing import Any

from freshet.concurrency import task_group
from freshet.errors import FreshetError, Invalid
from freshet.llm.completion import Completion
from freshet.llm.journal import journalled
from freshet.llm.request import Messages

Call = Callable[[Messages], Awaitable[Completion]]
Progress = Callable[[int, int | None], Awaitable[None] | None]
Prompts = Iterable[Messages] | AsyncIterable[Messages]


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One prompt's outcome: exactly one of `completion` and `error`; `index` is its place in the prompts."""

    index: int
    completion: Completion | None
    error: FreshetError | None

    @property
    def ok(self) -> bool:
        return self.error is None

    @property
    def text(self) -> str:
        """The answer's text; raises the error if there is no answer."""
        if self.error is not None:
            raise self.error.with_traceback(None)
        assert self.completion is not None
        return self.completion.text


async def run_batch(
    prompts: Prompts,
    call: Call,
    *,
    limit: int,
    on_progress: Progress | None = None,
    journal: str | Path | None = None,
    options: Mapping[str, Any] | None = None,
    parse: Callable[[str], Any] | None = None,
) -> list[BatchItem]:
    """The outcome of `call` for every prompt, in their order, with at most `limit` calls under way.

    A prompt is taken when there is a place for it: in the event loop, so prompts that have to be waited for
    come as an async iterable. `on_progress(done, total)` follows every item, one at a time; `total` is None
    if the prompts have no length. For `journal`, `options` and `parse` see `freshet.llm.journal`.

    An item's FreshetError is its outcome. Whatever else is raised, by a call, the prompts or `on_progress`,
    ends the batch, and so does a cancellation: no call is under way after it. Raises Invalid for a limit
    below 1, for one prompt in place of many, and for a journal that can't be used.
    """
    if limit < 1:
        raise Invalid(f"A batch needs a limit of at least 1, not {limit}")
    if isinstance(prompts, str | bytes | Mapping):
        raise Invalid("A batch takes a list of prompts, not a single one")
    total = len(prompts) if isinstance(prompts, Sized) else None
    async with (
        nullcontext(call) if journal is None else journalled(call, journal, options or {}, parse) as ask
    ):
        return await _Batch(ask, limit, on_progress, total).run(prompts)


class _Batch:
    """One run: the places that are free, and the outcomes so far."""

    def __init__(self, call: Call, limit: int, on_progress: Progress | None, total: int | None) -> None:
        self._call = call
        self._on_progress = on_progress
        self._total = total
        self._places = asyncio.Semaphore(limit)
        self._telling = asyncio.Lock()
        self._outcomes: dict[int, BatchItem] = {}
        self._done = 0

    async def run(self, prompts: Prompts) -> list[BatchItem]:
        taken = 0
        async with aclosing(_one_by_one(prompts)) as source, task_group() as group:
            await self._places.acquire()
            async for prompt in source:
                group.create_task(self._item(taken, prompt))
                taken += 1
                await self._places.acquire()
        return [self._outcomes[index] for index in range(taken)]

    async def _item(self, index: int, prompt: Messages) -> None:
        try:
            self._outcomes[index] = await self._outcome(index, prompt)
            await self._tell()
        finally:
            self._places.release()

    async def _outcome(self, index: int, prompt: Messages) -> BatchItem:
        try:
            return BatchItem(index, await self._call(prompt), None)
        except FreshetError as error:
            # Its frames hold the batch: one item that is kept would keep them all.
            return BatchItem(index, None, error.with_traceback(None))
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise RuntimeError("A call of the batch was cancelled, but not by the batch") from error

    async def _tell(self) -> None:
        if self._on_progress is None:
            return
        async with self._telling:
            self._done += 1
            told = self._on_progress(self._done, self._total)
            if isawaitable(told):
                await told


def _one_by_one(prompts: Prompts) -> AsyncGenerator[Messages, None]:
    """The prompts as something that can be closed: generators are, when the batch ends early."""
    source = aiter(prompts) if isinstance(prompts, AsyncIterable) else prompts
    return source if isinstance(source, AsyncGenerator) else _each(source)


async def _each(prompts: Prompts) -> AsyncGenerator[Messages, None]:
    if isinstance(prompts, AsyncIterable):
        async for prompt in prompts:
            yield prompt
    else:
        for prompt in prompts:
            yield prompt
