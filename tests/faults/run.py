"""A column of the matrix: all capabilities meet one fault, and are looked at when it is over.

What belongs here: the order of things. What does not: faults (`kinds`), calls (`capabilities`), judgements
(`matrix`, `observe`).
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import httpx

from tests.faults import observe
from tests.faults.answers import Answer
from tests.faults.callers import Caller
from tests.faults.clients import MANNERS
from tests.faults.kinds import LATE_S, SHORT_VISIBLE_S, Kind
from tests.faults.matrix import LATER, RESULT, Expected, expected
from tests.faults.rig import QUEUES, Rig
from tests.faults.sandboxes import AT_ONCE, SANDBOXES
from tests.faults.waiting import until

_TRIES = 3
_WAITED_S = 6.0  # behind a queue, while a part is down


@dataclass(frozen=True)
class Cell:
    """What came of one pair. `wrong` is empty if all was as it must be; `first` is what was not at first."""

    capability: str
    kind: str
    seen: str
    seconds: float
    wrong: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


async def sound(ready: list[Caller]) -> list[str]:
    """What does not work before there is any fault; sandboxes start on the way, so it has a few tries."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def call(caller: Caller) -> list[str]:
        async with turns:
            return [f"{caller.capability.name}: {one}" for one in await _again(caller)]

    wrong: list[str] = []
    for _ in range(_TRIES):
        wrong = [one for found in await asyncio.gather(*map(call, ready)) for one in found]
        if not wrong:
            break
    return wrong


async def looked_at_twice(rig: Rig, kind: Kind, ready: list[Caller]) -> list[Cell]:
    """The cells of one fault; those that are not as they must be are tried once more, without the others.

    On a machine that is too busy a cold start alone may take longer than the product waits for a model.
    """
    found = await column(rig, kind, ready)
    wrong = {cell.capability: cell.wrong for cell in found if cell.wrong}
    if not wrong or len(ready) == 1:
        return found
    again = await column(rig, kind, [one for one in ready if one.capability.name in wrong])
    second = {cell.capability: replace(cell, first=wrong[cell.capability]) for cell in again}
    return [second.get(cell.capability, cell) for cell in found]


async def column(rig: Rig, kind: Kind, ready: list[Caller]) -> list[Cell]:
    """The cells of one fault."""
    met = [one for one in ready if isinstance(expected(one.capability, kind), Expected)]
    turns = asyncio.Semaphore(AT_ONCE)

    async def before(caller: Caller) -> observe.Before:
        async with turns:
            return await observe.before(caller.api)

    async def looked_at(caller: Caller, answer: Answer, had: observe.Before) -> Cell:
        async with turns:
            cell = await _cell(kind, caller, answer, had)
            return replace(cell, wrong=(*cell.wrong, *given_up))

    befores = await asyncio.gather(*map(before, met))
    answers = await _met(rig, kind, met)
    given_up = await _given_up(rig, kind)
    return list(await asyncio.gather(*map(looked_at, met, answers, befores)))


async def _given_up(rig: Rig, kind: Kind) -> list[str]:
    """What is wrong with the queues: poison must be with the dead letters, and nothing else anywhere."""
    if kind.family != "SQS":
        return []
    wrong = [] if await until(rig.drained, observe.LATE_S) else ["messages are left in a queue"]
    if kind.name == "poison":
        dead = [await rig.waiting(f"{queue}DeadLetter") for queue in QUEUES]
        wrong += [] if all(dead) else ["poison is not with the dead letters"]
    return wrong


async def _met(rig: Rig, kind: Kind, met: list[Caller]) -> list[Answer]:
    """The answers that the callers get while the fault is there."""
    if kind.family == "client":
        return await _clients(kind, met)
    if kind.family != "sandbox":
        async with kind.on(rig):
            turns = asyncio.Semaphore(len(met) if kind.name.startswith("hang") else AT_ONCE)
            return list(await asyncio.gather(*(_call(kind, one, turns) for one in met)))
    await rig.queues(visible_s=SHORT_VISIBLE_S)
    try:
        return await SANDBOXES[kind.name](rig, met)
    finally:
        await rig.lapse()
        await rig.queues()


async def _call(kind: Kind, caller: Caller, turns: asyncio.Semaphore) -> Answer:
    async with turns:
        answer = await Answer.of(caller.api, caller.request())
        waited_s = 3 * LATE_S + SHORT_VISIBLE_S if kind.family == "SQS" else _WAITED_S
        return await caller.later(answer, waited_s)


async def _clients(kind: Kind, met: list[Caller]) -> list[Answer]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def call(caller: Caller) -> Answer:
        async with turns:
            request = caller.request()
            answer = await MANNERS[kind.name](caller.api, request)
            if answer.broken:
                answer = await _returned(caller, request)
            return await caller.later(answer, observe.LATE_S)

    return list(await asyncio.gather(*map(call, met)))


async def _returned(caller: Caller, request: dict[str, Any]) -> Answer:
    """It comes again with the same key; where there is no run to join, with a new request."""
    asked = caller.request() if caller.capability.quiet else request
    return replace(await Answer.of(caller.api, asked), returned=True)


async def _cell(kind: Kind, caller: Caller, answer: Answer, had: observe.Before) -> Cell:
    capability, material = caller.capability, caller.material
    must = expected(capability, kind)
    assert isinstance(must, Expected)
    seen = observe.outcome(capability, answer, material)
    wrong = [] if seen in must.outcomes else [f"expected: {must.words}"]
    if answer.seconds > must.within_s:
        wrong.append(f"only after {answer.seconds:.0f} s")
    try:
        if seen == LATER:
            wrong += await _made_up_for(caller, answer, must)
        wrong += await observe.disagreements(capability, caller.api, answer, material, had)
        wrong += await _again(caller)
        wrong += await observe.miscounted(caller.api, had, died=kind.family == "sandbox")
    except (AssertionError, httpx.TransportError, KeyError) as error:
        wrong.append(f"can't be looked at: {type(error).__name__} {str(error)[:200]}")
    return Cell(capability.name, kind.title, seen, answer.seconds, tuple(wrong))


async def _made_up_for(caller: Caller, answer: Answer, must: Expected) -> list[str]:
    """What waited is done now that the fault is over; or it ended before that, as it would have at once."""
    done = await caller.later(replace(answer, outcome=None), observe.LATE_S)
    outcome = observe.outcome(caller.capability, done, caller.material)
    return [] if outcome in {RESULT, *must.outcomes} - {LATER} else [f"afterwards: {outcome}"]


async def _again(caller: Caller) -> list[str]:
    """The same call works."""
    answer = await Answer.of(caller.api, caller.request())
    answer = await caller.later(answer, observe.LATE_S)
    outcome = observe.outcome(caller.capability, answer, caller.material)
    return [] if outcome == RESULT else [f"again: {outcome} {answer.body[:200]!r}"]
