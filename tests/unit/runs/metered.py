"""Events as a run takes them: under its meter."""

from collections.abc import AsyncGenerator
from typing import TypeVar

from freshet.runs.meter import Meter

T = TypeVar("T")


async def under(meter: Meter, events: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The events, each waited for under the meter; closing this closes them, under it as well."""
    try:
        while True:
            with meter.running():
                try:
                    event = await anext(events)
                except StopAsyncIteration:
                    return
            yield event
    finally:
        with meter.running():
            await events.aclose()
