"""The one event loop of a sandbox. Connection pools live on it from one invocation to the next."""

import asyncio
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """The sandbox's loop, made on first use and set as the thread's current one: Mangum looks there.

    Not an `asyncio.Runner`: that runs everything in one context, so the context variables of one
    invocation would leak into the next.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the sandbox's loop, for handlers that are not HTTP (SQS, for instance)."""
    return event_loop().run_until_complete(coroutine)
