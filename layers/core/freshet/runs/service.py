"""Runs as the edge sees them: started, joined, found, followed, stopped, repeated."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from freshet.errors import Conflict, FreshetError, Interrupted, NotFound
from freshet.ids import made_at, new_id
from freshet.runs.events import RunEvent
from freshet.runs.follow import Follower
from freshet.runs.frame import Feed, Written, result
from freshet.runs.journal import Journal
from freshet.runs.kept import Kept
from freshet.runs.record import Record, new_item, view
from freshet.runs.recorder import Recorder
from freshet.runs.records import Records
from freshet.runs.request import Call, Request
from freshet.runs.run import Run
from freshet.stores.functions import Functions

ANSWER_TIMEOUT_S = 240.0  # an answer that is not streamed: well inside the function's 300 s
YOUNG_S = 2.0  # the first event may be seen before the record is written
JOINED_S = 1.0  # longer than asked: a run with the same deadline ends just then, and that is to be read
STOP_S = 3.0  # a stop takes one; after that the caller hears that it is on its way
_POLL_S = 0.1


class Runs:
    """The runs of all owners."""

    def __init__(self, records: Records, journal: Journal, functions: Functions) -> None:
        self._records = records
        self._journal = journal
        self._functions = functions

    async def start(self, call: Call, capability: str, events: AsyncGenerator[RunEvent, None]) -> Feed:
        """Starts a run of `events`, or joins the one that the call's key or id already stands for.

        Raises Conflict if the key was used for another request.
        """
        run = Run(capability, events, run_id=call.run_id, timeout_s=call.timeout_s)
        item = new_item(run.run_id, capability, heartbeat=time.time())
        if call.run_id:
            if not await self._records.begin(call.owner, call.run_id):
                return self._join(call, call.run_id)
        elif call.key:
            holder = await self._holder(call, run.run_id)
            if holder != run.run_id:
                return self._join(call, holder)
            await self._records.create(call.owner, item)
            await self._records.keep_request(call.owner, item, call.request)
        kept = Kept(run)
        created = bool(call.run_id or call.key)
        recorder = Recorder(
            self._records, self._journal, call, run=run, frames=kept.written, item=item, created=created
        )
        kept.begin(recorder)
        return kept

    async def answer(
        self, call: Call, capability: str, events: AsyncGenerator[RunEvent, None]
    ) -> dict[str, Any]:
        """`run_id`, `final_response`, `metrics`: a run without its stream. Raises what failed."""
        within = replace(call, timeout_s=min(call.timeout_s, ANSWER_TIMEOUT_S))
        feed = await self.start(within, capability, events)
        return {"run_id": feed.run_id, **await result(feed)}

    async def get(self, owner: str, run_id: str) -> Record:
        """The run as it stands, with its result if it has ended. Raises NotFound."""
        record = await self._find(owner, run_id)
        if not record.ended:
            return record
        final = await self._final(owner, record)
        return record.model_copy(update={"final_response": final})

    async def page(self, owner: str, limit: int, cursor: str | None) -> tuple[list[Record], str | None]:
        """Runs, newest first, and where to go on."""
        page = await self._records.page(owner, limit, cursor)
        return [view(item) for item in page.items], page.cursor

    async def follow(self, owner: str, run_id: str, *, after: int, timeout_s: float) -> Feed:
        """The run's events after number `after`. Raises NotFound."""
        await self._find(owner, run_id)
        return Follower(self._records, self._journal, owner, run_id, after=after, timeout_s=timeout_s)

    async def stop(self, owner: str, run_id: str) -> Record:
        """Stops the run, wherever it is made; one that has ended stays as it is. Raises NotFound."""
        record = await self._find(owner, run_id)
        if not record.ended:
            await self._records.want_stop(owner, run_id)
            deadline = time.monotonic() + STOP_S
            while not record.ended and time.monotonic() < deadline:
                await asyncio.sleep(_POLL_S)
                record = await self._find(owner, run_id)
        return await self.get(owner, run_id)

    async def retry(self, owner: str, run_id: str) -> Record:
        """A new run of the same request, made by the function that made this one.

        Asked again, the same new run. Raises NotFound, Conflict for a run that goes on or is done, and where
        its request can't be repeated.
        """
        record = await self._find(owner, run_id)
        if record.retried_by:
            return await self._find(owner, record.retried_by)
        if record.status not in {"failed", "stopped"}:
            raise Conflict(f"The run is {record.status}; only one that failed or was stopped can be retried.")
        request = await self._records.request(owner, run_id)
        if not request or not request.function:
            raise Conflict("The request of this run was not kept: send it again.")
        item = new_item(new_id(), record.capability, retry_of=run_id)
        await self._records.create(owner, item)
        await self._records.keep_request(owner, item, request)
        return await self._hand_over(owner, run_id, item, request)

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
        written, seq = Written(), -1
        while frames := await self._journal.read(owner, run_id, seq):
            for one in frames:
                written.note(one.data)
            seq = frames[-1].seq
        return written.unfinished(Interrupted.code)

    async def _hand_over(self, owner: str, run_id: str, item: dict[str, Any], request: Request) -> Record:
        by = await self._records.mark_retried(owner, run_id, item["id"])
        if by != item["id"]:
            await self._records.delete(owner, item["id"])
            return await self._find(owner, str(by))
        try:
            await self._functions.start(request.function, request.event(owner, item["id"]))
        except FreshetError as error:
            await self._records.end(owner, item["id"], status="failed", error=error.problem())
            await self._records.mark_retried(owner, run_id, None)
            raise
        return view(item)

    async def _holder(self, call: Call, run_id: str) -> str:
        """Which run the call's key stands for: `run_id`, if it is a new key."""
        digest = call.request.digest
        holder = await self._records.claim(call.owner, call.key, digest, run_id)
        while holder != run_id and not await self._arrives(call.owner, holder):
            # The process that claimed the key died before it wrote a record.
            holder = await self._records.claim(call.owner, call.key, digest, run_id, instead_of=holder)
        return holder

    def _join(self, call: Call, run_id: str) -> Feed:
        timeout_s = call.timeout_s + JOINED_S
        return Follower(self._records, self._journal, call.owner, run_id, timeout_s=timeout_s)

    async def _find(self, owner: str, run_id: str) -> Record:
        if record := await self._arrives(owner, run_id):
            return record
        raise NotFound(f"There is no run {run_id}.")

    async def _arrives(self, owner: str, run_id: str) -> Record | None:
        """The run; of one that was made just now the record may be on its way."""
        while not (record := await self._records.find(owner, run_id)):
            if abs(time.time() - made_at(run_id)) > YOUNG_S:
                return None
            await asyncio.sleep(_POLL_S)
        return record
