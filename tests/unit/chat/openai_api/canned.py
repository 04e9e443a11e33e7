"""A server of OpenAI's Responses API whose runs are canned: `model` names the frames that it answers with."""

from collections.abc import Iterator
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from freshet.chat.openai_api.errors import answer
from freshet.chat.openai_api.response_events import ResponseEvents, ResponseFold
from freshet.chat.openai_api.response_request import ResponseRequest
from freshet.chat.openai_api.responses import run_id_of
from freshet.errors import FreshetError, ModelOverloaded
from freshet.ids import new_id
from freshet.runs.events import Content, Reasoning, Reset, RunEvent, Started, ToolCall, ToolResult
from freshet.runs.frame import Frame, frame, shape

Script = list[RunEvent | dict[str, Any]]  # a run's events; how it ends is a frame's data

METRICS = {"prompt_tokens": 11, "cached_tokens": 4, "completion_tokens": 7, "duration_ms": 2400.0}
CITATION = {
    "marker": 1,
    "document_id": "01DOC",
    "filename": "年报.pdf",
    "page": 3,
    "heading": [],
    "chunk_id": "c1",
    "quote": "收入增长了",
    "start": 10,
    "end": 15,
}
FOUND = {"filename": "年报.pdf", "score": 0.7, "text": "收入增长了百分之五。"}
SEARCHED = {
    "query": "收入",
    "results": [{"marker": 1, "document_id": "01DOC", "page": 3, "heading": [], **FOUND}],
}


def done(output: str, finish_reason: str = "stop", **more: Any) -> dict[str, Any]:
    """The last frame of an answer."""
    final = {"output": output, "finish_reason": finish_reason, "citations": [], **more}
    return {"done": True, "final_response": final, "metrics": METRICS}


def failed(error: FreshetError, output: str = "") -> dict[str, Any]:
    """The last frame of a run that failed."""
    return {**done(output), "status": "error", "error": error.detail, "problem": error.problem()}


STOPPED = {**done("说到", "stopped"), "status": "stopped"}

RUNS: dict[str, Script] = {
    "plain": [Content("你好，"), Content("世界 🌍\n"), Content("!"), done("你好，世界 🌍\n!")],
    "thinking": [Reasoning("嗯"), Reasoning("…"), Content("42"), done("42")],
    "calling": [
        Content("One moment."),
        ToolCall(0, "call_a", "get_weather", ""),
        ToolCall(0, None, None, '{"city":'),
        ToolCall(0, None, None, '"北京"}'),
        ToolCall(1, "call_b", "get_weather", '{"city":"Oslo"}'),
        done("One moment.", "tool_calls"),
    ],
    "searching": [
        Content("我查一下。"),
        ToolCall(0, "call_s", "search_documents", '{"query":"收入"}'),
        ToolResult("call_s", "[1] 收入增长了百分之五。"),
        Content("收入增长了"),
        Content("[1]。"),
        done(
            "我查一下。收入增长了[1]。",
            citations=[CITATION],
            searches=[SEARCHED],
        ),
    ],
    "json": [Content('{"city": "北京", '), Content('"people": 21}'), done('{"city": "北京", "people": 21}')],
    "cut": [Content("Once upon"), done("Once upon", "length")],
    "cut_call": [ToolCall(0, "call_a", "get_weather", '{"city":'), done("", "length")],
    "stopped": [Content("说到"), STOPPED],
    "failing": [Content("Half of"), failed(ModelOverloaded("The model is overloaded."), "Half of")],
    "reset": [
        Content("void"),
        Reset("upstream_cut"),
        Content("This "),
        Content("stands."),
        done("This stands."),
    ],
}


def frames(run_id: str, events: Script) -> Iterator[Frame]:
    """The frames of a run."""
    for seq, event in enumerate(events):
        yield frame(seq, event if isinstance(event, dict) else shape(event, run_id))


class Door:
    """The server, and what it was asked."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.asked: list[ResponseRequest] = []
        self._runs: dict[str, list[Frame]] = {}
        self.app.add_exception_handler(FreshetError, _refused)
        self.app.post("/v1/responses", response_model=None)(self._create)
        self.app.get("/v1/responses/{response_id}", response_model=None)(self._get)
        self.app.post("/v1/responses/{response_id}/cancel", response_model=None)(self._cancel)

    async def _create(self, body: ResponseRequest) -> Response:
        body.ask()
        self.asked.append(body)
        run_id = new_id()
        started = Started({"model": body.model, "response": body.echo()})
        self._runs[run_id] = list(frames(run_id, [started, *RUNS[body.model]]))
        return self._answer(run_id, body.stream)

    async def _get(self, response_id: str, stream: bool = False, starting_after: int = -1) -> Response:
        return self._answer(run_id_of(response_id), stream, starting_after)

    async def _cancel(self, response_id: str) -> Response:
        return self._answer(run_id_of(response_id), False)

    def _answer(self, run_id: str, stream: bool, starting_after: int = -1) -> Response:
        kept = self._runs[run_id]
        if stream:
            encoding = ResponseEvents(run_id, starting_after)
            pieces = [*(encoding.encode(one) for one in kept), encoding.end()]
            return StreamingResponse(iter(pieces), media_type="text/event-stream")
        fold = ResponseFold(run_id)
        for one in kept:
            fold.feed(one.data)
        return Response(orjson.dumps(fold.response), media_type="application/json")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, FreshetError)
    told = answer(error)
    return Response(orjson.dumps(told.body), told.status, told.headers, media_type="application/json")
