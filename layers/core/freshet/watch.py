"""A watch: `asyncio.timeout_at` for many waits in a row, at a tenth of its cost.

Its timer is kept from wait to wait. It looks, when it fires, whether the wait that is under way then is
overdue, and else sets itself anew.
"""

import asyncio

_TICK_S = 0.01  # a timer may fire a clock tick early


class Watch:
    """Cancels the running task's wait once it is overdue, and `again_s` later once more, if it still waits.

        watch.begin(until)
        try:
            found = await something
        except asyncio.CancelledError:
            if not watch.was_it():
                raise
            ...  # overdue, or interrupted
        finally:
            watch.pause()

    Nothing is yielded between `begin` and `pause`: there it would cancel the consumer. `close` it in the end.
    """

    def __init__(self, again_s: float | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._again_s = again_s
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._until = 0.0
        self._cancelling = 0
        self._fired = 0  # times that it cancelled the wait

    def begin(self, until: float) -> None:
        """The running task begins to wait, until then by the loop's clock."""
        self._until = until
        self._task = task = asyncio.current_task()
        assert task is not None
        self._cancelling = task.cancelling()
        if self._timer is None or until < self._timer.when():
            self._set(until)

    def pause(self) -> None:
        """It waits no longer. What was cancelled, and came through all the same, is no longer cancelled."""
        if self._fired:
            self._take_back()
        self._task = None

    def was_it(self) -> bool:
        """Whether a cancellation was this watch's own, and nobody else's as well."""
        return bool(self._fired) and self._take_back() <= self._cancelling

    def interrupt(self) -> None:
        """Ends the wait, if there is one, as if it were overdue."""
        if self._task is None:
            return
        if not self._fired and self._again_s is not None:
            self._set(self._loop.time() + self._again_s)
        self._fired += 1
        self._task.cancel()

    def close(self) -> None:
        """No wait follows."""
        self._task = None
        if self._timer:
            self._timer.cancel()

    def _take_back(self) -> int:
        """Takes its own cancellations back; how many are left, of others."""
        assert self._task is not None
        left = self._task.cancelling()
        while self._fired:
            self._fired -= 1
            left = self._task.uncancel()
        return left

    def _set(self, at: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(at, self._fire) if at < float("inf") else None

    def _fire(self) -> None:
        self._timer = None
        if self._task is None:
            return
        if self._loop.time() + _TICK_S < self._until and not self._fired:
            self._set(self._until)
        else:
            self.interrupt()
