"""Uploads of large logs, as jobs: a presigned form, and the import once the file is there.

What belongs here: from a call to the form, and from a message to the import. What does not: how a file gets
into the logs (`freshet.behaviour.log.importing`).
"""

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Any

from freshet.behaviour.jobs.spending import summed
from freshet.behaviour.log.importing import MAX_UPLOAD_BYTES, Import, Importer, original
from freshet.behaviour.requests import Upload
from freshet.documents.record import content_type_of
from freshet.errors import FreshetError, NotFound, Stopped, restored
from freshet.observe import log_failure
from freshet.runs.job import LAPSE_S, Jobs
from freshet.runs.request import Call
from freshet.stores.objects import UPLOAD_EXPIRES_S, Objects
from freshet.stores.queue import Queue

CAPABILITY = "import"
_CLOSING_S = 5.0  # of a worker's time, for the stretch that it is at


@dataclass(frozen=True, slots=True)
class Uploads:
    """All owners' uploads; `objects` is the area where their files are."""

    jobs: Jobs
    importer: Importer
    objects: Objects
    queue: Queue

    async def begin(self, call: Call, asked: Upload) -> dict[str, Any]:
        """`run_id`, and the form as `upload: {url, fields}`; of the same call again a new form for the same.

        Raises Invalid, TooLarge, Conflict.
        """
        owner = call.owner
        await self.importer.begin(owner, call.id, asked)  # what is wrong with it makes no run
        unrepeatable = replace(call, request=replace(call.request, function=""))
        pickup_s = UPLOAD_EXPIRES_S + LAPSE_S
        run_id = await self.jobs.create(
            unrepeatable, CAPABILITY, {"filename": asked.filename}, pickup_s=pickup_s
        )
        try:
            await self.importer.begin(owner, run_id, asked)
            content_type = await asyncio.to_thread(content_type_of, asked.filename, None)
            form = await self.objects.presign_upload(
                owner, original(run_id), content_type=content_type, max_bytes=MAX_UPLOAD_BYTES
            )
        except FreshetError as error:
            await self.jobs.give_up(call, run_id, error)
            raise
        return {"run_id": run_id, "upload": form}

    async def work(self, owner: str, run_id: str, *, budget_s: float, last: bool = False) -> None:
        """Reads on in the file; if the time is over before its end, another message goes on.

        Raises the passing trouble after which the message should come again, unless this is its `last`
        delivery.
        """
        try:
            found = await self._read(owner, run_id, budget_s, last=last)
        except NotFound:  # nobody began it, or it is too old to be kept
            await self.objects.delete(owner, original(run_id))
            return
        if found and not found.ended:
            await self.queue.send(owner, import_message(run_id))
        elif found:
            await self._end(owner, run_id, found)

    async def _read(self, owner: str, run_id: str, budget_s: float, *, last: bool) -> Import | None:
        """How far the upload is, by now."""
        try:
            if await self.jobs.beat(owner, run_id):
                raise Stopped("The upload was stopped. What was read until then is kept.")
            async with self.jobs.working(owner, run_id):
                until = time.monotonic() + budget_s - _CLOSING_S
                return await self.importer.work(owner, run_id, until=until)
        except Stopped as stopped:
            found = await self.importer.fail(owner, run_id, stopped)
            await self.objects.delete(owner, original(run_id))
            return found
        except NotFound:
            raise
        except Exception as error:
            if not last:
                raise
            log_failure("an upload failed", error, run_id=run_id)
            known = error if isinstance(error, FreshetError) else FreshetError("It failed on our side.")
            return await self.importer.fail(owner, run_id, known)

    async def _end(self, owner: str, run_id: str, found: Import) -> None:
        error = restored(found.error) if found.error else None
        stopped = isinstance(error, Stopped)
        final = found.model_dump(mode="json")
        await self.jobs.end(owner, run_id, final, error=error, stopped=stopped, metrics=summed([]))


def import_message(run_id: str) -> dict[str, str]:
    """The message that has an upload read on."""
    return {"run_id": run_id, "step": "import"}
