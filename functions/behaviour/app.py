"""behaviour: logs in; events, sequences, patterns and causal graphs out; questions about them. Streams."""

import asyncio
import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Path, Query, Request, Response, status
from pydantic import AfterValidator

import freshet.behaviour.asking.events  # these for wiring, which would import them amid the first call
import freshet.behaviour.asking.graph
import freshet.behaviour.causal.generate
import freshet.behaviour.extraction.extract
import freshet.behaviour.summary
import freshet.behaviour.tags.tagging
import freshet.chat.clients
import freshet.usage.account  # noqa: F401
from freshet import wiring
from freshet.answers import STREAMED, answered, collected, streamed
from freshet.behaviour.behaviour import MAX_USER
from freshet.behaviour.causal.graph import CausalGraph
from freshet.behaviour.causal.kept import GraphPage
from freshet.behaviour.deleting import delete_log
from freshet.behaviour.formats import exported_causal_graph, exported_event_graph, exported_events
from freshet.behaviour.graph.follows import EventGraph, directly_follows
from freshet.behaviour.graph.patterns import Patterns, frequent_patterns
from freshet.behaviour.graph.views import KeptView, viewed
from freshet.behaviour.jobs.feed import ProgressFeed, taken_up
from freshet.behaviour.jobs.progress import Progress
from freshet.behaviour.log.importing import Import
from freshet.behaviour.receiving import Received, receive
from freshet.behaviour.requests import (
    AskEvents,
    AskGraph,
    Causal,
    EventFormat,
    EventListing,
    Extract,
    GraphExport,
    GraphFormat,
    GraphScope,
    Listing,
    PatternScope,
    ReadingQuery,
    SummariseLog,
    Tag,
    Upload,
    UserId,
    View,
    user_said,
)
from freshet.behaviour.responses import (
    Behaviors,
    EventAnswer,
    Events,
    Extracted,
    ExtractedEvents,
    ExtractionStarted,
    GraphAnswer,
    LogSummary,
    MadeGraph,
    NewUpload,
    Tagged,
    Users,
    ViewedGraph,
    WrittenView,
)
from freshet.behaviour.sequences.listing import SequencePage
from freshet.body import MULTIPART, file_of, media_type
from freshet.download import Download
from freshet.lambda_runtime import streaming
from freshet.runs.record import measured
from freshet.sse import EventStream, resumed_after
from freshet.web import Owner, RunCall, TimeLeft, create_app

app = create_app("behaviour")

FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {"schema": {"type": "object", "description": "with `format=json`"}},
            "*/*": {"schema": {"type": "string", "format": "binary"}},
        }
    }
}
_ROW = {"type": "object", "additionalProperties": True}
_JSON = '{"user_id": "u1", "time": "2026-03-02T08:00:00+08:00", "action": "open", "object": "微信"}'
_CSV = "user_id,time,action,object,kind\nu1,2026-03-02T08:00:00+08:00,open,微信,app\n"
LOG = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "array", "items": _ROW}, "example": [json.loads(_JSON)]},
            "application/x-ndjson": {"schema": {"type": "string"}, "example": f"{_JSON}\n"},
            "text/csv": {"schema": {"type": "string"}, "example": _CSV},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
        },
    }
}
User = Annotated[
    str,
    Path(min_length=1, max_length=MAX_USER, description="as the log names them, percent-encoded"),
    AfterValidator(user_said),
]
Stream = Annotated[bool, Query(description="true: as events")]
Limit = Annotated[int, Query(ge=1, le=100)]
GraphId = Annotated[
    str | None, Query(min_length=1, max_length=64, description="which graph; without it, the newest one")
]
OfUser = Annotated[UserId | None, Query(description="the newest one of this user's")]
AfterPage = "`next_cursor` of the page before"


@app.post(
    "/api/v1/behaviors",
    status_code=status.HTTP_201_CREATED,
    summary="Put behaviour logs in",
    openapi_extra=LOG,
)
async def upload_behaviors(
    request: Request, owner: Owner, reading: Annotated[ReadingQuery, Query()]
) -> Received:
    """JSON, NDJSON or CSV (TSV, or with semicolons), as the body or as the part `file` of a form.

    A row needs a time, and an action or an object; columns are known by their usual names in English and
    Chinese. What else a row has becomes its `properties`. Bad rows are named and the good ones kept; 422 if
    none is good. 413 if there are more than 4 MB, 100,000 rows or 5,000 users: such logs are uploaded.
    """
    if media_type(request) == MULTIPART:
        file = await file_of(request)
        data, content_type, filename = file.data, file.content_type or "", file.filename
    else:
        data, content_type, filename = await request.body(), media_type(request), ""
    log = wiring.behaviour_log()
    return await receive(log, owner, data, reading.reading(), content_type=content_type, filename=filename)


@app.get("/api/v1/behaviors", summary="List a user's behaviours, oldest first")
async def list_behaviors(owner: Owner, wanted: Annotated[Listing, Query()]) -> Behaviors:
    """404 if there is no log of this user."""
    rows, following = await wiring.behaviour_log().page(owner, wanted)
    return Behaviors(items=[row.shown() for row in rows], next_cursor=following)


@app.get("/api/v1/behaviors/users", summary="List the users whose logs are kept")
async def list_users(
    owner: Owner,
    limit: Limit = 20,
    cursor: Annotated[str | None, Query(min_length=1, max_length=MAX_USER, description=AfterPage)] = None,
) -> Users:
    items, following = await wiring.behaviour_log().users(owner, limit, cursor)
    return Users(items=items, next_cursor=following)


@app.delete(
    "/api/v1/behaviors/{user_id:path}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Delete a user's log with all that was found in it",
)
async def delete_user(user_id: User, owner: Owner) -> None:
    """Its events go, too, and this user's views and causal graphs; those of all users stay. 404 if none."""
    log, graphs, views = wiring.behaviour_log(), wiring.causal_graphs(), wiring.views()
    await delete_log(log, graphs, views, owner, user_id)


@app.post(
    "/api/v1/behaviors/uploads",
    status_code=status.HTTP_201_CREATED,
    summary="Start an upload of a large log",
)
async def new_upload(body: Upload, call: RunCall) -> NewUpload:
    """For files of up to 200 MB, in the formats that POST /api/v1/behaviors takes."""
    return NewUpload(**await wiring.uploads().begin(call, body))


@app.get("/api/v1/behaviors/uploads/{run_id}", summary="How far an upload is read")
async def get_upload(run_id: str, owner: Owner) -> Import:
    """404 if there is no such upload, or it is more than a month old."""
    return await wiring.importer().get(owner, run_id)


@app.get("/api/v1/events", summary="List a user's events, oldest first")
async def list_events(owner: Owner, wanted: Annotated[EventListing, Query()]) -> Events:
    """What was found; empty if nobody has asked for an extraction. 404 if there is no log of this user."""
    await wiring.behaviour_log().head(owner, wanted.user_id)
    items, following = await wiring.behaviour_events().page(owner, wanted)
    return Events(items=items, next_cursor=following)


@app.get(
    "/api/v1/events/export", summary="Take a user's events away", response_class=Response, responses=FILE
)
async def export_events(
    owner: Owner,
    user_id: Annotated[UserId, Query()],
    format: EventFormat,  # noqa: A002  # the contract's name
) -> Response:
    """XES (IEEE 1849) is for process mining: a trace a session. 404 if there is no log of this user."""
    await wiring.behaviour_log().head(owner, user_id)
    sessions = await wiring.behaviour_events().of(owner, user_id)
    return _file(await exported_events(format, user_id, [session.events for session in sessions]))


@app.post(
    "/api/v1/events/extract/{user_id:path}",
    summary="Find the events in a user's log",
    response_model=Extracted,
    responses=STREAMED,
)
async def extract(
    user_id: User, call: RunCall, body: Extract | None = None, stream: Stream = False
) -> Extracted | EventStream:
    """Streamed, each `item` is an event, sent as soon as it is found; `done` has the rest of `data`.

    What was found before by the same language, types and model comes first and costs nothing; what was
    found otherwise is replaced. 404 if there is no log of this user, or no such model.
    """
    events = wiring.extractor().extract(call.owner, user_id, body or Extract())
    if stream:
        return await streamed(call, "events", events)
    items, ended = await collected(call, "events", events)
    items.sort(key=lambda event: datetime.fromisoformat(event["start"]))
    data = ExtractedEvents(**ended["final_response"], events=items)
    message = "Some sessions could not be read." if data.partial else f"{data.event_count} events"
    return Extracted(message=message, data=data, **measured(ended))


@app.post(
    "/api/v1/events/extract",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Find the events of all users, in the background",
)
async def extract_all(call: RunCall, body: Extract | None = None) -> ExtractionStarted:
    """POST /api/v1/runs/{run_id}/stop stops it. 404 if there is no such model."""
    asked = body or Extract()
    await wiring.writer(call.owner, asked.model_id)  # a model that is not there fails now, not user by user
    return ExtractionStarted(run_id=await wiring.extraction_job().begin(call, asked))


@app.get(
    "/api/v1/events/extract/progress",
    summary="How far the extraction of all users is",
    response_model=Progress,
    responses=STREAMED,
)
async def progress(
    owner: Owner,
    left_s: TimeLeft,
    run_id: Annotated[
        str | None, Query(min_length=1, max_length=64, description="which one; without it, the newest")
    ] = None,
    stream: Stream = False,
    last_event_id: Annotated[str, Header(alias="Last-Event-ID", max_length=64)] = "",
) -> Progress | EventStream:
    """Streamed, each `item` is the progress, sent when it changes, until the end."""
    progresses = wiring.extraction_job().progresses
    if not stream:
        return await progresses.of(owner, run_id)
    after = resumed_after(last_event_id, run_id or "")
    followed = run_id or taken_up(last_event_id)
    feed = await ProgressFeed.open(progresses, owner, followed, after=after, timeout_s=left_s)
    return await EventStream.open(feed)


@app.get("/api/v1/events/sequences", summary="Sequences of events, user by user")
async def sequences(
    owner: Owner,
    limit: Annotated[int, Query(ge=1, le=100, description="users")] = 20,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="users that are passed over")] = 0,
) -> SequencePage:
    """A sequence is the events of one session."""
    return await wiring.sequences().page(owner, limit, offset)


@app.post(
    "/api/v1/events/tags/apps",
    summary="Tag apps by name",
    response_model=Tagged,
    responses=STREAMED,
)
async def tag_apps(body: Tag, call: RunCall) -> Tagged | EventStream:
    """A name that was tagged before in this language costs nothing. Streamed, each `item` is a name."""
    return await answered(
        call, "tags", wiring.tagger().tag(call.owner, "apps", body), Tagged, stream=body.stream
    )


@app.post(
    "/api/v1/events/tags/media",
    summary="Tag media by title",
    response_model=Tagged,
    responses=STREAMED,
)
async def tag_media(body: Tag, call: RunCall) -> Tagged | EventStream:
    """A title that was tagged before in this language costs nothing. Streamed, each `item` is a title."""
    return await answered(
        call, "tags", wiring.tagger().tag(call.owner, "media", body), Tagged, stream=body.stream
    )


@app.post(
    "/api/v1/events/summary/{user_id:path}",
    summary="Summarise a user's log",
    response_model=LogSummary,
    responses=STREAMED,
)
async def summarise(
    user_id: User, call: RunCall, body: SummariseLog | None = None
) -> LogSummary | EventStream:
    asked = body or SummariseLog()
    events = wiring.log_summariser().summarise(call.owner, user_id, asked)
    return await answered(call, "summary", events, LogSummary, stream=asked.stream)


@app.get("/api/v1/events/graph", summary="Which event follows which")
async def event_graph(owner: Owner, wanted: Annotated[GraphScope, Query()]) -> ViewedGraph:
    """Of what came directly after what in the same session. 404 if there is no such user or view."""
    graph, view = await _event_graph(owner, wanted)
    return ViewedGraph(**graph.model_dump(), view=view)


@app.get(
    "/api/v1/events/graph/export",
    summary="Take the event graph away",
    response_class=Response,
    responses=FILE,
)
async def export_event_graph(owner: Owner, wanted: Annotated[GraphExport, Query()]) -> Response:
    graph, _ = await _event_graph(owner, wanted)
    return _file(await exported_event_graph(wanted.format, graph))


@app.post(
    "/api/v1/events/graph/views",
    summary="Have a model write a named view of the event graph",
    response_model=WrittenView,
    responses=STREAMED,
)
async def write_view(body: View, call: RunCall) -> WrittenView | EventStream:
    """GET /api/v1/events/graph?view= shows it. 409 if there is nothing to view yet."""
    events = wiring.views().write(call.owner, body)
    return await answered(call, "views", events, WrittenView, stream=body.stream)


@app.get("/api/v1/events/patterns", summary="Frequent sequential patterns")
async def patterns(owner: Owner, wanted: Annotated[PatternScope, Query()]) -> Patterns:
    """Steps that come in this order in many sessions. 404 if there is no such user."""
    traced = await wiring.traces().of(owner, wanted)
    return await asyncio.to_thread(
        frequent_patterns,
        traced,
        min_support=wanted.min_support,
        min_length=wanted.min_length,
        max_length=wanted.max_length,
        max_gap=wanted.max_gap,
        limit=wanted.limit,
        closed=wanted.closed,
    )


@app.post(
    "/api/v1/events/ask",
    summary="Answer a question from a user's events",
    response_model=EventAnswer,
    responses=STREAMED,
)
async def ask_events(body: AskEvents, call: RunCall) -> EventAnswer | EventStream:
    """Days and times that the question names are understood. 404 if there is no log of this user."""
    events = wiring.event_asker().ask(call.owner, body)
    return await answered(call, "answer", events, EventAnswer, stream=body.stream)


@app.post(
    "/api/v1/causal-graph/generate",
    summary="Find what brings what about",
    response_model=MadeGraph,
    responses=STREAMED,
)
async def generate_causal_graph(call: RunCall, body: Causal | None = None) -> MadeGraph | EventStream:
    """Streamed, each `item` is an edge, sent when it is final: with `judge`, when the model has judged it.

    `done` only counts nodes and edges; GET /api/v1/causal-graph has the whole graph. 404 if there is no such
    user or model.
    """
    asked = body or Causal()
    events = wiring.causal_generator().generate(call.owner, call.first_id, asked)
    if asked.stream:
        return await streamed(call, "causal-graph", events)
    ended = await wiring.runs().answer(call, "causal-graph", events)
    graph = await wiring.causal_graphs().get(call.owner, ended["final_response"]["graph_id"])
    return MadeGraph(**graph.model_dump(), **measured(ended))


@app.get("/api/v1/causal-graph", summary="A causal graph: the newest one, or one by its id")
async def get_causal_graph(owner: Owner, graph_id: GraphId = None, user_id: OfUser = None) -> CausalGraph:
    """404 if there is none yet."""
    return await _causal_graph(owner, graph_id, user_id)


@app.get("/api/v1/causal-graph/graphs", summary="List causal graphs, newest first")
async def list_causal_graphs(
    owner: Owner,
    limit: Limit = 20,
    cursor: Annotated[str | None, Query(min_length=1, max_length=64, description=AfterPage)] = None,
) -> GraphPage:
    return await wiring.causal_graphs().page(owner, limit, cursor)


@app.delete(
    "/api/v1/causal-graph/graphs/{graph_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Delete a causal graph",
)
async def delete_causal_graph(graph_id: str, owner: Owner) -> None:
    await wiring.causal_graphs().delete(owner, graph_id)


@app.get(
    "/api/v1/causal-graph/export", summary="Take a causal graph away", response_class=Response, responses=FILE
)
async def export_causal_graph(
    owner: Owner,
    format: GraphFormat,  # noqa: A002  # the contract's name
    graph_id: GraphId = None,
    user_id: OfUser = None,
) -> Response:
    return _file(await exported_causal_graph(format, await _causal_graph(owner, graph_id, user_id)))


@app.post(
    "/api/v1/causal-graph/ask",
    summary="Answer a question from a causal graph",
    response_model=GraphAnswer,
    responses=STREAMED,
)
async def ask_causal_graph(body: AskGraph, call: RunCall) -> GraphAnswer | EventStream:
    """The answer names its edges by `[marker]`. 404 if there is no graph yet."""
    events = wiring.graph_asker().ask(call.owner, body)
    return await answered(call, "answer", events, GraphAnswer, stream=body.stream)


async def _event_graph(owner: str, wanted: GraphScope) -> tuple[EventGraph, KeptView | None]:
    view = await wiring.views().get(owner, wanted.view) if wanted.view else None
    traced = await wiring.traces().of(owner, view.scope(wanted) if view else wanted)
    graph = await asyncio.to_thread(directly_follows, traced, min_count=wanted.min_count, limit=wanted.limit)
    return (viewed(graph, view) if view else graph), view


async def _causal_graph(owner: str, graph_id: str | None, user_id: str | None) -> CausalGraph:
    graphs = wiring.causal_graphs()
    return await (graphs.get(owner, graph_id) if graph_id else graphs.newest(owner, user_id))


def _file(file: Download) -> Response:
    return Response(file.data, media_type=file.media_type, headers=file.headers)


handler = streaming(app)
