"""A model's endpoint that marks answers as a test has it, whichever comes first."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from freshet.llm import LLMClient
from freshet.llm.writer import Writer
from tests.answering import answer_while_there
from tests.unit.llm.upstream import Answer, says

Marks = Callable[[str], Answer | str]


@dataclass
class Marker:
    """`seen` are the answers that it was shown, `asked` the prompts; `busiest` calls were at one time."""

    marks: Marks
    url: str = ""
    seen: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
            assert length
            user = json.loads(await reader.readexactly(int(length[1])))["messages"][1]["content"]
            self.asked.append(user)
            self.seen.append(re.split(r"</?answer>", user)[1].strip("\n"))
            said = self.marks(self.seen[-1])
            answer = says(said) if isinstance(said, str) else said
            await answer_while_there(reader, writer, answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.busy -= 1
            with suppress(ConnectionError):
                writer.close()


@asynccontextmanager
async def marker(marks: Marks | str) -> AsyncIterator[tuple[Marker, Writer]]:
    """The server, and a writer that asks it; a text is what it says of every answer."""
    model = Marker(marks if callable(marks) else lambda _: marks)
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0, limit=1 << 22)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server, LLMClient(base_url=model.url, model="marker", timeout_s=5) as client:
        yield model, Writer(client, model_id=1)


def judgement(*criteria: tuple[str, Any, str], feedback: str = "Well done.") -> str:
    """What a model says, of criteria as (id, points, quote)."""
    given = [
        {"id": id_, "quote": quote, "points": points, "comment": "so"} for id_, points, quote in criteria
    ]
    return json.dumps({"criteria": given, "feedback": feedback}, ensure_ascii=False)
