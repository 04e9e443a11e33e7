"""A Qdrant collection that is read over REST (https://api.qdrant.tech), by the HTTP client of the models.

Who only reads (a search, a sandbox's first answer) does without qdrant_client, whose import takes half a
second. What belongs here: the connection, and what an answer's status means. What does not: writing
(`freshet.stores.qdrant`), what is asked (`freshet.stores.qdrant_query`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import orjson

from freshet.stores.qdrant_failures import failing, nowhere, refused, within

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

Key = Callable[[], Awaitable[str | None]]

CONNECTIONS = 8  # httpx walks through its whole pool at every open and close

_PORT = 6333


class Reading:
    """One collection. Every method raises Unavailable (part `index`) when Qdrant does not do its part."""

    def __init__(self, url: str, name: str, *, key: Key | None, timeout_s: float) -> None:
        self._url = url
        self._path = f"/collections/{quote(name, safe='')}"
        self._key = key
        self._timeout_s = timeout_s
        self._client: AsyncClient | None = None
        self._connecting = asyncio.Lock()

    async def get(self, path: str) -> Any:
        """The result of a GET below the collection, or None if there is no such collection."""
        return await self._asked("GET", path)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The result of a POST below the collection, or None if there is no such collection."""
        return await self._asked("POST", path, orjson.dumps(body))

    async def aclose(self) -> None:
        """Closes the connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client:
            await client.aclose()

    async def _asked(self, method: str, path: str, body: bytes | None = None) -> Any:
        key = await self._key() if self._key else None
        headers = {"content-type": "application/json"} if body else {}
        if key:
            headers["api-key"] = key
        client = await self._connect()
        from httpx2 import HTTPError, InvalidURL

        try:
            async with within(self._timeout_s):
                answer = await client.request(method, self._path + path, content=body, headers=headers)
        except (HTTPError, InvalidURL, ValueError) as error:  # the last: a key that is no header
            raise failing() from error
        return _result(answer)

    async def _connect(self) -> "AsyncClient":
        async with self._connecting:
            if not self._client:
                self._client = await asyncio.to_thread(self._build)
            return self._client

    def _build(self) -> "AsyncClient":
        """Runs in a thread: the import, and the certificates."""
        import anyio._backends._asyncio  # noqa: F401  # the first request would import it, in the event loop
        from httpx2 import AsyncClient, Limits

        return AsyncClient(
            base_url=_address(self._url),
            timeout=None,  # `within` has it
            limits=Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        )


def _address(url: str) -> str:
    """As qdrant_client reads it: HTTP where it names no protocol, Qdrant's own port where it names none."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.hostname and not parts.port:
        parts = parts._replace(netloc=f"{parts.netloc}:{_PORT}")
    return parts.geturl()


def _result(answer: "Response") -> Any:
    said = _object(answer.content)
    reason = _reason(said)
    if answer.status_code == 404 and reason is not None:
        return None
    if answer.is_success and "result" in said:
        return said["result"]
    if answer.status_code == 404:
        raise nowhere()
    if answer.status_code == 429:
        raise failing(_seconds(answer.headers.get("retry-after", "")))
    raise refused(answer.status_code, reason or "")


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = orjson.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _reason(said: Mapping[str, Any]) -> str | None:
    """Qdrant's own sentence; None if it was not Qdrant who spoke."""
    status = said.get("status")
    return str(status.get("error", "")) if isinstance(status, dict) else None


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() else 0
