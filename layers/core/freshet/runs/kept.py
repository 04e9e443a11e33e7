"""A live run: read to its end whether or not anybody listens, and journalled meanwhile."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from freshet.runs.frame import Frame, frame
from freshet.runs.recorder import Recorder
from freshet.runs.run import CLOSE_S, Run


class Kept:
    """A `Feed` of a run that this process makes.

    Frames are shown at once and kept after; only the last one is kept first: whoever has seen it finds the
    run ended. If the journal could not be written it says so (`kept_seq`).
    """

    def __init__(self, run: Run) -> None:
        self.run_id = run.run_id
        self.ended = False
        self.written: list[Frame] = []
        self._run = run
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
                    if one.last and not await recorder.end(one):
                        one = frame(one.seq, one.data | {"kept_seq": recorder.kept_seq})  # noqa: PLW2901
                    self.written.append(one)
                    self.ended = one.last
                    self._news.set()
        finally:
            await recorder.cancel()
