"""What follows a failed attempt: the same model again, the next one, or the end. The only retry policy."""

import asyncio
import random

from freshet.errors import (
    ModelAuthentication,
    ModelBadRequest,
    ModelClosed,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    ModelRefused,
    ModelTimeout,
    QueueFull,
)
from freshet.llm.patience import Patience

MAX_ATTEMPTS = 3  # of one model without content
# Beginning again after content costs what was shown, so that is bounded, and not the number alone.
MAX_RESETS = 20
MAX_VOID_TOKENS = 8_000
MAX_MALFORMED = 2  # of one model's answers after content: each is billed, and the next will be, too
_FIRST_DELAY_S = 0.5
_MAX_DELAY_S = 8.0  # with a fallback at hand nobody waits longer for the first model
_RESETS_BEFORE_NEXT = 2
_FIRST_RESET_DELAY_S = 0.02  # somebody watches
_MAX_RESET_DELAY_S = 0.2

# The caller's own mistakes, and our own refusals.
_FINAL = (ModelAuthentication, ModelBadRequest, ModelNotFound, ModelRefused, ModelClosed, QueueFull)
_EXHAUSTED = {"insufficient_quota", "billing_error"}  # a 429 that waiting does not cure


def final(error: ModelError) -> bool:
    """Whether no other attempt can help, at no model."""
    return isinstance(error, _FINAL)


def retryable(error: ModelError) -> bool:
    """Whether the same call to the same model may well succeed a moment later."""
    exhausted = error.extra.get("upstream_code") in _EXHAUSTED or error.extra.get("upstream_status") == 402
    return not final(error) and not exhausted and not isinstance(error, ModelTimeout)


def delay_after(error: ModelError, attempt: int) -> float:
    """Seconds to wait after attempt number `attempt`: as the upstream asked, or by exponential backoff."""
    if error.retry_after is not None:
        return error.retry_after
    ceiling = min(_MAX_DELAY_S, _FIRST_DELAY_S * 2 ** (attempt - 1))
    return random.uniform(ceiling / 2, ceiling)  # noqa: S311 - jitter, not a secret


async def wait_for_retry(error: ModelError, attempt: int, until: float) -> None:
    """Waits before attempt number `attempt` + 1 of a call that has one endpoint and shows nothing in between.

    Raises `error` where another attempt is no use: not curable, too many attempts, or the wait would pass
    `until` (in the loop's time). An answer that came whole and is none will be the same again.
    """
    if attempt >= MAX_ATTEMPTS or not retryable(error) or isinstance(error, ModelMalformed):
        raise error
    delay = delay_after(error, attempt)
    if asyncio.get_running_loop().time() + delay >= until:
        raise error
    await asyncio.sleep(delay)


class Course:
    """The way of one generation through `models` models, numbered in the order of preference.

    Without content a model has MAX_ATTEMPTS in a row, then it is given up for the next. After content it is
    alive, and the answer begins again: twice there, then at the next in turn, and all of them may be asked,
    except for those that MAX_MALFORMED answers have shown not to speak the protocol.
    """

    def __init__(self, models: int) -> None:
        self._malformed = [0] * models  # answers of each
        self._left = list(range(models))
        self._turn = 0
        self._silent = 0
        self._resets = 0
        self._void_tokens = 0

    @property
    def current(self) -> int:
        """The model to ask now."""
        return self._left[self._turn]

    @property
    def left(self) -> int:
        """How many models there are to try, this one included."""
        return len(self._left)

    def wait_until(self, patience: Patience) -> float:
        """How long the current model may keep the call waiting, in the loop's time."""
        if self.left == 1:
            return patience.first_by
        return min(patience.first_by, asyncio.get_running_loop().time() + _MAX_DELAY_S)

    def after_content(self, error: ModelError, patience: Patience, tokens: int) -> float:
        """Seconds to wait after `tokens` of an answer became void. Raises `error` if that was the end."""
        self._silent = 0
        self._resets += 1
        self._void_tokens += tokens
        current = self.current
        self._malformed[current] += isinstance(error, ModelMalformed)
        # Those that were given up for their silence have had time to recover.
        self._left = [model for model, count in enumerate(self._malformed) if count < MAX_MALFORMED]
        spent = self._resets > MAX_RESETS or self._void_tokens > MAX_VOID_TOKENS or not self._left
        if final(error) or spent or patience.over:
            raise error
        stays = current in self._left and self._resets % _RESETS_BEFORE_NEXT
        self._turn = self._left.index(current) if stays else self._after(current)
        return random.uniform(0, min(_MAX_RESET_DELAY_S, _FIRST_RESET_DELAY_S * 2**self._resets))  # noqa: S311

    def after_silence(self, error: ModelError, patience: Patience) -> float:
        """Seconds to wait before the next attempt. Raises `error` if that was the end."""
        if final(error) or patience.over:
            raise error
        self._silent += 1
        delay = delay_after(error, self._silent)
        too_long = delay > _MAX_DELAY_S and self.left > 1
        if retryable(error) and self._silent < MAX_ATTEMPTS and not too_long and patience.leaves(delay):
            return delay
        del self._left[self._turn]
        if not self._left:
            raise error
        self._turn %= len(self._left)
        self._silent = 0
        return 0.0

    def _after(self, model: int) -> int:
        """The turn of the next model in the order, which begins anew after the last."""
        return next((turn for turn, later in enumerate(self._left) if later > model), 0)
