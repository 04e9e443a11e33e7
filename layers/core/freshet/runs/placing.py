"""Placing a call: which run answers it, a new one or one that the caller started before.

What does not belong here: what becomes of the run then (`service`, `job`).
"""

from contextlib import suppress

from freshet.errors import Conflict, FreshetError, Unavailable
from freshet.runs.journal import Journal
from freshet.runs.records import Records
from freshet.runs.request import Call
from freshet.stores.table import Item


async def place(records: Records, journal: Journal, call: Call, item: Item) -> str:
    """The run that answers the call: `item`'s, which is the caller's to make then, or an older one.

    A record and its request stand before a key is claimed for them, so a key never stands for nothing.
    Without a key nothing is written. Raises Conflict if the key was used for another request, or if the run
    that was handed over is made by somebody else.
    """
    if call.run_id:
        if not await records.begin(call.owner, call.run_id):
            raise Conflict("This run was begun before, or is not wanted any more.")
    elif call.key:
        digest, empty = call.request.digest, ""
        if holder := await records.holder(call.owner, call.key, digest):
            if not await _is_empty(records, journal, call.owner, holder):
                return holder
            empty = holder
        await records.keep_request(call.owner, item, call.request)
        await records.create(call.owner, item)
        try:
            holder = await records.claim(call.owner, call.key, digest, item["id"], instead_of=empty)
        except FreshetError:  # not where it is cancelled: then nobody waits any longer
            await _forget(records, call.owner, item["id"])
            raise
        if holder != item["id"]:
            await _forget(records, call.owner, item["id"])
        return holder
    return str(item["id"])


async def _forget(records: Records, owner: str, run_id: str) -> None:
    """Deletes a record that nobody will begin; if even that fails, it will read as one that nobody began."""
    with suppress(Unavailable):
        await records.delete(owner, run_id)


async def _is_empty(records: Records, journal: Journal, owner: str, run_id: str) -> bool:
    """Whether the run died before its first event: it showed nothing that could be shown again."""
    record = await records.find(owner, run_id)
    if not record:
        return True
    return record.interrupted and not await journal.read(owner, run_id, -1)
