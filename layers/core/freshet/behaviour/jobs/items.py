"""The items of an extraction job: the job's own, and a marker for each user.

    job     planning → sending → working → done | failed | stopped
    marker  waiting → done | failed | gone

A job's item lies beside the owner's others; its markers have a partition of their own.
"""

from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from typing import Any

from freshet.behaviour.requests import Extract
from freshet.concurrency import together
from freshet.runs.record import KEPT_S
from freshet.stores.aws import ConditionFailed
from freshet.stores.table import Item, Page, Table

PLANNING, SENDING, WORKING = "planning", "sending", "working"
ENDED = frozenset({"done", "failed", "stopped"})

WAITING = "waiting"
SETTLED = frozenset({"done", "failed", "gone"})

JOB_KEPT_S = 30 * 24 * 3600  # what came of it: longer than its run
MARKERS_KEPT_S = 2 * KEPT_S  # they name users: not longer than they are of use
PAGE = 500  # markers
_AT_ONCE = 50  # writes
_JOB, _USER = "job#", "user#"
_FREE: Item = {"lease_until": 0, "holder": "", "attempts": 0}  # as `claim` needs it


def job_id(run_id: str) -> str:
    """Where the job of a run lies, among its owner's items."""
    return _JOB + run_id


def marker_id(user_id: str) -> str:
    """Where a user's marker lies, among its job's."""
    return _USER + user_id


def markers_of(owner: str, run_id: str) -> str:
    """The partition of a job's markers; no owner's name has a slash."""
    return f"{owner}/jobs/{run_id}"


def new_job(run_id: str, asked: Extract, now: float) -> Item:
    """A job that nobody has begun."""
    return {
        "id": job_id(run_id),
        "run_id": run_id,
        "state": PLANNING,
        "asked": asked.model_dump(mode="json"),
        "created": now,
        "expires_at": int(now) + JOB_KEPT_S,
        "users_total": 0,
        "finished": 0,
        **_FREE,
    }


async def newest_job(table: Table, owner: str) -> Item | None:
    """The owner's newest job."""
    page = await table.page(owner, limit=1, prefix=_JOB, consistent=True)
    return page.items[0] if page.items else None


async def add_markers(table: Table, owner: str, job: Item, user_ids: Iterable[str]) -> None:
    """Writes those that are not there."""
    place = markers_of(owner, job["run_id"])
    expires_at = int(job["created"]) + MARKERS_KEPT_S
    new = [
        {"id": marker_id(user_id), "user_id": user_id, "state": WAITING, "expires_at": expires_at, **_FREE}
        for user_id in user_ids
    ]
    for at in range(0, len(new), _AT_ONCE):
        await together(*(_add(table, place, item) for item in new[at : at + _AT_ONCE]))


async def marker_pages(
    table: Table, owner: str, run_id: str, cursor: str | None
) -> AsyncGenerator[Page, None]:
    """The job's markers after a cursor, in the order of their ids, read consistently."""
    while True:
        page = await table.page(
            markers_of(owner, run_id),
            limit=PAGE,
            cursor=cursor,
            newest_first=False,
            consistent=True,
            prefix=_USER,
        )
        yield page
        cursor = page.cursor
        if cursor is None:
            return


async def _add(table: Table, place: str, item: dict[str, Any]) -> None:
    with suppress(ConditionFailed):
        await table.put(place, item)
