"""The tally: how far an extraction job is, counted from its users' markers.

Whatever was killed or came twice, a user has one marker, and it is settled once: so the count is exact.
"""

from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from freshet.behaviour.jobs.items import SETTLED, WORKING, marker_pages
from freshet.behaviour.jobs.spending import summed
from freshet.stores.table import Item, Table

_PROBLEMS = 20  # that are listed; all are counted


@dataclass(slots=True)
class Tally:
    """Users, and what was found of those that are done. `problems` are of those that failed."""

    total: int = 0
    done: int = 0
    failed: int = 0
    partial: int = 0
    events: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)
    spent: list[dict[str, Any]] = field(default_factory=list)

    def add(self, markers: Iterable[Item]) -> None:
        """Counts some more."""
        for marker in markers:
            self.total += 1
            self.spent.append(marker.get("spent", {}))
            if marker["state"] in SETTLED:
                self._add_settled(marker)

    def complete(self, job: Item) -> bool:
        """Whether nothing is left to do for the job."""
        return bool(job["state"] == WORKING and self.done == self.total)

    @property
    def metrics(self) -> dict[str, Any]:
        """What all of it used."""
        return summed(self.spent)

    def _add_settled(self, marker: Item) -> None:
        self.done += 1
        self.events += marker.get("events", 0)
        self.partial += marker.get("partial", False)
        if marker["state"] == "failed":
            self.failed += 1
            if len(self.problems) < _PROBLEMS:
                error = marker["error"]
                self.problems.append({"user_id": marker["user_id"], **error})


async def tally(table: Table, owner: str, run_id: str) -> Tally:
    """Counts all of a job's markers."""
    counted = Tally()
    async with aclosing(marker_pages(table, owner, run_id, None)) as pages:
        async for page in pages:
            counted.add(page.items)
    return counted
