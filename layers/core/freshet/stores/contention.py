"""Changes under a version, when several write at once: who was slower reads again and decides anew.

What does not belong here: calls that failed; those are repeated below (`aws`).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from freshet.errors import Unavailable
from freshet.stores.aws import ConditionFailed

T = TypeVar("T")

_TRIES = 20
_PAUSE_S = 0.05  # at most, between two of them


async def insist(change: Callable[[], Awaitable[T]], what: str) -> T:
    """What `change` returns: it reads, and writes if nobody else wrote since; else it is called again.

    It says that somebody did by ConditionFailed. Raises Unavailable, which names `what`, if others are
    always faster.
    """
    for _ in range(_TRIES):
        try:
            return await change()
        except ConditionFailed:
            await asyncio.sleep(random.uniform(0, _PAUSE_S))  # noqa: S311 - jitter, not a secret
    raise Unavailable(f"Too many changes of the {what} at once.", part="table")
