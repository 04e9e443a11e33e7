"""A live run: read to its end whether or not anybody listens, and journalled meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from freshet.concurrency import together
from freshet.observe import log_failure
from freshet.runs.frame import Frame, frame
from freshet.runs.recorder import Recorder
from freshet.runs.run import CLOSE_S, Run

TELL_S = 2.0  # beside the recorder's end: after a deadline there are three seconds left for all

Ended = Callable[[dict[str, Any]], Awaitable[None]]


class Kept:
    """A `Feed` of a run that this process makes.

    Frames are shown at once and kept after; only the last one is kept first: whoever has seen it finds the
    run ended. If the journal could not be written it says so (`kept_seq`).
    """

    def __init__(self, run: Run, ended: Ended | None = None) -> None:
        self.run_id = run.run_id
        self.ended = False
        self.written: list[Frame] = []
        self._run = run
        self._ended = ended
        self._news = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    def begin(self, recorder: Recorder) -> None:
        """Sets out. `recorder` keeps `written`."""
        self._work = asyncio.create_task(self._pump(recorder))
        self._work.add_done_callback(lambda _: self._news.set())

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """The frames, as they come."""
        shown = 0
        while True:
            self._news.clear()
            while shown < len(self.written):
                yield self.written[shown]
                shown += 1
            if self._work and self._work.done():
                await self._work
                return
            await self._news.wait()

    async def settle(self) -> None:
        """Returns when the run is over and kept."""
        if self._work:
            await self._work

    async def abandon(self) -> None:
        """Breaks the run off: its heart stops."""
        if self._work:
            self._work.cancel()
            await asyncio.wait([self._work], timeout=CLOSE_S)

    async def _pump(self, recorder: Recorder) -> None:
        try:
            async with aclosing(self._run.frames()) as frames:
                async for one in frames:
                    if one.last:
                        one = await self._end(one, recorder)  # noqa: PLW2901
                    self.written.append(one)
                    self.ended = one.last
                    self._news.set()
        finally:
            await recorder.cancel()

    async def _end(self, last: Frame, recorder: Recorder) -> Frame:
        """The last frame once it is kept, or with what is kept if not all is."""
        kept, _ = await together(recorder.end(last), self._tell(last))
        return last if kept else frame(last.seq, last.data | {"kept_seq": recorder.kept_seq})

    async def _tell(self, last: Frame) -> None:
        """Its failure changes nothing about the run."""
        try:
            if self._ended:
                async with asyncio.timeout(TELL_S):
                    await self._ended(last.data)
        except Exception as error:
            log_failure("the end of a run was not taken up", error, run_id=self.run_id)
