"""query: questions answered from the caller's documents, with citations; search; summaries. Streams."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

import freshet.documents.library  # these for wiring, which would import them amid the first call
import freshet.llm.rerank
import freshet.rag.neighbours
import freshet.rag.rerank
import freshet.rag.retrieve
import freshet.rag.summarise
import freshet.usage.account  # noqa: F401
from freshet import wiring
from freshet.answers import streamed
from freshet.asked import STACK_MODEL
from freshet.deadline import in_time
from freshet.documents.record import Kind
from freshet.errors import NotFound
from freshet.lambda_runtime import streaming
from freshet.rag import passage
from freshet.rag.answer import Question
from freshet.runs.events import RunEvent
from freshet.runs.meter import metered
from freshet.runs.record import Usage, measured
from freshet.sse import EVENTS, EventStream
from freshet.web import Model, Owner, RunCall, TimeLeft, create_app

app = create_app("query")


class Earlier(Model):
    """An earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=20_000)


class Search(Model):
    """What to look for, and where."""

    query: str = Field(min_length=1, max_length=8_000, pattern=r"\S")
    top_k: int = Field(6, ge=1, le=50)
    document_ids: list[Annotated[str, Field(min_length=1, max_length=64)]] | None = Field(
        None, min_length=1, max_length=100
    )
    kind: Kind | None = None

    def wanted(self) -> passage.Query:
        return passage.Query(self.query, self.top_k, self.document_ids, self.kind)


class Ask(Search):
    """A question; with `history` it may be a follow-up."""

    model_id: int = STACK_MODEL
    history: list[Earlier] = Field([], max_length=50)


class Summarise(Model):
    """How to summarise; the body may be empty."""

    model_config = ConfigDict(extra="forbid")

    stream: bool = False
    refresh: bool = Field(False, description="make a new summary although one is kept")
    model_id: int = STACK_MODEL


class Found(BaseModel):
    document_id: str
    chunk_id: str
    filename: str
    text: str
    page: int | None
    heading: list[str]
    score: float


class Results(BaseModel):
    items: list[Found]


class Quote(BaseModel):
    """A verified citation: `quote` stands literally at `start` to `end` of the document's text.

    Of what was found at Bailian the places count in the passage's text.
    """

    marker: int
    document_id: str
    filename: str
    page: int | None
    heading: list[str]
    chunk_id: str
    quote: str
    start: int
    end: int


class Answer(BaseModel):
    answer: str
    answered: bool = Field(description="false if the documents do not contain the answer")
    supported: bool = Field(description="whether any citation could be verified; if not, the answer says so")
    finish_reason: str = Field(description="why the model stopped: stop, length, …")
    citations: list[Quote]
    unverified: list[int] = Field(description="markers in the answer that no citation stands behind")
    usage: Usage
    metrics: dict[str, Any]
    run_id: str


class Summary(BaseModel):
    summary: str
    document_id: str
    cached: bool = Field(description="true if it was made before and kept: nothing was asked of the model")
    kept: bool = Field(description="whether it stands on the document now")
    covered: float = Field(1, description="share of the document that was read; below 1 for very long ones")
    finish_reason: str
    usage: Usage
    metrics: dict[str, Any]
    run_id: str


@app.post("/api/v1/query", summary="Answer a question")
async def query(body: Ask, call: RunCall) -> Answer:
    ended = await wiring.runs().answer(call, "query", _answer(body, call.owner))
    final = ended["final_response"]
    return Answer(answer=final.pop("output"), **final, **measured(ended))


@app.post(
    "/api/v1/query/stream", summary="Answer a question, streamed", response_class=Response, responses=EVENTS
)
async def query_stream(body: Ask, call: RunCall) -> Response:
    return await streamed(call, "query", _answer(body, call.owner))


@app.post("/api/v1/search", summary="Find passages")
async def search(body: Search, owner: Owner, left_s: TimeLeft) -> Results:
    with metered(owner, "search"):
        async with in_time(left_s):
            await _require(body, owner)
            passages = await wiring.retriever().search(owner, body.wanted())
    return Results(items=[Found.model_validate(found.as_dict()) for found in passages])


@app.post(
    "/api/v1/documents/{document_id}/summary",
    summary="Summarise a document, streamed on request",
    response_model=Summary,
    responses={200: EVENTS[200] | {"description": "The summary, or events with `stream`"}},
)
async def summarise(
    document_id: str,
    call: RunCall,
    body: Summarise | None = None,
    stream: Annotated[bool, Query(description="the same as in the body")] = False,
) -> Summary | EventStream:
    asked = body or Summarise()
    _require_model(asked.model_id)
    events = wiring.summariser().summarise(call.owner, document_id, refresh=asked.refresh)
    if stream or asked.stream:
        return await streamed(call, "summary", events)
    ended = await wiring.runs().answer(call, "summary", events)
    final = ended["final_response"]
    return Summary(summary=final.pop("output"), **final, **measured(ended))


async def _answer(body: Ask, owner: str) -> AsyncGenerator[RunEvent, None]:
    """What is asked is looked at inside the run: one that is replayed needs its documents no more."""
    _require_model(body.model_id)
    await _require(body, owner)
    history = tuple((turn.role, turn.content) for turn in body.history)
    async with aclosing(wiring.answerer().answer(owner, Question(body.wanted(), history))) as events:
        async for event in events:
            yield event


def _require_model(model_id: int) -> None:
    if model_id != STACK_MODEL:
        raise NotFound(f"There is no model {model_id}.")


async def _require(body: Search, owner: str) -> None:
    if body.document_ids:
        await wiring.require_documents(owner, body.document_ids)


handler = streaming(app)
