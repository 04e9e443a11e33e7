"""What tests with runs and scripted models share: a run to its end, an answer to a client that may leave."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from freshet.errors import FreshetError
from freshet.runs.events import RunEvent


async def collected(events: AsyncGenerator[RunEvent, None]) -> tuple[list[RunEvent], FreshetError | None]:
    """The events, and the error that ended them."""
    seen: list[RunEvent] = []
    try:
        async with aclosing(events):
            async for event in events:
                seen.append(event)  # noqa: PERF401 - what came before an error is wanted, too
    except FreshetError as error:
        return seen, error
    return seen, None


async def answer_while_there(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    answer: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> None:
    """Has `answer` write, until it is done or the client leaves."""
    answering, leaving = asyncio.ensure_future(answer(writer)), asyncio.ensure_future(reader.read())
    await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
    for task in (answering, leaving):
        task.cancel()
    await asyncio.gather(answering, leaving, return_exceptions=True)
