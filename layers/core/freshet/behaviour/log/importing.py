"""Importing: an uploaded file into the logs, stretch by stretch, over as many calls as it takes.

A file is always cut into the same stretches. Each is added to the logs under its number, and then counted
under that number, so whoever is cut off, or works beside another, counts every row once.

What belongs here: reading the file and when to stop. What does not: how rows are read (`intake`), how they
are kept (`log`), who calls (`jobs`).
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from freshet.behaviour.intake.entries import check
from freshet.behaviour.intake.intake import stretches
from freshet.behaviour.intake.outcome import Stretch
from freshet.behaviour.log.imports import Checkpoint, Import, Imports, State
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Upload
from freshet.errors import FreshetError, NotFound, TooLarge
from freshet.stores.objects import Objects
from freshet.stores.table import Table

__all__ = ["MAX_UPLOAD_BYTES", "Import", "Importer", "State", "original"]

MAX_UPLOAD_BYTES = 200 * 1024 * 1024  # some two million rows; on a function's disk there is room for it
_STRETCH = 20_000  # rows that are in memory at a time, and that are read again if they were not counted


def original(run_id: str) -> str:
    """The name of an upload's file, in the area `logs`."""
    return f"{run_id}/original"


class Importer:
    """The uploads of all owners; `objects` is the area where their files are."""

    def __init__(self, table: Table, objects: Objects, log: Log) -> None:
        self._imports = Imports(table)
        self._objects = objects
        self._log = log

    async def begin(self, owner: str, run_id: str, asked: Upload) -> Import:
        """An upload that waits for its file; safe to repeat. Raises TooLarge; Invalid as `check`."""
        if asked.size and asked.size > MAX_UPLOAD_BYTES:
            raise TooLarge(f"The file has {asked.size} bytes; the limit is {MAX_UPLOAD_BYTES}.")
        await asyncio.to_thread(check, asked)
        return (await self._imports.begin(owner, run_id, asked)).shown

    async def get(self, owner: str, run_id: str) -> Import:
        """The upload as it is. Raises NotFound."""
        return (await self._imports.get(owner, run_id)).shown

    async def fail(self, owner: str, run_id: str, error: FreshetError) -> Import:
        """Ends it; what is in the logs stays there. Of one that is over, what is there. Raises NotFound."""
        return (await self._imports.end(owner, run_id, error)).shown

    async def work(self, owner: str, run_id: str, *, until: float) -> Import:
        """Reads on in the file until all of it is read, or time is up, and says how far it came.

        `until` is on the clock of `time.monotonic`; one stretch is read in any case. What is neither done nor
        failed wants to be called again. A file that can't be read fails, and is kept for its owner to ask
        about; one that is done is removed. Raises NotFound for an upload that was never begun, and the
        passing trouble (Unavailable) after which it should be called again.
        """
        found = await self._imports.start(owner, run_id)
        if not found.shown.ended:
            found = await self._import(owner, found, until)
        if found.shown.state == "done":
            await self._objects.delete(owner, original(run_id))
        return found.shown

    async def _import(self, owner: str, found: Checkpoint, until: float) -> Checkpoint:
        run_id = found.shown.run_id
        folder = await asyncio.to_thread(tempfile.mkdtemp)
        try:
            path = Path(folder) / "original"
            await self._objects.download(owner, original(run_id), path)
            return await self._read(owner, found, path, until)
        except NotFound:  # or somebody else has just read it to its end
            return await self._imports.end(owner, run_id, NotFound("The uploaded file is gone."))
        except FreshetError as error:
            if error.status >= 500:
                raise
            return await self._imports.end(owner, run_id, error)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _read(self, owner: str, found: Checkpoint, path: Path, until: float) -> Checkpoint:
        run_id, slowest = found.shown.run_id, 0.0
        async with aclosing(_stretches(path, found)) as parts:
            begun = time.monotonic()
            async for stretch in parts:
                if stretch.number > found.stretch:
                    origin = f"{run_id}:{stretch.number}"
                    added = await self._log.append(owner, stretch.rows, origin=origin)
                    found = await self._imports.advance(owner, found, stretch, added.values())
                now = time.monotonic()
                slowest = max(slowest, now - begun)
                if found.shown.ended or now + slowest > until:
                    return found
                begun = now
        return await self._imports.end(owner, run_id)


async def _stretches(path: Path, found: Checkpoint) -> AsyncGenerator[Stretch, None]:
    """The stretches that are not in the logs yet, read in a thread."""
    asked = found.asked
    parts = stretches(path, "", asked.filename, asked, size=_STRETCH, after=found.stretch)
    while (stretch := await asyncio.to_thread(next, parts, None)) is not None:
        yield stretch
