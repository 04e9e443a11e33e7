"""What it means when Qdrant does not do its part, in our words: the same for who reads and who writes.

What does not belong here: how it is found out (`freshet.stores.qdrant`, `freshet.stores.qdrant_rest`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from freshet.errors import FreshetError, Unavailable


@asynccontextmanager
async def within(timeout_s: float) -> AsyncIterator[None]:
    """Bounds one call."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError:
        raise Unavailable(f"The index did not answer within {timeout_s:g} s.", part="index") from None


def nowhere() -> Unavailable:
    """The error of an address where there is no Qdrant."""
    return Unavailable("There is no Qdrant at the index's address.", part="index")


def failing(retry_after: float = 0) -> Unavailable:
    """The error of a Qdrant that can't be reached, or can't at present; it may say for how many seconds."""
    detail = "The index does not answer, or is failing."
    return Unavailable(detail, part="index", retry_after=retry_after or 1.0)


def refused(status: int, reason: str) -> FreshetError:
    """The error of an answer that is neither good nor 404; `reason` is Qdrant's own sentence, or ""."""
    if status in (401, 403):
        return Unavailable(
            "The index refused the key: see QDRANT_KEY_PARAMETER.", part="index", retry_after=None
        )
    if 400 <= status < 500 and status not in (408, 429):
        return FreshetError(f"The index refused the call ({reason or f'HTTP {status}'}).")
    return failing()
