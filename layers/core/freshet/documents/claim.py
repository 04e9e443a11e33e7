"""Claims: who may parse a document now. Every queue message goes through here first.

A claim is one conditional write: a generation one higher, the request that it answers, and a lease. Later
writes hold on to the generation, so a deleted document, a newer parse or a lapsed lease stops the work.
`attempts` counts claims that were neither finished nor given back: workers that died.
"""

import time
from dataclasses import dataclass
from typing import Any

from freshet.documents.record import ATTEMPTS, INTERRUPTED, now
from freshet.stores.aws import ConditionFailed
from freshet.stores.batches import Busy
from freshet.stores.table import Table

LEASE_S = 180  # above the longest silence of a living worker: the child's own limit and one batch of vectors
_RACES = 5  # as many others may be quicker before this message waits its turn


class Gone(Exception):
    """There is no such document any more."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a queue message asks for; `receipts` counts its deliveries, this one included.

    `request` names the S3 event or the call: `s3:<etag>:<sequencer>` or `api:<id>`.
    """

    owner: str
    document_id: str
    request: str
    receipts: int = 1


async def claim(table: Table, work: Work) -> dict[str, Any] | None:
    """The claimed record; None if there is nothing (more) to do. Raises Busy or Gone."""
    for _ in range(_RACES):
        item = await table.get(work.owner, work.document_id)
        if item is None:
            raise Gone
        if _settled(item, work):
            return None
        left = item["lease_until"] - int(time.time())
        if left >= 0:
            raise Busy(left + 1)
        try:
            return await _take(table, work, item)
        except ConditionFailed:
            continue
    raise Busy(1)


def lease() -> int:
    """Until when a worker that shows itself now is trusted, in seconds since 1970."""
    return int(time.time()) + LEASE_S


def _settled(item: dict[str, Any], work: Work) -> bool:
    """Done already, or a call to parse again that a later one has replaced."""
    same = item.get("request") == work.request
    return (same and item["status"] == "ready") or (not same and work.request.startswith("api:"))


async def _take(table: Table, work: Work, item: dict[str, Any]) -> dict[str, Any] | None:
    attempts = item["attempts"] + 1 if item.get("request") == work.request else 1
    died = attempts > ATTEMPTS
    taken = {"status": "parsing", "lease_until": lease(), "attempts": attempts, "error": None}
    ended = {"status": "failed", "lease_until": 0, "attempts": 0, "error": INTERRUPTED}
    claimed = await table.update(
        work.owner,
        work.document_id,
        {
            "request": work.request,
            "pages_done": 0,
            "pages_total": None,
            "expires_at": None,
            "updated_at": now(),
            **(ended if died else taken),
        },
        add={"generation": 1},
        when="attribute_exists(#id) AND #generation = :seen AND #lease_until = :lease",
        seen=item["generation"],
        lease=item["lease_until"],
    )
    return None if died else claimed
