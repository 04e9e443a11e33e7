"""Faults of sandboxes: functions that are killed in the midst of a call, starved of memory, or of time.

What does not belong here: faults of the servers that functions stand on (`kinds`).
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.faults.answers import Answer
from tests.faults.callers import Caller
from tests.faults.kinds import is_bucket
from tests.faults.proxy import Fault
from tests.faults.rig import Limits, Rig

AT_ONCE = 4
_AMID_S = 1.0  # after which a call is in the midst of something
_AMID_READING_S = 0.3  # one that only reads
_STARTS_S = 15.0  # until a stream begins, at the most
_WAITED_S = 12.0  # behind a queue, while a worker can't do its work
_SHARE = 0.55  # of the memory that a sandbox holds that has served a few calls: less than any call needs
# Of a function's time: AWS and the index are given less, a model more. A worker keeps ten of it for its end
# and has to learn that the model is silent: a parse that takes all of its time is the document's fault.
_SHORT_S, _SHORT_WORKER_S = 20, 45
_STALL = Fault(delay_s=1.5, pause_s=0.01)
_TRICKLE = Fault(pause_s=0.3)
_TABLE = Fault(delay_s=0.2)


@asynccontextmanager
async def _stalled(rig: Rig) -> AsyncIterator[None]:
    """Everything takes its time, so that calls are in the midst of something."""
    rig.proxies["model"].rule = lambda request: _TRICKLE if b"/completions" in request.head else _STALL
    rig.proxies["qdrant"].rule = lambda request: _STALL
    rig.proxies["aws"].rule = lambda request: _STALL if is_bucket(request) else _TABLE
    try:
        yield
    finally:
        rig.mend()


@asynccontextmanager
async def _silent(rig: Rig) -> AsyncIterator[None]:
    """Model and index say nothing."""
    rig.proxies["model"].rule = rig.proxies["qdrant"].rule = lambda request: Fault(silent=True)
    try:
        yield
    finally:
        rig.mend()


async def killed(rig: Rig, met: list[Caller]) -> list[Answer]:
    """One after another of each function, as all of its sandboxes die at once.

    Workers come after the others: their messages come again meanwhile, and later each time.
    """
    answers: dict[int, Answer] = {}

    async def lane(mine: list[Caller]) -> None:
        for caller in mine:
            answers[id(caller)] = await _killed_amid(rig, caller)

    async with _stalled(rig):
        for waits in (False, True):
            lanes = defaultdict(list)
            for caller in met:
                if bool(caller.capability.worker) == waits:
                    lanes[caller.capability.function].append(caller)
            await asyncio.gather(*map(lane, lanes.values()))
    return [answers[id(caller)] for caller in met]


async def _killed_amid(rig: Rig, caller: Caller) -> Answer:
    capability = caller.capability
    if capability.worker:
        answer = await caller.later(await Answer.of(caller.api, caller.request()), _AMID_S)
        await rig.kill(capability.worker)
        return await caller.later(answer, _AMID_S)
    begun = asyncio.Event()
    asking = asyncio.create_task(Answer.of(caller.api, caller.request(), begun.set))
    if capability.streamed:
        with suppress(TimeoutError):
            await asyncio.wait_for(begun.wait(), _STARTS_S)
    await asyncio.sleep(_AMID_READING_S if capability.function == "runs" else _AMID_S)
    while not asking.done():
        await rig.kill(capability.function)
        await asyncio.wait({asking}, timeout=_AMID_S)
    return await asking


def _workers(met: list[Caller]) -> dict[str, bool]:
    """The functions that are at work for them, and whether each is behind a queue."""
    return {one.capability.worker or one.capability.function: bool(one.capability.worker) for one in met}


async def starved(rig: Rig, met: list[Caller]) -> list[Answer]:
    """Each function has less memory than a call of it needs: Lambda ends it as it grows.

    Workers come after the others: whoever gives them work must be able to.
    """
    needs = {name: await asyncio.to_thread(rig.memory_mb, name) for name in _workers(met)}
    answers: dict[int, Answer] = {}
    for waits in (False, True):
        group = [one for one in met if bool(one.capability.worker) == waits]
        limits = {
            name: Limits(memory_mb=int(_SHARE * needs[name])) for name in _workers(group) if needs[name]
        }
        if group:
            await rig.restart(limits)
            answers |= zip(map(id, group), await _limited(group), strict=True)
    await rig.restart({})
    return [answers[id(caller)] for caller in met]


async def hurried(rig: Rig, met: list[Caller]) -> list[Answer]:
    """Each function has a few seconds, and what it waits for says nothing."""
    limits = {
        name: Limits(timeout_s=_SHORT_WORKER_S if waits else _SHORT_S)
        for name, waits in _workers(met).items()
    }
    await rig.restart(limits)
    try:
        async with _silent(rig):
            return await _limited(met, at_once=len(met), waited_s=_SHORT_WORKER_S)
    finally:
        await rig.restart({})


async def _limited(met: list[Caller], at_once: int = AT_ONCE, waited_s: float = _WAITED_S) -> list[Answer]:
    turns = asyncio.Semaphore(at_once)

    async def call(caller: Caller) -> Answer:
        async with turns:
            return await caller.later(await Answer.of(caller.api, caller.request()), waited_s)

    return list(await asyncio.gather(*map(call, met)))


SANDBOXES = {"killed": killed, "out of memory": starved, "out of time": hurried}
