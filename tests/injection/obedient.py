"""A model that obeys: whatever order it reads, wherever it stands, it does as it is told.

It speaks OpenAI's protocol on loopback. What does not belong here: what obeying means in a scene.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.functions.answers import Call, calls
from tests.injection.reading import is_read
from tests.unit.llm.upstream import says

Body = dict[str, Any]
Reply = str | Call


@dataclass(frozen=True)
class Part:
    """What the model plays: what it does if a request holds the order, and what otherwise."""

    order: str
    obeys: Callable[[Body], Reply]
    otherwise: Callable[[Body], Reply]


@dataclass
class Obedient:
    """The endpoint. `bodies` are the requests of the part that it plays; `read`: one had the order."""

    url: str = ""
    part: Part | None = None
    bodies: list[Body] = field(default_factory=list)
    read: bool = False

    def play(self, part: Part) -> None:
        """Begins a part."""
        self.part, self.bodies, self.read = part, [], False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
            assert length
            reply = self._reply(json.loads(await reader.readexactly(int(length[1]))))
            answer = says(reply) if isinstance(reply, str) else calls(reply)
            await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            with suppress(ConnectionError):
                writer.close()

    def _reply(self, body: Body) -> Reply:
        assert self.part
        self.bodies.append(body)
        if not is_read(body, self.part.order):
            return self.part.otherwise(body)
        self.read = True
        return self.part.obeys(body)


@asynccontextmanager
async def obedient() -> AsyncIterator[Obedient]:
    model = Obedient()
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0, limit=1 << 22)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield model
