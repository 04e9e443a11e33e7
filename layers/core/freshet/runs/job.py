"""Jobs: runs without a stream of their own, which queue workers make piece by piece.

A job has a record like any run, and a journal of two frames: that it was started, and how it ended. So it is
found, followed and stopped like any run. Several workers may be at it, or none for a while: a killed worker's
message comes again after minutes, and until then its job reads as running.

What belongs here: the record and its journal. What does not: what is done, and how far it is.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from freshet.concurrency import accompanied
from freshet.errors import FreshetError, Stopped, Unavailable
from freshet.runs.events import Started
from freshet.runs.frame import Frame, frame, shape
from freshet.runs.journal import Journal
from freshet.runs.placing import place
from freshet.runs.record import KEPT_S, Record, Status, new_item, outcome
from freshet.runs.records import Records
from freshet.runs.request import Call
from freshet.stores.aws import ConditionFailed
from freshet.stores.table import Item

LAPSE_S = 900.0  # above the queue's longest silence: a killed worker's message is hidden for six minutes
BEAT_S = 2.0  # between two signs of life; also how long a stop goes unnoticed by those who work
_STARTED, _LAST = 0, 1  # the two frames


class Jobs:
    """The jobs of all owners."""

    def __init__(self, records: Records, journal: Journal) -> None:
        self._records = records
        self._journal = journal

    async def create(
        self, call: Call, capability: str, data: Mapping[str, Any], *, pickup_s: float = LAPSE_S
    ) -> str:
        """The id of the job that answers the call: a new one, or that which its key stands for.

        `data` goes with `started`; nobody need begin it for `pickup_s`. What the caller does next for the job
        must be safe to repeat: of a job that it joins, whoever began it may have died. Raises Conflict.
        """
        item = new_item(call.id, capability, lapse_s=pickup_s)
        run_id = await place(self._records, self._journal, call, item)
        try:
            await self._set_out(call, run_id, item, frame(_STARTED, shape(Started(dict(data)), run_id)))
        except FreshetError as error:
            if run_id == item["id"]:
                await self.give_up(call, run_id, error)
            raise
        return run_id

    async def give_up(self, call: Call, run_id: str, error: FreshetError) -> None:
        """Notes that the job could not be set out; its key may be used again. Never fails itself."""
        with suppress(FreshetError):
            await self.end(call.owner, run_id, {}, error=error)
            if call.key:
                await self._records.release(call.owner, call.key, run_id)

    async def find(self, owner: str, run_id: str) -> Record | None:
        """The job's record; None if there is none (any more)."""
        return await self._records.find(owner, run_id)

    async def beat(self, owner: str, run_id: str) -> bool:
        """Shows that somebody works on it; whether that is to stop: it was stopped, or is over or gone."""
        try:
            return await self._records.beat_job(owner, run_id, LAPSE_S, status="running")
        except ConditionFailed:
            return True

    @asynccontextmanager
    async def working(self, owner: str, run_id: str) -> AsyncIterator[None]:
        """Around work on the job: its heart beats meanwhile. Raises Stopped in it when it is to stop."""
        async with accompanied(self._beating(owner, run_id)):
            yield

    async def end(
        self,
        owner: str,
        run_id: str,
        final_response: dict[str, Any],
        *,
        error: FreshetError | None = None,
        stopped: bool = False,
        metrics: dict[str, Any] | None = None,
    ) -> Status | None:
        """Ends the job, if it has not ended; how it ended, which may be otherwise: somebody stopped it.

        Safe to repeat, by anybody. None if there is no such job (any more). Raises Unavailable.
        """
        record = await self._records.find(owner, run_id)
        if record is None:
            return None
        if record.last_seq >= _LAST:
            return record.status
        over = stopped or record.status == "stopped"
        try:
            if stopped:  # in the record first: from here on nobody ends it otherwise, and writes so after us
                await self._records.end_once(owner, run_id, status="stopped")
            return await self._end(owner, run_id, _last(run_id, final_response, error, metrics, stopped=over))
        except ConditionFailed as refused:
            status: Status | None = (refused.item or {}).get("status")
            if status == "stopped":  # just now: what came of it is kept all the same
                over_after_all = _last(run_id, final_response, error, metrics, stopped=True)
                return await self._end(owner, run_id, over_after_all)
            return status

    async def _end(self, owner: str, run_id: str, last: Frame) -> Status:
        await self._append(owner, run_id, last)
        ended = outcome(last)
        await self._records.end_once(owner, run_id, **ended)
        status: Status = ended["status"]
        return status

    async def _beating(self, owner: str, run_id: str) -> None:
        """A table that does not answer for a while stops no work: a job may be silent for long."""
        while True:
            await asyncio.sleep(BEAT_S)
            with suppress(Unavailable):
                if await self.beat(owner, run_id):
                    raise Stopped

    async def _set_out(self, call: Call, run_id: str, item: Item, started: Frame) -> None:
        """Writes what is not written yet, the record last: nobody sees a job without one."""
        is_new = not (call.run_id or call.key)
        if is_new:
            await self._records.keep_request(call.owner, item, call.request)
        elif call.run_id:
            with suppress(ConditionFailed):  # stopped already
                await self._records.beat_job(call.owner, run_id, item["lapse_s"])
        await self._append(call.owner, run_id, started)
        if is_new:
            await self._records.create(call.owner, item)

    async def _append(self, owner: str, run_id: str, one: Frame) -> None:
        await self._journal.append(owner, run_id, [one], int(time.time()) + KEPT_S)


def _last(
    run_id: str,
    final_response: dict[str, Any],
    error: FreshetError | None,
    metrics: dict[str, Any] | None,
    *,
    stopped: bool,
) -> Frame:
    """The last frame."""
    data: dict[str, Any] = {"done": True, "final_response": final_response, "metrics": metrics or {}}
    if stopped:
        data["status"] = "stopped"
    elif error:
        problem = {**error.problem(), "run_id": run_id}
        data |= {"status": "error", "error": error.detail, "problem": problem}
    return frame(_LAST, data)
