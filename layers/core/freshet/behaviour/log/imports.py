"""How far uploads have come: an item each, which moves on by one stretch of the file at a time.

What belongs here: the item, its conditions, and what a client sees of it. What does not: the file
(`importing`).
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from freshet.behaviour.intake.outcome import RowProblem, Stretch
from freshet.behaviour.log.heads import Added
from freshet.behaviour.requests import Upload
from freshet.errors import FreshetError, NotFound
from freshet.runs.record import iso
from freshet.stores.aws import ConditionFailed
from freshet.stores.table import Item, Table

State = Literal["waiting", "running", "done", "failed"]

MAX_PROBLEMS = 100  # that are listed; all are counted
_KEPT_S = 31 * 86_400  # after its beginning
_UNDER_WAY = "(#state = :waiting OR #state = :running)"
_STATES: Item = {"waiting": "waiting", "running": "running"}
_PROBLEMS = TypeAdapter(list[RowProblem])


class Import(BaseModel):
    """An upload as a client sees it: `waiting` for its file, `running`, then `done` or `failed`."""

    run_id: str
    state: State
    filename: str
    percent: float = Field(ge=0, le=100, description="of the file's bytes that were read")
    rows: int = Field(description="that were read, good ones and bad ones")
    kept: int = Field(description="that are new in the log")
    duplicates: int = Field(description="that were in the log before, or twice in the file")
    bad: int = Field(description="that could not be read")
    problems: list[RowProblem] = Field(description="what was wrong with the first 100 of them")
    error: dict[str, Any] | None = Field(description="why it failed: an RFC 9457 problem")
    created_at: str = Field(description="ISO 8601, in UTC")
    updated_at: str

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An upload, what was asked for, and the last stretch of its file that was counted: from 1 on."""

    shown: Import
    asked: Upload
    stretch: int


class Imports:
    """The uploads of all owners. One that is not there is NotFound."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def begin(self, owner: str, run_id: str, asked: Upload) -> Checkpoint:
        """Keeps an upload that waits for its file; of one that was begun before, what is there."""
        now = time.time()
        item = {
            "id": _id(run_id),
            "state": "waiting",
            "asked": asked.model_dump_json(),
            "stretch": 0,
            "percent": 0,
            **dict.fromkeys(("kept", "duplicates", "bad"), 0),
            "problems": "[]",
            "error": None,
            "created_at": iso(now),
            "updated_at": iso(now),
            "expires_at": int(now) + _KEPT_S,
        }
        try:
            await self._table.put(owner, item)
        except ConditionFailed:
            return await self.get(owner, run_id)
        return _checkpoint(item)

    async def get(self, owner: str, run_id: str) -> Checkpoint:
        """The upload as it is."""
        item = await self._table.get(owner, _id(run_id))
        if item is None:
            raise NotFound(f"There is no upload {run_id}.")
        return _checkpoint(item)

    async def start(self, owner: str, run_id: str) -> Checkpoint:
        """The upload, whose file is there; as it is if it is over."""
        return await self._change(owner, run_id, {"state": "running"})

    async def advance(
        self, owner: str, before: Checkpoint, stretch: Stretch, added: Iterable[Added]
    ) -> Checkpoint:
        """Counts a stretch. If somebody else counted it first, or it is over, what is there."""
        known, told = before.shown, list(added)
        problems = [*known.problems, *stretch.problems][:MAX_PROBLEMS]
        changes = {
            "stretch": stretch.number,
            "percent": round(100 * stretch.position / (stretch.total or 1), 1),
            "kept": known.kept + sum(one.kept for one in told),
            "duplicates": known.duplicates + sum(one.duplicates for one in told),
            "bad": known.bad + stretch.bad,
            "problems": _PROBLEMS.dump_json(problems).decode(),
        }
        return await self._change(
            owner, known.run_id, changes, when=" AND #stretch = :seen", seen=before.stretch
        )

    async def end(self, owner: str, run_id: str, error: FreshetError | None = None) -> Checkpoint:
        """Done, or failed; if it was over before, what is there."""
        failed = error and {"state": "failed", "error": error.problem()}
        return await self._change(owner, run_id, failed or {"state": "done", "percent": 100})

    async def _change(
        self, owner: str, run_id: str, changes: Item, *, when: str = "", **values: Any
    ) -> Checkpoint:
        try:
            item = await self._table.update(
                owner,
                _id(run_id),
                {**changes, "updated_at": iso(time.time())},
                when=_UNDER_WAY + when,
                **values,
                **_STATES,
            )
        except ConditionFailed:
            return await self.get(owner, run_id)
        return _checkpoint(item)


def _id(run_id: str) -> str:
    return f"import#{run_id}"


def _checkpoint(item: Item) -> Checkpoint:
    asked = Upload.model_validate_json(item["asked"])
    counted = {name: item[name] for name in ("kept", "duplicates", "bad")}
    shown = Import(
        run_id=item["id"].removeprefix("import#"),
        filename=asked.filename,
        rows=sum(counted.values()),
        problems=_PROBLEMS.validate_json(item["problems"]),
        **counted,
        **{name: item.get(name) for name in ("state", "percent", "error", "created_at", "updated_at")},
    )
    return Checkpoint(shown, asked, item["stretch"])
