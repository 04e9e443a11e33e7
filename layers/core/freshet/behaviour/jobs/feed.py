"""The feed of a job's progress: what a client follows, made anew for each of them from what is kept.

What does not belong here: how the progress is counted (`progress`), how frames look (`freshet.sse`).
"""

import asyncio
from collections.abc import AsyncGenerator

from freshet.behaviour.jobs.progress import Progress, Progresses
from freshet.errors import Unavailable
from freshet.runs.events import Done, Item, Started
from freshet.runs.frame import Frame, frame, shape

POLL_S = 1.0
_NO_JOB = "idle"  # in the place of a run


def taken_up(cursor: str) -> str | None:
    """The run that a cursor `<run_id>:<seq>` is of: who followed the newest job goes on with the same one."""
    run_id, _, _ = cursor.rpartition(":")
    return run_id if run_id != _NO_JOB and run_id else None


class ProgressFeed:
    """A `Feed`: `started`, the progress whenever it changed, and the last one as the result.

    After frame `after` it goes on with the progress as it is by then.
    """

    def __init__(
        self, progresses: Progresses, owner: str, first: Progress, *, after: int, timeout_s: float
    ) -> None:
        self.run_id = first.run_id or _NO_JOB
        self.ended = False
        self._progresses = progresses
        self._owner = owner
        self._progress = first
        self._seq = after
        self._clock = asyncio.get_running_loop().time
        self._deadline = self._clock() + timeout_s

    @classmethod
    async def open(
        cls, progresses: Progresses, owner: str, run_id: str | None, *, after: int = -1, timeout_s: float
    ) -> "ProgressFeed":
        """Of that run, or of the owner's newest one. Raises NotFound."""
        first = await progresses.of(owner, run_id)
        return cls(progresses, owner, first, after=after, timeout_s=timeout_s)

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """The frames; breaks off when the time is up."""
        if self._seq < 0:
            yield self._next(Started())
        shown: Progress | None = None
        while True:
            if self._progress != shown:
                shown = self._progress
                yield self._next(Item(shown.model_dump(mode="json")))
            if shown.ended:
                self.ended = True
                yield self._next(Done(shown.model_dump(mode="json")))
                return
            if self._clock() + POLL_S > self._deadline:
                return
            await asyncio.sleep(POLL_S)
            await self._look()

    async def settle(self) -> None:
        """Nothing is left to do: workers make the run."""

    async def abandon(self) -> None:
        """Nothing is left to do: workers make the run."""

    async def _look(self) -> None:
        """What does not answer now is asked again."""
        try:
            async with asyncio.timeout_at(self._deadline):
                self._progress = await self._progresses.of(self._owner, self.run_id)
        except (Unavailable, TimeoutError):
            return

    def _next(self, event: Started | Item | Done) -> Frame:
        self._seq += 1
        data = shape(event, self.run_id)
        return frame(self._seq, {**data, "metrics": {}} if isinstance(event, Done) else data)
