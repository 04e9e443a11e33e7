"""AWS access: the one home of boto3.

boto3 blocks, so every call runs on a thread pool of its own (the event loop's default pool has six
threads on two cores). Clients are built on such a thread at first use. Errors are mapped here, once:
callers see `freshet.errors` and `ConditionFailed`, never botocore's.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from freshet.errors import FreshetError, NotFound, Unavailable
from freshet.observe import logger

T = TypeVar("T")

THREADS = 32
CONNECT_TIMEOUT_S = 2.0  # a healthy endpoint accepts within milliseconds
READ_TIMEOUT_S = 5.0  # above DynamoDB's and S3's own slow answers
ATTEMPTS = 3
CALL_TIMEOUT_S = 12.0  # all attempts together; an answer has to be out within API Gateway's 29 s

_MISSING = {"NoSuchKey", "404", "ParameterNotFound", "ResourceNotFoundException", "NotFound"}
_REFUSED = ("ConditionalCheckFailed", "TransactionConflict")
_PASSING = ("Throttl", "Exceeded", "TooMany")  # parts of the codes of what passes
_client_lock = threading.Lock()  # boto3's default session is not thread-safe while it builds clients


class ConditionFailed(Exception):
    """A conditional write was refused; `item` is what stands there, None if nothing does."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("the condition of a write did not hold")
        self.item = item


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="aws")


class Service:
    """One AWS service, asynchronous. `part` names it in errors: table, bucket, queue, secrets."""

    def __init__(self, name: str, part: str) -> None:
        self.part = part
        self._name = name
        self._client: Any = None

    async def call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """One API operation, by its boto3 name. Raises NotFound, ConditionFailed, Unavailable."""
        return await self.run(lambda client: getattr(client, operation)(**arguments))

    async def run(self, work: Callable[[Any], T], *, timeout_s: float = CALL_TIMEOUT_S) -> T:
        """`work(client)` on a thread: for what is more than one operation, such as reading a body.

        A thread can't be cancelled: after `timeout_s` it is left to its own timeouts.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout_s):
                return await loop.run_in_executor(_threads(), self._guarded, work)
        except TimeoutError:
            detail = f"The {self.part} did not answer within {timeout_s:g} s."
            raise Unavailable(detail, part=self.part) from None

    async def aclose(self) -> None:
        """Closes its connections, if there are any."""
        if self._client is not None:
            await asyncio.get_running_loop().run_in_executor(_threads(), self._client.close)
            self._client = None

    def _guarded(self, work: Callable[[Any], T]) -> T:
        import botocore.exceptions as boto

        try:
            return work(self._connect())
        except boto.ClientError as error:
            raise self._mapped(error) from error
        except boto.BotoCoreError as error:
            raise Unavailable(f"The {self.part} does not answer.", part=self.part) from error

    def _connect(self) -> Any:
        with _client_lock:
            if self._client is None:
                self._client = _build(self._name)
            return self._client

    def _mapped(self, error: Any) -> Exception:
        code = _code(error.response)
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if any(part in code for part in _REFUSED):
            return ConditionFailed(error.response.get("Item"))
        if code in _MISSING:
            return NotFound()
        if status >= 500 or status == 429 or any(part in code for part in _PASSING):
            return Unavailable(f"The {self.part} is overloaded or failing.", part=self.part)
        logger.error("AWS refused a call", part=self.part, code=code)
        return FreshetError(f"The {self.part} refused the call.")


def _code(response: dict[str, Any]) -> str:
    """What went wrong; of a transaction, with what of each part."""
    code: str = response.get("Error", {}).get("Code", "")
    if code != "TransactionCanceledException":
        return code
    return " ".join(reason.get("Code", "") for reason in response.get("CancellationReasons", ()))


def _build(name: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=THREADS,
        # Checking arguments that AWS checks too, and composing this header anew for each call, is a fifth of
        # a call's CPU.
        parameter_validation=False,
        user_agent=f"Boto3/{boto3.__version__} Freshet",
        signature_version="s3v4" if name == "s3" else None,  # presigned limits are only enforced with v4
    )
    return boto3.client(name, config=config)  # type: ignore[call-overload]  # name is not a literal here
