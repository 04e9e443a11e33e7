"""The routes and Qdrant's envelope around them."""

import asyncio
import hmac
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from infra.local.qdrant.collection import Collection
from infra.local.qdrant.engine import Engine
from infra.local.qdrant.refusal import Refused, wrong

VERSION = "1.20.0"  # of the server whose protocol this is
BODY_BYTES = 32 << 20  # Qdrant's own limit
FLUSH_S = 5  # likewise: how often pending writes leave the log
_ANYWHERE = {"wait", "timeout", "ordering", "consistency"}  # query parameters that change nothing on one node

Answer = Callable[[Request], Awaitable[Any]]
log = logging.getLogger("qdrant")


def make_app(engine: Engine, api_key: str | None) -> Starlette:
    """The server's app; it closes the engine when it ends."""
    routes = [
        Route("/", _version, methods=["GET"]),
        *(Route(path, _healthy, methods=["GET"]) for path in ("/healthz", "/readyz", "/livez")),
        _route("GET", "/collections", _names(engine), api_key),
        _route("PUT", "/collections/{name}", _create(engine), api_key),
        _route("DELETE", "/collections/{name}", _drop(engine), api_key),
        _route("GET", "/collections/{name}/exists", _exists(engine), api_key),
        *(
            _route(method, f"/collections/{{name}}{path}", _on_collection(engine, work), api_key)
            for method, path, work in _COLLECTION_ROUTES
        ),
        _route(None, "/{path:path}", _not_carried, api_key),
    ]
    return Starlette(routes=routes, lifespan=_lifespan(engine))


_COLLECTION_ROUTES: list[tuple[str, str, Callable[[Collection, Any], Any]]] = [
    ("GET", "", Collection.info),
    ("PUT", "/index", Collection.create_index),
    ("PUT", "/points", Collection.upsert),
    ("POST", "/points", Collection.retrieve),
    ("POST", "/points/delete", Collection.delete),
    ("POST", "/points/payload", Collection.set_payload),
    ("POST", "/points/query", Collection.query),
    ("POST", "/points/query/batch", Collection.query_batch),
    ("POST", "/points/scroll", Collection.scroll),
    ("POST", "/points/count", Collection.count),
]


def _on_collection(engine: Engine, work: Callable[[Collection, Any], Any]) -> Answer:
    async def answer(request: Request) -> Any:
        body = await _body(request) if request.method != "GET" else None
        name = request.path_params["name"]
        return await engine.run(lambda: work(engine.get(name), body))

    return answer


def _names(engine: Engine) -> Answer:
    async def answer(_: Request) -> Any:
        return {"collections": [{"name": name} for name in await engine.run(engine.names)]}

    return answer


def _create(engine: Engine) -> Answer:
    async def answer(request: Request) -> Any:
        return await engine.run(engine.create, request.path_params["name"], await _body(request))

    return answer


def _drop(engine: Engine) -> Answer:
    async def answer(request: Request) -> Any:
        return await engine.run(engine.drop, request.path_params["name"])

    return answer


def _exists(engine: Engine) -> Answer:
    async def answer(request: Request) -> Any:
        return {"exists": await engine.run(engine.has, request.path_params["name"])}

    return answer


async def _not_carried(request: Request) -> Any:
    """501 and not 404: that would mean a missing collection."""
    raise Refused(501, f"{request.method} {request.url.path} is not carried by this stand-in")


async def _version(_: Request) -> Response:
    about = {"title": "freshet's stand-in for qdrant, on qdrant-edge", "version": VERSION}
    return Response(orjson.dumps(about), media_type="application/json")


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok")


def _route(method: str | None, path: str, answer: Answer, api_key: str | None) -> Route:
    async def endpoint(request: Request) -> Response:
        begun = time.perf_counter()
        if api_key and not _authorized(request, api_key):
            return PlainTextResponse("Must provide an API key or an Authorization bearer token", 401)
        try:
            _check_parameters(request)
            status, content = 200, {"result": await answer(request), "status": "ok"}
        except Refused as refusal:
            status, content = refusal.status, {"status": {"error": refusal.message}}
        except Exception:
            log.exception("%s %s failed", request.method, request.url.path)
            status, content = 500, {"status": {"error": "Service internal error: see the stand-in's log"}}
        content["time"] = time.perf_counter() - begun
        return Response(orjson.dumps(content), status, media_type="application/json")

    return Route(path, endpoint, methods=[method] if method else ["GET", "PUT", "POST", "PATCH", "DELETE"])


def _authorized(request: Request, api_key: str) -> bool:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    given = request.headers.get("api-key", bearer)
    return hmac.compare_digest(given.encode(), api_key.encode())


def _check_parameters(request: Request) -> None:
    for name in request.query_params:
        if name not in _ANYWHERE:
            raise wrong(f"the parameter {name} is not carried by this stand-in")


async def _body(request: Request) -> Any:
    data = await request.body()
    if len(data) > BODY_BYTES:
        raise Refused(413, f"Payload error: JSON payload is larger than allowed (limit: {BODY_BYTES} bytes).")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Refused(400, f"Format error in JSON body: {error}") from None


def _lifespan(engine: Engine) -> Callable[[Starlette], Any]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        flushing = asyncio.create_task(_flush_forever(engine))
        yield
        flushing.cancel()
        await engine.run(engine.close)

    return lifespan


async def _flush_forever(engine: Engine) -> None:
    while True:
        await asyncio.sleep(FLUSH_S)
        try:
            await engine.run(engine.flush)
        except Exception:
            log.exception("flushing failed; it is tried again")
