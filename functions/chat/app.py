"""chat: the playground, its models, tools and conversations; usage; the OpenAI-compatible door. Streams."""

import asyncio
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response, status
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import JSONResponse, StreamingResponse

import freshet.documents.library  # these for wiring, which would import them amid the first call
import freshet.llm.rerank
import freshet.rag.neighbours
import freshet.rag.rerank
import freshet.rag.retrieve
import freshet.usage.account  # noqa: F401
from freshet import wiring
from freshet.chat import transcript
from freshet.chat.configuration import Model, NewModel
from freshet.chat.conversations import Conversation, ConversationPage, ConversationSummary, Rename
from freshet.chat.door import behind_v1
from freshet.chat.openai_api.completion_request import ChatCompletionRequest
from freshet.chat.openai_api.completions import CompletionChunks, completion
from freshet.chat.openai_api.embeddings import EmbeddingRequest, encoded
from freshet.chat.openai_api.models import model_list, one_model
from freshet.chat.openai_api.response_events import ResponseEvents
from freshet.chat.openai_api.response_request import ResponseRequest
from freshet.chat.openai_api.response_runs import CAPABILITY, folded
from freshet.chat.openai_api.schemas import (
    COMPLETION_ANSWERS,
    EMBEDDING_ANSWERS,
    MODEL_ANSWERS,
    ONE_MODEL_ANSWERS,
    RESPONSE_ANSWERS,
)
from freshet.chat.playground import Play
from freshet.chat.probe import Trial, try_model
from freshet.chat.tools import NewTool, Tool
from freshet.lambda_runtime import streaming
from freshet.runs.frame import Frame
from freshet.runs.meter import metered
from freshet.runs.record import Usage, usage
from freshet.sse import EVENTS, EventStream
from freshet.usage.report import UsageReport, report
from freshet.web import Owner, RunCall, TimeLeft, create_app, require_no_loop

EXPORTED = ("application/jsonl", "text/markdown")

Day = Annotated[date, BeforeValidator(date.fromisoformat)]  # pydantic would take seconds since 1970, too

app = create_app("chat")


class ChatAnswer(BaseModel):
    """A chat's answer; of `tool_calls` each has its `result`."""

    output: str
    reasoning: str = ""
    tool_calls: list[dict[str, Any]]
    citations: list[dict[str, Any]]
    finish_reason: str = Field(description="why the model stopped: stop, length, …")
    conversation_id: str | None = Field(None, description="where it is kept, if it is")
    usage: Usage
    metrics: dict[str, Any]
    run_id: str


class ModelList(BaseModel):
    items: list[Model]


class ToolList(BaseModel):
    items: list[Tool]


@app.post(
    "/api/debug/chat",
    summary="Chat with a configured model, streamed on request",
    response_model=ChatAnswer,
    responses={200: EVENTS[200] | {"description": "The answer, or events with `stream`"}},
)
async def playground(body: Play, call: RunCall) -> ChatAnswer | EventStream:
    chat = wiring.playground().chat(call.owner, call.first_id, body)
    if body.stream:
        return await EventStream.open(await wiring.runs().start(call, "chat", chat.events(), chat.ended))
    ended = await wiring.runs().answer(call, "chat", chat.events(), chat.ended)
    metrics = ended["metrics"]
    return ChatAnswer(
        **ended["final_response"], usage=usage(metrics), metrics=metrics, run_id=ended["run_id"]
    )


# Models


@app.get("/api/v1/models", summary="List models")
async def list_models(owner: Owner) -> ModelList:
    return ModelList(items=await wiring.models().list(owner))


@app.post("/api/v1/models", status_code=status.HTTP_201_CREATED, summary="Configure a model")
async def create_model(body: NewModel, owner: Owner) -> Model:
    return await wiring.models().create(owner, body)


@app.get("/api/v1/models/{model_id}", summary="Get a model")
async def get_model(model_id: int, owner: Owner) -> Model:
    return await wiring.models().get(owner, model_id)


@app.put("/api/v1/models/{model_id}", summary="Replace a model's configuration")
async def replace_model(model_id: int, body: NewModel, owner: Owner) -> Model:
    return await wiring.models().replace(owner, model_id, body)


@app.delete(
    "/api/v1/models/{model_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Delete a model",
)
async def delete_model(model_id: int, owner: Owner) -> None:
    await wiring.models().delete(owner, model_id)


@app.post("/api/v1/models/{model_id}/test", summary="Try a model with a few tokens")
async def test_model(model_id: int, owner: Owner) -> Trial:
    """A model that fails is an answer too: `ok` is false then, and `error` says why."""
    with metered(owner, "test"):
        return await try_model(wiring.clients().get(owner, model_id, alone=True))


# Tools


@app.get("/api/v1/tools", summary="List tools")
async def list_tools(owner: Owner) -> ToolList:
    return ToolList(items=await wiring.tools().list(owner))


@app.post("/api/v1/tools", status_code=status.HTTP_201_CREATED, summary="Add an HTTP tool")
async def create_tool(body: NewTool, owner: Owner) -> Tool:
    return await wiring.tools().create(owner, body)


@app.get("/api/v1/tools/{tool_id}", summary="Get a tool")
async def get_tool(tool_id: int, owner: Owner) -> Tool:
    return await wiring.tools().get(owner, tool_id)


@app.put("/api/v1/tools/{tool_id}", summary="Replace a tool")
async def replace_tool(tool_id: int, body: NewTool, owner: Owner) -> Tool:
    return await wiring.tools().replace(owner, tool_id, body)


@app.delete(
    "/api/v1/tools/{tool_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Delete a tool",
)
async def delete_tool(tool_id: int, owner: Owner) -> None:
    await wiring.tools().delete(owner, tool_id)


# Conversations


@app.get("/api/v1/conversations", summary="List conversations, newest first")
async def list_conversations(
    owner: Owner,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> ConversationPage:
    return await wiring.conversations().page(owner, limit, cursor)


@app.get("/api/v1/conversations/{conversation_id}", summary="Read a conversation, oldest turn first")
async def get_conversation(
    conversation_id: str,
    owner: Owner,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Conversation:
    return await wiring.conversations().get(owner, conversation_id, limit, cursor)


@app.put("/api/v1/conversations/{conversation_id}", summary="Rename a conversation")
async def rename_conversation(conversation_id: str, body: Rename, owner: Owner) -> ConversationSummary:
    return await wiring.conversations().rename(owner, conversation_id, body.title)


@app.delete(
    "/api/v1/conversations/{conversation_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Delete a conversation with all of its turns",
)
async def delete_conversation(conversation_id: str, owner: Owner) -> None:
    await wiring.conversations().delete(owner, conversation_id)


@app.get(
    "/api/v1/conversations/{conversation_id}/export",
    summary="Take a conversation away",
    response_class=Response,
    responses={200: {"content": {kind: {"schema": {"type": "string"}} for kind in EXPORTED}}},
)
async def export_conversation(
    conversation_id: str,
    owner: Owner,
    format: Literal["jsonl", "md"] = "jsonl",  # noqa: A002  # the contract's name
) -> Response:
    exported = await transcript.export(wiring.conversations(), owner, conversation_id, format)
    return StreamingResponse(exported.pieces, media_type=exported.media_type, headers=exported.headers)


# Usage


@app.get("/api/v1/usage", summary="What was used, by day, model and capability; the budget")
async def get_usage(
    owner: Owner,
    first: Annotated[
        Day | None, Query(alias="from", description="in UTC; without it, this month's first")
    ] = None,
    last: Annotated[Day | None, Query(alias="to", description="in UTC; without it, the last")] = None,
) -> UsageReport:
    return await report(wiring.ledger(), wiring.budget(), owner, first=first, last=last)


# The OpenAI-compatible door


@app.post(
    "/v1/chat/completions",
    summary="OpenAI's chat completions",
    response_class=Response,
    responses=COMPLETION_ANSWERS,
)
async def create_completion(body: ChatCompletionRequest, call: RunCall) -> Response:
    """`model` is a configured model's name, or `freshet-rag`: the answer from the caller's documents."""
    answered = wiring.door().answer(call.owner, body.model, body.ask())
    events = behind_v1(answered, streamed=body.stream, started={"model": body.model})
    if body.stream:
        feed = await wiring.runs().start(call, "completions", events)
        chunks = CompletionChunks(
            feed.run_id, model=body.model, tools=body.tool_names, include_usage=body.include_usage
        )
        return await EventStream.open(feed, chunks)
    frames: list[Frame] = []
    ended = await wiring.runs().answer(call, "completions", events, each=frames.append)
    return JSONResponse(
        completion(ended["run_id"], frames[0].data, ended, model=body.model, tools=body.tool_names)
    )


@app.post(
    "/v1/responses",
    summary="OpenAI's responses",
    response_class=Response,
    responses=RESPONSE_ANSWERS,
)
async def create_response(body: ResponseRequest, call: RunCall) -> Response:
    """Goes on from `previous_response_id`; the tool `file_search` looks into the caller's documents."""
    events = wiring.response_runs().events(call.owner, body)
    if body.stream:
        feed = await wiring.runs().start(call, CAPABILITY, events)
        return await EventStream.open(feed, ResponseEvents(feed.run_id))
    frames: list[Frame] = []
    ended = await wiring.runs().answer(call, CAPABILITY, events, each=frames.append)
    return JSONResponse(folded(ended["run_id"], frames).response)


@app.get(
    "/v1/responses/{response_id}",
    summary="A response, or its stream taken up again",
    response_class=Response,
    responses=RESPONSE_ANSWERS,
)
async def get_response(
    response_id: str,
    owner: Owner,
    left_s: TimeLeft,
    stream: bool = False,
    starting_after: Annotated[int, Query(description="number of the last event that came")] = -1,
) -> Response:
    if not stream:
        return JSONResponse(await wiring.response_runs().get(owner, response_id))
    feed = await wiring.response_runs().follow(owner, response_id, timeout_s=left_s)
    return EventStream(feed, feed.frames(), encoding=ResponseEvents(feed.run_id, starting_after))


@app.post("/v1/responses/{response_id}/cancel", summary="Cancel a response")
async def cancel_response(response_id: str, owner: Owner) -> dict[str, Any]:
    """What was written stays. One that has ended stays as it is."""
    return await wiring.response_runs().cancel(owner, response_id)


@app.post(
    "/v1/embeddings", summary="OpenAI's embeddings", response_class=Response, responses=EMBEDDING_ANSWERS
)
async def create_embeddings(
    body: EmbeddingRequest, owner: Owner, left_s: TimeLeft, request: Request
) -> Response:
    require_no_loop(request)
    with metered(owner, "embeddings") as meter:
        vectors = await wiring.door().embed(
            owner, body.model, body.texts(), dimensions=body.dimensions, timeout_s=left_s
        )
    tokens = sum(used.prompt_tokens for used in meter.consumed)
    answer = await asyncio.to_thread(encoded, body, vectors, tokens)
    return Response(answer, media_type="application/json")


@app.get(
    "/v1/models/{model_name}",
    summary="One of these names",
    response_class=Response,
    responses=ONE_MODEL_ANSWERS,
)
async def get_name(model_name: str, owner: Owner) -> Response:
    return JSONResponse(one_model(model_name, await wiring.door().names(owner)))


@app.get(
    "/v1/models",
    summary="The names that `model` may have",
    response_class=Response,
    responses=MODEL_ANSWERS,
)
async def list_names(owner: Owner) -> Response:
    return JSONResponse(model_list(await wiring.door().names(owner)))


handler = streaming(app)
