"""Where runs are kept: records by owner, their requests beside their journals, and who holds which key.

Each method is one step that a condition guards; what a run's life is made of is in `recorder`, `follow` and
`service`.
"""

import hashlib
import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from freshet.errors import Conflict
from freshet.ids import new_id
from freshet.runs.journal import MAX_INLINE_BYTES, partition
from freshet.runs.record import KEPT_S, PICKUP_S, Record, expired, iso, view
from freshet.runs.request import Request
from freshet.stores.aws import ConditionFailed
from freshet.stores.objects import Objects
from freshet.stores.table import Item, Page, Table

_GOES_ON = "attribute_exists(#id) AND attribute_not_exists(#ended_at)"


class Records:
    """The Runs table but for the journals in it."""

    def __init__(self, table: Table, objects: Objects) -> None:
        self._table = table
        self._objects = objects

    async def create(self, owner: str, item: Item) -> None:
        """Writes a new record, unless it stands already."""
        with suppress(ConditionFailed):
            await self._table.put(owner, item)

    async def keep_request(self, owner: str, item: Item, request: Request) -> None:
        """Writes what was asked beside the journal of the run whose record is `item`; safe to repeat."""
        kept = asdict(request) | {"id": "request", "expires_at": item["expires_at"]}
        if len(request.body) > MAX_INLINE_BYTES:
            kept["body"] = None
            await self._objects.put(
                owner, f"{item['id']}/request", request.body, content_type="application/octet-stream"
            )
        await self._table.write(partition(owner, item["id"]), kept)

    async def request(self, owner: str, run_id: str) -> Request | None:
        """What was asked; None if it is not kept."""
        found = await self._table.get(partition(owner, run_id), "request")
        if not found:
            return None
        members = {name: found[name] for name in Request.__dataclass_fields__}
        if members["body"] is None:
            members["body"] = await self._objects.get(owner, f"{run_id}/request")
        return Request(**members)

    async def find(self, owner: str, run_id: str) -> Record | None:
        """The run as it stands, read consistently; None if there is none (any more)."""
        item = await self._table.get(owner, run_id)
        return view(item) if item and not expired(item) else None

    async def page(self, owner: str, limit: int, cursor: str | None) -> Page:
        """The owner's records, newest first."""
        return await self._table.page(
            owner, limit=limit, cursor=cursor, matching="#expires_at >= :now", now=int(time.time())
        )

    async def beat(self, owner: str, run_id: str, *, started: bool, last_seq: int) -> bool:
        """Renews the heartbeat; says whether somebody wants the run to stop.

        Raises ConditionFailed if the run has ended or is not there, or if this one was overtaken: what was
        given up as lost may land late, and must not make the heart look stopped.
        """
        now = time.time()
        changes = {"heartbeat": now, "last_seq": last_seq, "status": "running" if started else "queued"}
        when = f"{_GOES_ON} AND #heartbeat <= :now"
        item = await self._table.update(owner, run_id, changes, when=when, now=now)
        return bool(item.get("stop"))

    async def beat_job(self, owner: str, run_id: str, lapse_s: float, **changes: Any) -> bool:
        """A sign of life of a job, which may be silent for `lapse_s` from now; whether it is to stop.

        Many may work on it: whose sign comes late does no harm. Raises ConditionFailed as `beat`.
        """
        changes = {"heartbeat": time.time(), "lapse_s": lapse_s, **changes}
        item = await self._table.update(owner, run_id, changes, when=_GOES_ON)
        return bool(item.get("stop"))

    async def begin(self, owner: str, run_id: str) -> bool:
        """Whether a run that was handed over is now the caller's to make: for one only, and for none once
        somebody wants it to stop or was told that nobody began it.
        """
        now = time.time()
        changes = {"heartbeat": now, "maker": new_id()}
        waits = "attribute_not_exists(#heartbeat) AND attribute_not_exists(#stop) AND #queued_at > :oldest"
        try:
            when = f"{_GOES_ON} AND {waits}"
            await self._table.update(owner, run_id, changes, when=when, oldest=now - PICKUP_S)
        except ConditionFailed as refused:  # by itself, if the answer to a first attempt was lost
            return bool(refused.item and refused.item.get("maker") == changes["maker"])
        return True

    async def end(self, owner: str, run_id: str, **members: Any) -> None:
        """Writes how the run ended: `status`, `last_seq`, `metrics`, `error`. Safe to repeat."""
        now = time.time()
        changes = {"heartbeat": now, "ended_at": iso(now), **members}
        await self._table.update(owner, run_id, changes, when="attribute_exists(#id)")

    async def end_once(self, owner: str, run_id: str, *, status: str, **members: Any) -> None:
        """As `end`, of what may be ended by several: the first one says how. Safe to repeat.

        Raises ConditionFailed, with what stands there, if it has ended otherwise or is not there.
        """
        now = time.time()
        changes = {"heartbeat": now, "ended_at": iso(now), "status": status, **members}
        same = "attribute_exists(#id) AND (attribute_not_exists(#ended_at) OR #status = :status_new)"
        await self._table.update(owner, run_id, changes, when=same)

    async def want_stop(self, owner: str, run_id: str) -> None:
        """Leaves word for the process that makes the run. Quiet if the run has ended or is not there."""
        try:
            item = await self._table.update(owner, run_id, {"stop": True}, when=_GOES_ON)
        except ConditionFailed:
            return
        # Nobody makes it yet, and nobody will; or it is a job: whoever works on it hears that it is over.
        if "heartbeat" not in item or "lapse_s" in item:
            with suppress(ConditionFailed):  # it has just ended
                await self.end_once(owner, run_id, status="stopped")

    async def mark_retried(self, owner: str, run_id: str, by: str) -> str:
        """Notes that run `by` repeats this one; the run that does if another one was noted before.

        Should this one only be cut off, it is not to go on beside its retry.
        """
        when = "attribute_exists(#id) AND attribute_not_exists(#retried_by)"
        try:
            await self._table.update(owner, run_id, {"retried_by": by, "stop": True}, when=when)
        except ConditionFailed as refused:
            return str(refused.item["retried_by"]) if refused.item else by
        return by

    async def delete(self, owner: str, run_id: str) -> None:
        await self._table.delete(owner, run_id)

    async def holder(self, owner: str, key: str, digest: str) -> str:
        """The run that holds the key, empty if none does. Raises Conflict."""
        found = await self._table.get(*_claim(owner, key))
        if not found or expired(found):
            return ""
        _require_same(found, digest)
        return str(found["run_id"])

    async def claim(self, owner: str, key: str, digest: str, run_id: str, *, instead_of: str = "") -> str:
        """The run that holds the key from now on: `run_id`, if the key is free or held by `instead_of`.

        Raises Conflict if the key was used for another request.
        """
        now = int(time.time())
        changes = {"run_id": run_id, "digest": digest, "expires_at": now + KEPT_S}
        free = "attribute_not_exists(#id) OR #expires_at <= :now OR #run_id = :instead_of"
        try:
            await self._table.update(*_claim(owner, key), changes, when=free, now=now, instead_of=instead_of)
        except ConditionFailed as taken:
            holder = taken.item or {}
            _require_same(holder, digest)
            return str(holder["run_id"])
        return run_id

    async def release(self, owner: str, key: str, run_id: str) -> None:
        """Frees the key, if the run holds it."""
        with suppress(ConditionFailed):
            await self._table.update(
                *_claim(owner, key), {"expires_at": 0}, when="#run_id = :run_id", run_id=run_id
            )


def _require_same(claim: Item, digest: str) -> None:
    if claim["digest"] != digest:
        raise Conflict("This Idempotency-Key was used for another request.")


def _claim(owner: str, key: str) -> tuple[str, str]:
    return f"{owner}/keys", hashlib.sha256(key.encode()).hexdigest()
