"""The record of a run: what a client sees of it, and what keeps it honest.

    queued → running → done | failed | stopped

Only the process that makes the run writes its state; each write renews the heartbeat. So a run whose process
died needs nobody to say so: one whose heartbeat lapsed reads as `failed` (`interrupted`). A job's heart may
be silent for longer, while a queue brings its work again: `lapse_s` on its item says for how long.
"""

import time
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from freshet.errors import Interrupted
from freshet.runs.frame import Frame

Status = Literal["queued", "running", "done", "failed", "stopped"]

KEPT_S = 24 * 3600
LAPSE_S = 10.0  # twenty heartbeats: a table that is slow for five seconds interrupts nothing
PICKUP_S = 60.0  # until a run that was handed to another function is begun there: a cold start takes ten
INTERRUPTED = "The process that made this answer is gone. What it had written is kept; retry starts it again."
NOT_BEGUN = "The function that should have made this answer did not begin it."


class Usage(BaseModel):
    """Tokens of all of a run's model calls."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Record(BaseModel):
    """A run as its owner sees it; times are ISO 8601 in UTC."""

    id: str
    capability: str
    status: Status
    created_at: str
    ended_at: str | None = None
    last_seq: int = Field(-1, description="number of the newest event that is kept")
    usage: Usage | None = Field(None, description="once it has ended")
    metrics: dict[str, Any] | None = None
    error: dict[str, Any] | None = Field(None, description="why it failed: a problem")
    retry_of: str | None = Field(None, description="the run that this one repeats")
    origin: str | None = Field(None, description="of retries, the run that was asked for first")
    retried_by: str | None = Field(None, description="the run that repeats this one")
    final_response: dict[str, Any] | None = Field(
        None, description="the result; of an unfinished run what was written (not in lists)"
    )

    @property
    def ended(self) -> bool:
        return self.status not in {"queued", "running"}

    @property
    def interrupted(self) -> bool:
        """Whether it ended without an end of its own."""
        return self.error is not None and self.error["code"] == Interrupted.code


def view(item: dict[str, Any]) -> Record:
    """A record as a client sees it."""
    if item["status"] in {"queued", "running"} and (said := _lapsed(item)):
        error = Interrupted(said, run_id=item["id"]).problem()
        ended_at = iso(item.get("heartbeat", item["queued_at"]))
        item = {**item, "status": "failed", "error": error, "ended_at": ended_at}
    if metrics := item.get("metrics"):
        item = {**item, "usage": usage(metrics)}
    return Record.model_validate(item)


def usage(metrics: dict[str, Any]) -> dict[str, int]:
    """The tokens among a run's metrics, and their sum."""
    prompt, completion = metrics["prompt_tokens"], metrics["completion_tokens"]
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


class Measured(BaseModel):
    """What a run used: part of its answer, where that is not streamed."""

    usage: Usage
    metrics: dict[str, Any]
    run_id: str


def measured(ended: dict[str, Any]) -> dict[str, Any]:
    """The members of `Measured`, of a run that has ended."""
    metrics = ended["metrics"]
    return {"usage": usage(metrics), "metrics": metrics, "run_id": ended["run_id"]}


def _lapsed(item: dict[str, Any]) -> str:
    """What there is to say of a run that nobody makes any more; nothing of one that goes on."""
    now = time.time()
    if "heartbeat" in item:
        return INTERRUPTED if now - item["heartbeat"] > item.get("lapse_s", LAPSE_S) else ""
    return NOT_BEGUN if now - item["queued_at"] > item.get("lapse_s", PICKUP_S) else ""


def expired(item: dict[str, Any]) -> bool:
    """DynamoDB deletes what has expired within days, not at once."""
    return bool(item["expires_at"] < time.time())


def outcome(last: Frame) -> dict[str, Any]:
    """What a run's last frame says of its end, for the record."""
    data = last.data
    status = "failed" if "problem" in data else data.get("status", "done")
    return {
        "status": status,
        "last_seq": last.seq,
        "metrics": data.get("metrics"),
        "error": data.get("problem"),
    }


def new_item(run_id: str, capability: str, **more: Any) -> dict[str, Any]:
    """A record that nobody has begun yet."""
    now = time.time()
    return {
        "id": run_id,
        "capability": capability,
        "status": "queued",
        "created_at": iso(now),
        "queued_at": now,
        "last_seq": -1,
        "expires_at": int(now) + KEPT_S,
        **more,
    }


def iso(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
