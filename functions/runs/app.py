"""runs: every run of the caller's: found, followed, stopped, started again. Streams."""

from typing import Annotated

from fastapi import Header, Query, Response
from pydantic import BaseModel, Field

from freshet import wiring
from freshet.lambda_runtime import streaming
from freshet.runs.record import Record
from freshet.sse import EVENTS, EventStream, resumed_after
from freshet.web import Owner, TimeLeft, create_app

app = create_app("runs")


class RunPage(BaseModel):
    items: list[Record]
    next_cursor: str | None = Field(description="null at the end")


@app.get("/api/v1/runs", summary="List runs, newest first")
async def list_runs(
    owner: Owner,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> RunPage:
    items, next_cursor = await wiring.runs().page(owner, limit, cursor)
    return RunPage(items=items, next_cursor=next_cursor)


@app.get("/api/v1/runs/{run_id}", summary="Get a run, with its result")
async def get_run(run_id: str, owner: Owner) -> Record:
    return await wiring.runs().get(owner, run_id)


@app.get("/api/v1/runs/{run_id}/stream", summary="Follow a run", response_class=Response, responses=EVENTS)
async def follow_run(
    run_id: str,
    owner: Owner,
    left_s: TimeLeft,
    last_event_id: Annotated[str | None, Header(description="the newest event that was received")] = None,
    after: Annotated[str | None, Query(description="the same, where no header can be sent")] = None,
) -> Response:
    """Every event after the given one (without one: from the start), once and in order, and those to come."""
    seq = resumed_after(last_event_id or after, run_id)
    feed = await wiring.runs().follow(owner, run_id, after=seq, timeout_s=left_s)
    return EventStream(feed, feed.frames())


@app.post("/api/v1/runs/{run_id}/stop", summary="Stop a run")
async def stop_run(run_id: str, owner: Owner) -> Record:
    """What was written stays. A run that has ended stays as it is."""
    return await wiring.runs().stop(owner, run_id)


@app.post("/api/v1/runs/{run_id}/retry", summary="Start a run again", status_code=202)
async def retry_run(run_id: str, owner: Owner) -> Record:
    """A new run of the same request; follow it by its id. Asked again, the same new run."""
    return await wiring.runs().retry(owner, run_id)


handler = streaming(app)
