"""A reader of a run whose connections are cut at any byte: it comes again with the last event that was whole.

What belongs here: the bytes of HTTP (h11) and of server-sent events, read as the HTML standard reads them, by
nobody's client. What does not: which runs there are, and who cuts where.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import h11

HEAD_BYTES = 200  # a response's head and framing have at least as many
READ_S = 60.0  # for what one connection brings, sandboxes that start meanwhile included
_BLOCK = 4096


@dataclass(frozen=True)
class Whole:
    """An event that arrived to its blank line; `data` is as it came."""

    id: str
    data: bytes

    @property
    def size(self) -> int:
        """Its bytes on the wire."""
        return len(b"id: \ndata: \n\n") + len(self.id) + len(self.data)


@dataclass(frozen=True)
class Ask:
    """The request that a reader begins with."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def repeatable(self) -> bool:
        """Whether it means the same run if it is sent again."""
        return self.method == "GET" or "Idempotency-Key" in self.headers


class Reader:
    """Reads one run of the server at `address`. `headers` go with every request of it."""

    def __init__(self, address: str, ask: Ask, headers: Mapping[str, str] | None = None) -> None:
        self.events: list[Whole] = []
        self.cuts = 0
        self.ended = False
        self.known = asyncio.Event()  # that is: there is an event, and so the run's id
        self._address = address
        self._ask = ask
        self._headers = headers or {}

    @property
    def run_id(self) -> str:
        return self.events[0].id.partition(":")[0]

    @property
    def size(self) -> int:
        """Bytes of what it has."""
        return sum(one.size for one in self.events)

    async def read(self, cuts: Sequence[float] = (), size: int = 0) -> list[Whole]:
        """The run's events. Each of `cuts` is a share of what a connection has still to bring of `size`."""
        for share in cuts:
            if not self.ended:
                await self._connect(int(share * (HEAD_BYTES + size - self.size)))
        if not self.ended:
            await self._connect(sys.maxsize)
        return self.events

    async def _connect(self, limit: int) -> None:
        """One connection, cut after `limit` bytes, though not before the run can be found again."""
        host, _, port = self._address.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            async with asyncio.timeout(READ_S):
                response = _Response(await _send(writer, self._next()))
                while not self.ended:
                    if limit <= 0 and (self.events or self._ask.repeatable):
                        self.cuts += 1
                        return
                    data = await reader.read(min(limit, _BLOCK) if limit > 0 else _BLOCK)
                    limit -= len(data)
                    self._take(response.events(data))
        finally:
            writer.transport.abort()

    def _next(self) -> Ask:
        """What to send: the first request, as long as it showed nothing; then it is for what is missing."""
        if not self.events:
            return replace(self._ask, headers={**self._headers, **self._ask.headers})
        headers = {**self._headers, "Last-Event-ID": self.events[-1].id}
        return Ask("GET", f"/api/v1/runs/{self.run_id}/stream", headers=headers)

    def _take(self, found: list[Whole]) -> None:
        for one in found:
            assert not self.ended, f"{one} after the end"
            if one.data == b"[DONE]":
                self.ended = True
            else:
                self.events.append(one)
                self.known.set()


class _Response:
    """A response on its way: bytes in, whole events out. What is not whole is gone with the connection."""

    def __init__(self, http: h11.Connection) -> None:
        self._http = http
        self._rest = b""

    def events(self, data: bytes) -> list[Whole]:
        """The events that `data` completes."""
        self._http.receive_data(data)
        while (event := self._http.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Response):
                assert event.status_code == 200, event
            elif isinstance(event, h11.Data):
                self._rest += event.data
            else:
                assert b"data: [DONE]\n\n" in self._rest, f"broke off with {event} after {self._rest!r}"
                break
        *blocks, self._rest = self._rest.split(b"\n\n")
        return [_event(block) for block in blocks if not block.startswith(b":")]


def _event(block: bytes) -> Whole:
    fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
    return Whole(fields.get(b"id", b"").decode(), fields[b"data"])


async def _send(writer: asyncio.StreamWriter, ask: Ask) -> h11.Connection:
    http = h11.Connection(h11.CLIENT)
    host = "{}:{}".format(*writer.get_extra_info("peername"))
    headers = {"Host": host, "Content-Length": str(len(ask.body)), **ask.headers}
    request = h11.Request(method=ask.method, target=ask.path, headers=list(headers.items()))
    writer.write(http.send(request) or b"")
    writer.write(http.send(h11.Data(data=ask.body)) or b"")
    writer.write(http.send(h11.EndOfMessage()) or b"")
    await writer.drain()
    return http
