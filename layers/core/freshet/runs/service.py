"""Runs as the edge sees them: started, joined, found, followed, stopped, repeated."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from freshet.errors import Conflict, DeadlineExceeded, FreshetError, Interrupted, NotFound
from freshet.ids import made_at, new_id
from freshet.runs.events import RunEvent
from freshet.runs.follow import Follower
from freshet.runs.frame import Feed, Frame, Written, result
from freshet.runs.journal import Journal
from freshet.runs.kept import Ended, Kept
from freshet.runs.placing import place
from freshet.runs.record import Record, new_item, outcome, view
from freshet.runs.recorder import Recorder
from freshet.runs.records import Records
from freshet.runs.request import Call, Request
from freshet.runs.run import Run
from freshet.stores.aws import ConditionFailed
from freshet.stores.functions import Functions
from freshet.stores.table import Item

ANSWER_TIMEOUT_S = 240.0  # an answer that is not streamed: well inside the function's 300 s
YOUNG_S = 2.0  # the first event may be seen before the record is written
JOINED_S = 1.0  # longer than asked: a run with the same deadline ends just then, and that is to be read
STOP_S = 3.0  # a stop takes one; after that the caller hears that it is on its way
_POLL_S = 0.1
_SKEW_S = 1.0  # between the clocks of two sandboxes


class Runs:
    """The runs of all owners."""

    def __init__(self, records: Records, journal: Journal, functions: Functions) -> None:
        self._records = records
        self._journal = journal
        self._functions = functions

    async def start(
        self,
        call: Call,
        capability: str,
        events: AsyncGenerator[RunEvent, None],
        ended: Ended | None = None,
    ) -> Feed:
        """Starts a run of `events`, or joins the one that the call's key stands for already.

        `ended` hears of the end of a run that is made here, by its last frame, before anybody else does.

        Raises Conflict if the key was used for another request, or if the run that was handed over is made by
        somebody else; DeadlineExceeded.
        """
        begun = asyncio.get_running_loop().time()
        item = new_item(call.id, capability, heartbeat=time.time())
        try:
            async with asyncio.timeout(call.timeout_s):
                run_id = await place(self._records, self._journal, call, item)
        except TimeoutError:
            raise DeadlineExceeded("The time was over before the answer was begun.") from None
        call = replace(call, timeout_s=call.timeout_s - (asyncio.get_running_loop().time() - begun))
        if run_id != item["id"]:
            return self._join(call, run_id)
        run = Run(capability, events, owner=call.owner, run_id=run_id, timeout_s=call.timeout_s)
        kept = Kept(run, ended)
        created = bool(call.run_id or call.key)
        recorder = Recorder(
            self._records, self._journal, call, run=run, frames=kept.written, item=item, created=created
        )
        kept.begin(recorder)
        return kept

    async def answer(
        self,
        call: Call,
        capability: str,
        events: AsyncGenerator[RunEvent, None],
        ended: Ended | None = None,
        each: Callable[[Frame], object] = lambda frame: None,
    ) -> dict[str, Any]:
        """`run_id`, `final_response`, `metrics`: a run without its stream; as `start`. Raises what failed.

        `each` hears of every frame, of a run that is joined, too.
        """
        within = replace(call, timeout_s=min(call.timeout_s, ANSWER_TIMEOUT_S))
        feed = await self.start(within, capability, events, ended)
        return {"run_id": feed.run_id, **await result(feed, each)}

    async def get(self, owner: str, run_id: str) -> Record:
        """The run as it stands, with its result if it has ended. Raises NotFound."""
        record = await self._find(owner, run_id)
        if not record.ended:
            return record
        final = await self._final(owner, record)
        return record.model_copy(update={"final_response": final})

    async def frames(self, owner: str, run_id: str) -> tuple[Record, list[Frame]]:
        """The run as it stands, and the frames that are kept of it. Raises NotFound."""
        record = await self._find(owner, run_id)
        return record, [one async for one in self._kept(owner, run_id)]

    async def page(self, owner: str, limit: int, cursor: str | None) -> tuple[list[Record], str | None]:
        """Runs, newest first, and where to go on."""
        page = await self._records.page(owner, limit, cursor)
        return [view(item) for item in page.items], page.cursor

    async def follow(self, owner: str, run_id: str, *, after: int, timeout_s: float) -> Feed:
        """The run's events after number `after`. Raises NotFound, DeadlineExceeded."""
        feed = Follower(self._records, self._journal, owner, run_id, after=after, timeout_s=timeout_s)
        try:
            async with asyncio.timeout(timeout_s):
                await self._find(owner, run_id)
        except TimeoutError:
            raise DeadlineExceeded("The time was over before the run was found.") from None
        return feed

    async def stop(self, owner: str, run_id: str) -> Record:
        """Stops the run, wherever it is made; one that has ended stays as it is. Raises NotFound."""
        record = await self._find(owner, run_id)
        if not record.ended or record.interrupted:  # the one that seems dead may only be cut off
            await self._records.want_stop(owner, run_id)
        deadline = time.monotonic() + STOP_S
        while not record.ended and time.monotonic() < deadline:
            await asyncio.sleep(_POLL_S)
            record = await self._find(owner, run_id)
        return await self.get(owner, run_id)

    async def retry(self, owner: str, run_id: str) -> Record:
        """A new run of the same request, made by the function that made this one.

        Of a run that was retried before, the latest retry counts: it is returned, or retried if it failed.
        Raises NotFound, Conflict for a run that goes on or is done, and where its request can't be repeated.
        """
        record = await self._find(owner, run_id)
        while record.retried_by:
            record = await self._find(owner, record.retried_by)
        if record.status not in {"failed", "stopped"}:
            if record.id != run_id:
                return record
            raise Conflict(f"The run is {record.status}; only one that failed or was stopped can be retried.")
        request = await self._records.request(owner, record.id)
        if not request or not request.function:
            raise Conflict("The request of this run was not kept: send it again.")
        origin = record.origin or record.id
        item = new_item(new_id(), record.capability, retry_of=record.id, origin=origin)
        await self._records.keep_request(owner, item, request)
        await self._records.create(owner, item)
        by = await self._records.mark_retried(owner, record.id, item["id"])
        if by != item["id"]:
            await self._records.delete(owner, item["id"])
            return await self._find(owner, by)
        await self._hand_over(owner, item, request)
        return view(item)

    async def refuse(self, owner: str, run_id: str, detail: str) -> None:
        """Notes that a run which was handed over will not be begun, unless it is."""
        if await self._records.begin(owner, run_id):
            error = Interrupted(detail, run_id=run_id).problem()
            await self._records.end(owner, run_id, status="failed", error=error)

    async def request(self, owner: str, run_id: str) -> Request:
        """What the run was asked. Raises NotFound."""
        if found := await self._records.request(owner, run_id):
            return found
        raise NotFound(f"There is no run {run_id}.")

    async def _final(self, owner: str, record: Record) -> dict[str, Any] | None:
        """The result, which the run's last frame holds; of an interrupted run what its journal comes to."""
        if record.interrupted:
            return await self._kept_of(owner, record.id)
        if record.last_seq < 0:
            return None
        frames = await self._journal.read(owner, record.id, record.last_seq - 1)
        return frames[-1].data.get("final_response") if frames else None

    async def _kept_of(self, owner: str, run_id: str) -> dict[str, Any]:
        written = Written()
        async for one in self._kept(owner, run_id):
            written.note(one.data)
        return written.unfinished(Interrupted.code)

    async def _kept(self, owner: str, run_id: str) -> AsyncIterator[Frame]:
        seq = -1
        while frames := await self._journal.read(owner, run_id, seq):
            for one in frames:
                yield one
            seq = frames[-1].seq

    async def _hand_over(self, owner: str, item: Item, request: Request) -> None:
        """Has the function make the run. What can't be handed over has failed, and may be tried again."""
        try:
            await self._functions.start(request.function, request.event(owner, item["id"], item["origin"]))
        except FreshetError as error:
            with suppress(FreshetError, ConditionFailed):
                await self._records.end(owner, item["id"], status="failed", error=error.problem())
            raise

    def _join(self, call: Call, run_id: str) -> Feed:
        timeout_s = call.timeout_s + JOINED_S
        return Follower(self._records, self._journal, call.owner, run_id, timeout_s=timeout_s)

    async def _find(self, owner: str, run_id: str) -> Record:
        """The run; of one that was made just now the record may be on its way. Raises NotFound."""
        while not (record := await self._records.find(owner, run_id)):
            if not -_SKEW_S < time.time() - made_at(run_id) < YOUNG_S:
                raise NotFound(f"There is no run {run_id}.")
            await asyncio.sleep(_POLL_S)
        return await self._mended(owner, record) if record.interrupted else record

    async def _mended(self, owner: str, record: Record) -> Record:
        """A run that wrote its end into the journal and died before it wrote it on the record has ended."""
        frames = await self._journal.read(owner, record.id, record.last_seq)
        if not frames or not frames[-1].last:
            return record
        await self._records.end(owner, record.id, **outcome(frames[-1]))
        return await self._records.find(owner, record.id) or record
