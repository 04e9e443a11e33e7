"""The server's routes: OpenAI's, Cohere's for reranking, and three of its own for faults and what was asked.

What does not belong here: streams (`stream`), answers (`tasks`), vectors (`embeddings`), scores (`rerank`),
files and what stands in them (`files`).
"""

import asyncio
import json
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from infra.local.model import protocol
from infra.local.model.embeddings import EMBEDDING_MODEL, embed_request
from infra.local.model.faults import Fault, Faults, UnknownFaultError
from infra.local.model.files import MAX_BYTES, Files
from infra.local.model.journal import Journal, Seen
from infra.local.model.rerank import RERANK_MODEL, rerank_request
from infra.local.model.stream import EventStream
from infra.local.model.tasks import reply
from infra.local.model.tool_checks import check_tools

_MAX_BODY = 20_000_000


class StandIn:
    """The server's state and its endpoints."""

    def __init__(self, pace_s: float) -> None:
        self._pace_s = pace_s
        self._faults = Faults()
        self._journal = Journal()
        self._files = Files()

    async def chat(self, request: Request) -> ASGIApp:
        """`POST /v1/chat/completions`"""
        seen, fault = await self._enter(request)
        body = self._files.read_into(check_tools(protocol.check_chat(seen.body)))
        if failure := await self._fail(fault, seen):
            return failure
        answer = protocol.Answer.build(body, await asyncio.to_thread(reply, body))
        if not body.get("stream"):
            await self._hang(request, fault, seen)
            return self._answered(seen, answer.whole())
        with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        return EventStream(answer, fault, seen, self._pace_s, with_usage)

    async def embeddings(self, request: Request) -> ASGIApp:
        """`POST /v1/embeddings`"""
        seen, fault = await self._enter(request)
        if failure := await self._fail(fault, seen):
            return failure
        await self._hang(request, fault, seen)
        return self._answered(seen, await asyncio.to_thread(embed_request, seen.body))

    async def rerank(self, request: Request) -> ASGIApp:
        """`POST /v1/rerank`"""
        seen, fault = await self._enter(request)
        if failure := await self._fail(fault, seen):
            return failure
        await self._hang(request, fault, seen)
        return self._answered(seen, await asyncio.to_thread(rerank_request, seen.body))

    async def upload(self, request: Request) -> ASGIApp:
        """`POST /v1/files`"""
        seen = self._seen(request)
        name, data, purpose = await _form(request)
        seen.body = {"filename": name, "bytes": len(data), "purpose": purpose}
        fault = self._fault(request)
        if failure := await self._fail(fault, seen):
            return failure
        await self._hang(request, fault, seen)
        file = await asyncio.to_thread(self._files.add, name, data, purpose)
        return self._answered(seen, file.as_json())

    async def file(self, request: Request) -> ASGIApp:
        """`GET /v1/files/{file_id}`, `DELETE /v1/files/{file_id}`"""
        seen = self._seen(request)
        if failure := await self._fail(self._fault(request), seen):
            return failure
        file_id = request.path_params["file_id"]
        file = self._files.get(file_id)
        if file is None:
            seen.status, seen.finished_ms = 404, seen.since()
            return JSONResponse(protocol.error_body(f"No such File object: {file_id}", status=404), 404)
        if request.method == "DELETE":
            self._files.delete(file_id)
            return self._answered(seen, {"id": file_id, "object": "file", "deleted": True})
        return self._answered(seen, file.as_json())

    async def models(self, request: Request) -> ASGIApp:
        """`GET /v1/models`"""
        names = (protocol.MODEL, EMBEDDING_MODEL, RERANK_MODEL)
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "freshet"} for name in names]
        return JSONResponse({"object": "list", "data": listed})

    async def set_faults(self, request: Request) -> ASGIApp:
        """`POST /__faults`: `{"fault": "status=500", "times": 2}`; `DELETE /__faults`"""
        if request.method == "DELETE":
            self._faults.clear()
            return Response(status_code=204)
        body = await _json(request)
        if not isinstance(body, dict) or not isinstance(body.get("fault"), str):
            raise protocol.BadRequestError("fault must be text", "fault")
        self._faults.add(Fault.parse(body["fault"]), int(body.get("times", 1)))
        return JSONResponse(body)

    async def requests(self, request: Request) -> ASGIApp:
        """`GET /__requests`, `DELETE /__requests`"""
        if request.method == "DELETE":
            self._journal.clear()
            return Response(status_code=204)
        return JSONResponse({"requests": self._journal.as_json()})

    async def _enter(self, request: Request) -> tuple[Seen, Fault]:
        seen = self._seen(request)
        seen.body = await _json(request)
        return seen, self._fault(request)

    def _seen(self, request: Request) -> Seen:
        return self._journal.enter(
            request.url.path,
            authorized="authorization" in request.headers,
            connection=request.client.port if request.client else 0,
        )

    def _fault(self, request: Request) -> Fault:
        return self._faults.take(request.headers.get("x-fault"))

    async def _fail(self, fault: Fault, seen: Seen) -> Response | None:
        if not fault.status:
            return None
        seen.status, seen.finished_ms = fault.status, seen.since()
        headers = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
        body = protocol.error_body(f"You asked for status {fault.status}", status=fault.status)
        return JSONResponse(body, fault.status, headers)

    async def _hang(self, request: Request, fault: Fault, seen: Seen) -> None:
        """Faults of an answer in one piece: `slow`, and any `hang` until the client is gone."""
        await asyncio.sleep(fault.slow / 1000)
        while fault.hang:
            if (await request.receive())["type"] == "http.disconnect":
                seen.disconnected_ms = seen.since()
                raise ClientDisconnect

    def _answered(self, seen: Seen, body: dict[str, Any]) -> Response:
        seen.status, seen.finished_ms = 200, seen.since()
        return JSONResponse(body)


async def _form(request: Request) -> tuple[str, bytes, str]:
    """The file of a form, its name, and what it is for."""
    if not 0 < int(request.headers.get("content-length") or 0) <= MAX_BYTES:
        raise protocol.BadRequestError(f"A form has a length, and {MAX_BYTES} bytes at the most", "file")
    async with request.form(max_files=1, max_fields=9) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise protocol.BadRequestError("file must be a file of a multipart form", "file")
        return file.filename or "", await file.read(), str(form.get("purpose") or "")


async def _json(request: Request) -> Any:
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _MAX_BODY:
            raise protocol.BadRequestError(f"The body is larger than {_MAX_BODY} bytes")
    try:
        return json.loads(bytes(raw))
    except (ValueError, RecursionError):
        raise protocol.BadRequestError("We could not parse the JSON body of your request") from None


def _refuse(request: Request, error: Exception) -> Response:
    param, code = (error.param, error.code) if isinstance(error, protocol.BadRequestError) else (None, None)
    return JSONResponse(protocol.error_body(str(error), status=400, param=param, code=code), 400)


def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=499)  # nobody reads it


def make_app(pace_s: float) -> ASGIApp:
    """The server; `pace_s` are the seconds between two pieces of an answer."""
    stand_in = StandIn(pace_s)
    return Starlette(
        routes=[
            Route("/v1/models", stand_in.models),
            Route("/v1/chat/completions", stand_in.chat, methods=["POST"]),
            Route("/v1/embeddings", stand_in.embeddings, methods=["POST"]),
            Route("/v1/rerank", stand_in.rerank, methods=["POST"]),
            Route("/v1/files", stand_in.upload, methods=["POST"]),
            Route("/v1/files/{file_id}", stand_in.file, methods=["GET", "DELETE"]),
            Route("/__faults", stand_in.set_faults, methods=["POST", "DELETE"]),
            Route("/__requests", stand_in.requests, methods=["GET", "DELETE"]),
        ],
        exception_handlers={
            protocol.BadRequestError: _refuse,
            UnknownFaultError: _refuse,
            ClientDisconnect: _gone,
        },
    )
