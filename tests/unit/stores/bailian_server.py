"""Bailian's Retrieve on loopback: signatures, tags, top-n and errors as Alibaba Cloud has them.

What belongs here: the server's side of the protocol. What does not: what is expected of the client.

The protocol: https://help.aliyun.com/zh/model-studio/api-bailian-2023-12-29-retrieve, signed as
https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature says.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.serving import served

WORKSPACE = "llm-3shx2gu255oqtest"
INDEX = "tt0f11xi99"
ACCESS_KEY = ("LTAI5tLoopback", "secret:of the:loopback")  # a secret may hold colons, an id can't


@dataclass
class File:
    """A file of the knowledge base, with its chunks and tags."""

    id: str
    name: str
    chunks: list[str]
    tags: list[str] = field(default_factory=list)
    title: str = ""
    tells_tags: bool = False

    def nodes(self) -> list[dict[str, Any]]:
        return [self._node(position, text) for position, text in enumerate(self.chunks)]

    def _node(self, position: int, text: str) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "file_path": "https://bailian-datahub.example/doc.json?Signature=x",
            "image_url": [],
            "nid": f"{self.id}|{position}",
            "title": self.title,
            "doc_id": self.id,
            "content": text,
            "workspace_id": WORKSPACE,
            "hier_title": self.title,
            "page_number": [position, position + 1],
            "doc_name": self.name,
            "pipeline_id": INDEX,
            "_id": f"{WORKSPACE}_{INDEX}_{self.id}_0_{position}",
        }
        return {"Text": text, "Metadata": metadata | ({"tags": self.tags} if self.tells_tags else {})}


@dataclass
class Bailian:
    """The server: its knowledge base, what it was asked, and what it shall answer instead."""

    url: str = ""
    files: list[File] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    hanging: bool = False
    arrived: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    left: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{workspace}/index/retrieve", self.retrieve, methods=["POST"])])

    @property
    def parameters(self) -> dict[str, str]:
        """Those of the last request."""
        return dict(self.asked[-1].query_params)

    async def retrieve(self, request: Request) -> Response:
        self.asked.append(request)
        self.arrived.release()
        if self.hanging:
            return await self._wait_for_the_client_to_leave(request)
        if self.answers:
            return self.answers.pop(0)
        if refusal := _unsigned(request, await request.body()):
            return refusal
        asked = request.query_params
        if request.path_params["workspace"] != WORKSPACE or asked["IndexId"] != INDEX:
            return failure(200, "Index.NotFound", "Index is not exist.")
        return success(self._best(asked["Query"], asked.get("SearchFilters"), int(asked["RerankTopN"])))

    def _best(self, query: str, filters: str | None, count: int) -> list[dict[str, Any]]:
        groups = [json.loads(group["tags"]) for group in json.loads(filters or "[]")]
        files = [file for file in self.files if all(set(group) & set(file.tags) for group in groups)]
        nodes = [node | {"Score": _score(query, node["Text"])} for file in files for node in file.nodes()]
        return sorted(nodes, key=lambda node: -float(node["Score"]))[:count]

    async def _wait_for_the_client_to_leave(self, request: Request) -> Response:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        self.left.set()
        return Response()


@asynccontextmanager
async def bailian_server(*files: File) -> AsyncIterator[Bailian]:
    """The server on a free port, holding the files."""
    server = Bailian(files=list(files))
    async with served(server.app) as server.url:
        yield server


def success(nodes: Any) -> Response:
    return _answer(200, {"Code": "Success", "Message": "success", "Success": True, "Data": {"Nodes": nodes}})


def failure(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    return _answer(status, {"Code": code, "Message": message, "Success": False}, headers)


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({**body, "Status": str(status), "RequestId": "17204B98-7734"}, status, headers)


def _unsigned(request: Request, body: bytes) -> Response | None:
    """The refusal of a request whose signature does not stand."""
    algorithm, _, rest = request.headers.get("authorization", "").partition(" ")
    if algorithm != "ACS3-HMAC-SHA256":
        return failure(400, "IncompleteSignature", "The request has no signature.")
    parts = dict(part.split("=", 1) for part in rest.split(","))
    if parts["Credential"] != ACCESS_KEY[0]:
        return failure(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    names = parts["SignedHeaders"].split(";")
    assert {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-version"} <= set(names)
    assert request.headers["x-acs-content-sha256"] == hashlib.sha256(body).hexdigest()
    asked = "&".join(f"{_quoted(key)}={_quoted(text)}" for key, text in sorted(request.query_params.items()))
    headers = "".join(f"{name}:{request.headers[name]}\n" for name in names)
    hashed = request.headers["x-acs-content-sha256"]
    canonical = "\n".join(("POST", request.url.path, asked, headers, parts["SignedHeaders"], hashed))
    signed = f"{algorithm}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    expected = hmac.new(ACCESS_KEY[1].encode(), signed.encode(), hashlib.sha256).hexdigest()
    if parts["Signature"] != expected:
        return failure(400, "SignatureDoesNotMatch", f"The string to sign is {canonical}.")
    return None


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")


def _score(query: str, text: str) -> float:
    wanted = set(query)
    return len(wanted & set(text)) / len(wanted)
