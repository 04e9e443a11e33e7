"""The follower: a run from its journal: what is there, then what comes, each frame once and in order."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, TypeVar

from freshet.errors import Interrupted, Unavailable
from freshet.runs.frame import Frame, frame
from freshet.runs.journal import Journal
from freshet.runs.record import Record
from freshet.runs.records import Records

T = TypeVar("T")

POLL_S = 0.25  # the journal grows twice a second
RECORD_POLL_S = 1.0  # of a run that is silent: whether it is alive


class Follower:
    """A `Feed` of a run that any process makes or made, for at most `timeout_s`.

    A cursor `after` that is ahead of the journal waits for it. The journal of a run that was interrupted has
    no end: such a run is given one here, whatever the cursor.
    """

    def __init__(
        self,
        records: Records,
        journal: Journal,
        owner: str,
        run_id: str,
        *,
        after: int = -1,
        timeout_s: float,
    ) -> None:
        self.run_id = run_id
        self.ended = False
        self._records = records
        self._journal = journal
        self._owner = owner
        self._cursor = after
        self._clock = asyncio.get_running_loop().time
        self._deadline = self._clock() + timeout_s

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """The frames; breaks off when the time is up."""
        look_at = 0.0
        while self._clock() < self._deadline:
            found = await self._read()
            for one in found or ():
                self._cursor, self.ended = one.seq, one.last
                yield one
                if one.last:
                    return
            if found:
                look_at = self._clock() + RECORD_POLL_S
            elif self._clock() >= look_at:
                record = await self._record()
                if record and record.ended and (newer := await self._read()) is not None:
                    if newer:
                        continue  # it came in between
                    self.ended = True
                    if end := _end_of(record, self._cursor):
                        yield end
                    return
                look_at = self._clock() + RECORD_POLL_S
            await asyncio.sleep(POLL_S)

    async def settle(self) -> None:
        """Nothing is left to do: somebody else makes the run."""

    async def abandon(self) -> None:
        """Nothing is left to do: somebody else makes the run."""

    async def _read(self) -> list[Frame] | None:
        """What comes next; None while the table does not answer: it is asked again."""
        return await self._answered(self._journal.read(self._owner, self.run_id, self._cursor))

    async def _record(self) -> Record | None:
        return await self._answered(self._records.find(self._owner, self.run_id))

    async def _answered(self, reading: Coroutine[Any, Any, T]) -> T | None:
        try:
            async with asyncio.timeout_at(self._deadline):
                return await reading
        except (Unavailable, TimeoutError):
            return None


def _end_of(record: Record, cursor: int) -> Frame | None:
    """The end of a run that could not write one."""
    if not record.interrupted and 0 <= record.last_seq <= cursor:
        return None  # it did: the reader has seen it, or claims to
    data: dict[str, Any] = {"done": True, "status": "stopped"}
    if record.status != "stopped":
        error = record.error or Interrupted("The journal of this run is gone.", run_id=record.id).problem()
        data |= {"status": "error", "error": error["detail"], "problem": error}
    return frame(max(cursor, record.last_seq) + 1, data)
