"""Faults: what each is called, which part it hits, and how it is switched on and off.

What belongs here: the columns of the matrix, and what befalls a request while one of them lasts. What does
not: the wire (`proxy`), the calls (`run`), what is expected (`matrix`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from infra.local.triggers import LONG_POLL_S
from tests.faults.proxy import SOUND, Fault, Request, Rule, answer
from tests.faults.rig import QUEUES, Rig
from tests.faults.waiting import until

_MIDDLE = 700  # bytes of a body: an answer shows three pieces by then, and a vector is not whole
_DELAY_S = 1.5  # of a slow server: below the product's own bounds, and no user would call it fast
_PAUSE_S = 0.03  # between the pieces of its answer: eight kilobytes a second
LATE_S = 8.0
SHORT_VISIBLE_S = 12
GIVEN_UP_S = 90.0  # until a message that nobody can read has failed twice

_JSON = "application/json"
_REFUSED = b'{"error": {"message": "%s", "type": "server_error", "param": null, "code": null}}'
_RATE = answer("429 Too Many Requests", _REFUSED % b"Rate limit reached", _JSON, retry_after="1")
_BROKEN = answer("500 Internal Server Error", _REFUSED % b"The server had an error", _JSON)
_QDRANT = answer("500 Internal Server Error", b'{"status": {"error": "Service internal error"}}', _JSON)
_THROTTLED = answer(
    "400 Bad Request",
    b'{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",'
    b' "message": "The level of configured provisioned throughput for the table was exceeded"}',
    "application/x-amz-json-1.0",
)
_S3 = answer(
    "500 Internal Server Error",
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code>'
    b"<Message>We encountered an internal error. Please try again.</Message></Error>",
    "application/xml",
)
_DELETED = answer("200 OK", b"{}", "application/x-amz-json-1.0")


def _is_table(request: Request) -> bool:
    """A call of DynamoDB, but for the look at the caller's key: without it nothing is reached at all."""
    return b"DynamoDB_2012" in request.head and b"KeysTable" not in request.body


def is_bucket(request: Request) -> bool:
    """A call of S3: the name of the stack's bucket begins its path."""
    return b" /freshet-" in request.head.partition(b"\r\n")[0]


def _is(operation: bytes) -> Callable[[Request], bool]:
    return lambda request: b"AmazonSQS." + operation in request.head


def _any(request: Request) -> bool:
    return True


def _where(hit: Callable[[Request], bool], fault: Fault) -> Rule:
    return lambda request: fault if hit(request) else SOUND


def _every_other(hit: Callable[[Request], bool], fault: Fault) -> Rule:
    """Of the requests that are hit, the first, the third ...: their first repetition gets through."""
    numbers = count()
    return lambda request: fault if hit(request) and next(numbers) % 2 == 0 else SOUND


@dataclass(frozen=True)
class Kind:
    """A column. `part` is what the product calls what is hit: model, index, table, bucket, queue.

    Without `proxy` the fault is none of a server's: `run` knows those of sandboxes and clients.
    """

    family: str
    name: str
    part: str
    proxy: str = ""
    rule: Callable[[], Rule] = lambda: lambda request: SOUND

    @property
    def title(self) -> str:
        return f"{self.family}: {self.name}"

    @asynccontextmanager
    async def on(self, rig: Rig) -> AsyncIterator[None]:
        """The fault is there for as long as this lasts."""
        if self.family == "SQS":
            await rig.queues(visible_s=SHORT_VISIBLE_S, receives=2 if self.name == "poison" else 10)
        if self.name == "poison":
            for queue in QUEUES:
                for message in POISON:
                    await rig.send(queue, message)
        if self.proxy:
            await self._spoil(rig)
        try:
            yield
            if self.family == "SQS":
                await self._felt(rig)
        finally:
            await self._mend(rig)

    async def _felt(self, rig: Rig) -> None:
        """Stays until it can have done its worst: messages came twice, or were given up."""
        if self.name == "duplicate":
            await asyncio.sleep(2 * SHORT_VISIBLE_S)
        if self.name == "poison":
            await until(rig.drained, GIVEN_UP_S)

    async def _spoil(self, rig: Rig) -> None:
        proxy = rig.proxies[self.proxy]
        if self.name in {"refused", "down"} and self.proxy != "aws":
            await proxy.stop()
        else:
            proxy.rule = self.rule()
            if self.family == "SQS":
                await asyncio.sleep(LONG_POLL_S + 0.3)  # polls under way are as they were before

    async def _mend(self, rig: Rig) -> None:
        rig.mend()
        if self.name in {"refused", "down"} and self.proxy and self.proxy != "aws":
            await rig.proxies[self.proxy].start()
        if self.family == "SQS":
            await rig.queues()


POISON = (
    "this is no JSON 毒",
    '{"Records": [{"s3": {"object": {}}}]}',
    '{"what": "nobody asked for"}',
)

KINDS = (
    Kind("model", "refused", "model", "model"),
    Kind("model", "429", "model", "model", lambda: _where(_any, Fault(answer=_RATE))),
    Kind("model", "500", "model", "model", lambda: _where(_any, Fault(answer=_BROKEN))),
    Kind("model", "hang before", "model", "model", lambda: _where(_any, Fault(silent=True))),
    Kind("model", "hang in the middle", "model", "model", lambda: _middle("silence")),
    Kind("model", "cut", "model", "model", lambda: _middle("cut")),
    Kind("model", "malformed", "model", "model", lambda: _middle("garbled")),
    Kind("model", "slow", "model", "model", lambda: _where(_any, Fault(delay_s=_DELAY_S, pause_s=_PAUSE_S))),
    Kind("Qdrant", "down", "index", "qdrant"),
    Kind("Qdrant", "slow", "index", "qdrant", lambda: _where(_any, Fault(delay_s=_DELAY_S))),
    Kind("Qdrant", "500", "index", "qdrant", lambda: _where(_any, Fault(answer=_QDRANT))),
    Kind("DynamoDB", "throttled", "table", "aws", lambda: _every_other(_is_table, Fault(answer=_THROTTLED))),
    Kind("DynamoDB", "down", "table", "aws", lambda: _where(_is_table, Fault(reset=True))),
    Kind("S3", "500", "bucket", "aws", lambda: _where(is_bucket, Fault(answer=_S3))),
    Kind("S3", "slow", "bucket", "aws", lambda: _where(is_bucket, Fault(delay_s=_DELAY_S))),
    Kind("SQS", "duplicate", "queue", "aws", lambda: _where(_is(b"DeleteMessage"), Fault(answer=_DELETED))),
    Kind("SQS", "late", "queue", "aws", lambda: _where(_is(b"ReceiveMessage"), Fault(delay_s=LATE_S))),
    Kind("SQS", "poison", "queue"),
    Kind("sandbox", "killed", "sandbox"),
    Kind("sandbox", "out of memory", "sandbox"),
    Kind("sandbox", "out of time", "sandbox"),
    Kind("client", "gone", "client"),
    Kind("client", "slow reader", "client"),
    Kind("client", "half-closed", "client"),
)


def _middle(then: str) -> Rule:
    return _where(_any, Fault(then=then, after=_MIDDLE))  # type: ignore[arg-type]  # one of three words
