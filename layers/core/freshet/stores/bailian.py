"""A knowledge base of Alibaba Cloud Bailian (Model Studio), searched through its official SDK.

What belongs here: the SDK's import and its one call, that call's deadline, and what errors mean. What does
not: whose files are searched, and what becomes of what is found (`freshet.rag.bailian`).

The SDK's async call is so only in part: it builds a TLS context each time, 50 ms of CPU in the event loop
that it is awaited in. So it has a loop of its own, on a thread; ours goes on meanwhile.

The API: https://help.aliyun.com/zh/model-studio/api-bailian-2023-12-29-retrieve
"""

import asyncio
import json
import math
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from freshet.errors import Unavailable
from freshet.observe import log_failure, logger

T = TypeVar("T")
Key = Callable[[], Awaitable[str | None]]

MOST = 20  # nodes in one answer: RerankTopN's upper limit

# An unknown AccessKeyId is a 404, a signature with another secret a 400.
_KEY_REFUSED = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature")


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of text that Bailian found, with what it tells of it."""

    text: str
    score: float
    metadata: dict[str, Any]


class KnowledgeBase:
    """One knowledge base. Every failure is an Unavailable, part `index`.

    `endpoint` is a host, such as bailian.cn-beijing.aliyuncs.com, or a URL; `key` gives an AccessKey as
    `<AccessKeyId>:<AccessKeySecret>`.
    """

    def __init__(
        self, endpoint: str, workspace_id: str, index_id: str, *, key: Key, timeout_s: float = 10.0
    ) -> None:
        protocol, _, host = endpoint.rpartition("://")
        self._protocol = protocol or "https"
        self._host = host.rstrip("/")
        self._workspace_id = workspace_id
        self._index_id = index_id
        self._key = key
        self._timeout_s = timeout_s
        self._loop: _Loop | None = None
        self._starting = asyncio.Lock()

    async def retrieve(self, query: str, *, tags: Sequence[str], limit: int) -> list[Node]:
        """The best nodes, best first, of the files that have all of `tags`: `limit`, but never over MOST."""
        identifier, secret = _split(await self._key())
        loop = await self._started()
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await loop.run(self._call(identifier, secret, _request(query, tags, limit)))
        except TimeoutError:
            raise Unavailable(
                f"The knowledge base did not answer within {self._timeout_s:g} s.", part="index"
            ) from None
        return _nodes(answer)

    async def aclose(self) -> None:
        """Ends the loop, and what runs in it; the next call starts another."""
        loop, self._loop = self._loop, None
        if loop:
            await asyncio.to_thread(loop.close)

    async def _started(self) -> "_Loop":
        async with self._starting:
            if not self._loop:
                self._loop = await asyncio.to_thread(_start)
            return self._loop

    async def _call(self, identifier: str, secret: str, request: dict[str, Any]) -> Any:
        """Bailian's answer as it was sent. Runs in the SDK's loop."""
        from alibabacloud_bailian20231229.client import Client
        from alibabacloud_bailian20231229.models import RetrieveRequest
        from alibabacloud_tea_openapi.utils_models import Config
        from darabonba.exceptions import ResponseException
        from darabonba.runtime import RuntimeOptions

        config = Config(
            access_key_id=identifier,
            access_key_secret=secret,
            protocol=self._protocol,
            endpoint=self._host,
        )
        milliseconds = math.ceil(self._timeout_s * 1000)
        patience = RuntimeOptions(connect_timeout=milliseconds, read_timeout=milliseconds)
        # Of an error only its kind is kept: the SDK's words quote the request, and with it the question.
        try:
            response = await Client(config).retrieve_with_options_async(
                self._workspace_id, RetrieveRequest(index_id=self._index_id, **request), {}, patience
            )
        except ResponseException as error:
            raise _refused(error.status_code, error.code, error.request_id, error.retry_after) from None
        except Exception as error:  # aiohttp's, json's: the SDK lets them through, or wraps them
            log_failure("no answer from Bailian", getattr(error, "inner_exception", error))
            raise Unavailable("The knowledge base does not answer, or is failing.", part="index") from None
        return response.to_map().get("body")


class _Loop:
    """An event loop on a thread of its own."""

    def __init__(self) -> None:
        started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._stay(started),), name="bailian", daemon=True
        )
        self._thread.start()
        self._loop, self._leave = started.result()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work returns, to a caller in another loop; cancelled together with that caller."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """Cancels what still runs, and waits until it is gone."""
        self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join()

    @staticmethod
    async def _stay(started: "Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]") -> None:
        leave = asyncio.Event()
        started.set_result((asyncio.get_running_loop(), leave))
        await leave.wait()


def _start() -> _Loop:
    """Runs in a thread: most of a second of imports."""
    import alibabacloud_bailian20231229.client  # noqa: F401

    return _Loop()


def _split(key: str | None) -> tuple[str, str]:
    identifier, _, secret = (key or "").strip().partition(":")
    if not identifier or not secret:
        raise Unavailable(
            "The knowledge base's key has to be an AccessKey, as <AccessKeyId>:<AccessKeySecret>.",
            part="index",
            retry_after=None,
        )
    return identifier, secret


def _request(query: str, tags: Sequence[str], limit: int) -> dict[str, Any]:
    """The request's fields. How much is reranked, and from which score on it counts, the base says itself.

    In a filter a file has to match every group, and any of the tags in one: so each tag is a group. Its
    value is JSON within JSON: https://help.aliyun.com/zh/model-studio/how-to-use-search-filters
    """
    return {
        "query": query,
        "search_filters": [{"tags": json.dumps([tag])} for tag in tags] or None,
        "enable_reranking": True,
        "rerank_top_n": max(1, min(limit, MOST)),
    }


def _nodes(answer: Any) -> list[Node]:
    try:
        if not answer["Success"]:
            raise _refused(int(answer["Status"]), str(answer["Code"]), answer["RequestId"])
        sent = answer["Data"]["Nodes"]
    except (KeyError, TypeError, ValueError):
        sent = None
    if not isinstance(sent, list):
        raise Unavailable("The knowledge base sent something that is not its protocol.", part="index")
    return [node for one in sent if (node := _node(one))]


def _node(sent: Any) -> Node | None:
    """None if it is no node, or one without text."""
    sent = sent if isinstance(sent, dict) else {}
    text, score, metadata = sent.get("Text"), sent.get("Score"), sent.get("Metadata")
    if not isinstance(text, str) or not isinstance(score, int | float) or not isinstance(metadata, dict):
        return None
    return Node(text, float(score), metadata) if text.strip() and math.isfinite(score) else None


def _refused(
    status: int, code: str, request_id: str | None, retry_after_ms: float | None = None
) -> Unavailable:
    """The error of an answer that is one. What only the operator can act on is in the log."""
    logger.error("Bailian refused a search", status=status, code=code, request_id=request_id)
    if status == 429 or code.startswith("Throttling"):
        wait = retry_after_ms / 1000 if retry_after_ms else 1.0
        return Unavailable("The knowledge base is limiting the rate.", part="index", retry_after=wait)
    if status in (401, 403) or code.startswith(_KEY_REFUSED):
        detail = "The knowledge base refused the key of this deployment."
        return Unavailable(detail, part="index", retry_after=None)
    if 400 <= status < 500:
        return Unavailable("The knowledge base refused the search.", part="index", retry_after=None)
    return Unavailable("The knowledge base is failing.", part="index")
