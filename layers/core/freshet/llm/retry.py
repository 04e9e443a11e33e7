"""When a call to the model's endpoint is tried again: the only retry policy; the SDKs' own are off."""

import asyncio
import random

from freshet.errors import ModelCut, ModelError, ModelOverloaded, ModelRateLimited

MAX_ATTEMPTS = 3
_FIRST_DELAY_S = 0.5
_MAX_DELAY_S = 8.0
_HOPELESS = {"insufficient_quota"}  # a 429 that waiting does not cure


def retryable(error: ModelError) -> bool:
    """Whether the same call may well succeed a moment later."""
    if error.extra.get("upstream_code") in _HOPELESS or error.extra.get("upstream_status") == 402:
        return False
    return isinstance(error, ModelRateLimited | ModelOverloaded | ModelCut)


async def wait_for_retry(error: ModelError, attempt: int, until: float) -> None:
    """Waits before attempt number `attempt` + 1, as long as the upstream asked or by exponential backoff.

    Raises `error` where another attempt is no use: not curable, too many attempts, or the wait would pass
    `until` (in the loop's time).
    """
    if attempt >= MAX_ATTEMPTS or not retryable(error):
        raise error
    delay = error.retry_after
    if delay is None:
        ceiling = min(_MAX_DELAY_S, _FIRST_DELAY_S * 2 ** (attempt - 1))
        delay = random.uniform(ceiling / 2, ceiling)  # noqa: S311 - jitter, not a secret
    if asyncio.get_running_loop().time() + delay >= until:
        raise error
    await asyncio.sleep(delay)
