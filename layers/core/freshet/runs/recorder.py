"""The recorder: keeps a run's record and journal up to date while the run goes on, and never in its way.

Every half second, silent or not, it writes what is new as one item, then the record: that is the heartbeat,
and its answer says whether somebody wants the run to stop. A table that does not answer delays nothing but
the journal: what could not be written is written later, and at the end it is said what never was. One that
is slow is asked more seldom, so that the ends of runs find their way through.
"""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

from freshet.errors import FreshetError
from freshet.observe import log_failure, logger, measure
from freshet.runs.frame import Frame
from freshet.runs.journal import Journal, one_batch
from freshet.runs.record import outcome
from freshet.runs.records import Records
from freshet.runs.request import Call
from freshet.runs.run import Run
from freshet.stores.table import Item

BATCH_S = 0.45  # two in a second, and a stop is heard of within one
REST = 3  # times as long as a round has taken
LONGEST_REST_S = 1.0  # a stop is to be heard of soon all the same
WRITE_S = 3.0  # for each write; what lands later than that does no harm
GRACE_S = 5.0  # to catch up in at the end, if writing failed
AFTER_DEADLINE_S = 2.0  # of it at most: the function is killed three seconds after a run's deadline


class Recorder:
    """Keeps one run. `frames` grows while it goes on; `item` is its new record, `created` if that stands."""

    def __init__(
        self,
        records: Records,
        journal: Journal,
        call: Call,
        *,
        run: Run,
        frames: Sequence[Frame],
        item: Item,
        created: bool,
    ) -> None:
        self._records = records
        self._journal = journal
        self._call = call
        self._run = run
        self._frames = frames
        self._item = item
        self._created = created
        self._kept = 0  # frames in the journal
        self._last: Frame | None = None
        self._ending = asyncio.Event()
        self._failing = False
        self._clock = asyncio.get_running_loop().time
        self._over_by = self._clock() + call.timeout_s + AFTER_DEADLINE_S
        self._work = asyncio.create_task(self._keep())

    async def end(self, last: Frame) -> bool:
        """Writes the last frame and the run's end before anybody is shown it; whether all is kept now."""
        self._last = last
        self._ending.set()
        await asyncio.wait([self._work], timeout=min(GRACE_S, self._over_by - self._clock()))
        if not self._work.done():
            await self.cancel()
            logger.error("a run could not be kept", run_id=self._run.run_id, kept=self._kept)
            return False
        return True

    @property
    def kept_seq(self) -> int:
        """Number of the newest frame in the journal."""
        return self._kept - 1

    async def cancel(self) -> None:
        """Gives up: what is not written yet never will be."""
        self._work.cancel()
        with suppress(asyncio.CancelledError):
            await self._work

    async def _keep(self) -> None:
        begun = self._clock()
        while not await self._round():
            took = self._clock() - begun
            if self._failing:
                await asyncio.sleep(BATCH_S)
            else:  # at the end it is tried again at once
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(BATCH_S, min(REST * took, LONGEST_REST_S))):
                        await self._ending.wait()
            begun = self._clock()

    async def _round(self) -> bool:
        """Writes what is new; whether that was the end. The heart beats although the journal may fail."""
        last = self._last
        if not self._created:
            done = await self._tried(self._create())
            if not done or not last:
                return False
        kept = await self._tried(self._append(last))
        if last:
            return kept and await self._tried(self._end(last))
        if not self._last:  # or the end would have to wait for it
            await self._tried(self._beat(), failed_before=not kept)
        return False

    async def _tried(self, writing: Coroutine[Any, Any, None], *, failed_before: bool = False) -> bool:
        """Whether it was written in time. Whatever comes in between, the run goes on."""
        try:
            async with asyncio.timeout(WRITE_S):
                await writing
        except Exception as error:
            if not self._failing:
                log_failure("a run could not be written", error, run_id=self._run.run_id)
                measure("JournalFailures", 1)
            self._failing = True
            return False
        self._failing = failed_before
        return True

    async def _create(self) -> None:
        self._item["heartbeat"] = time.time()  # it may have taken long until now
        await self._records.create(self._call.owner, self._item)
        await self._records.keep_request(self._call.owner, self._item, self._call.request)
        self._created = True

    async def _append(self, last: Frame | None) -> None:
        whole = [*self._frames, last] if last else self._frames
        while batch := one_batch(whole, self._kept):
            await self._journal.append(self._call.owner, self._run.run_id, batch, self._item["expires_at"])
            self._kept += len(batch)
            if not last:
                return

    async def _beat(self) -> None:
        owner, run_id = self._call.owner, self._run.run_id
        if await self._records.beat(owner, run_id, started=self._run.started, last_seq=self.kept_seq):
            self._run.stop()

    async def _end(self, last: Frame) -> None:
        owner, run_id = self._call.owner, self._run.run_id
        await self._records.end(owner, run_id, **outcome(last))
        if self._call.key and self._run.status == "failed" and not self._run.started:
            # It failed before it began, and shows nothing: the same key may try again.
            with suppress(FreshetError):
                await self._records.release(owner, self._call.key, run_id)
