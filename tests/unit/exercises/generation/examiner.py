"""A model's endpoint that writes, mends and answers questions as a test has it; facts to ask about."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.answering import answer_while_there
from tests.unit.llm.upstream import Answer, says

Draft = dict[str, Any]
Said = dict[str, Any]

FACTS = (
    ("Mercury is the planet closest to the Sun.", "Which planet orbits nearest to our star?", "Mercury"),
    ("The heart of an adult pumps five litres of blood a minute.", "What does the heart move?", "blood"),
    ("Gutenberg printed his first Bible in Mainz.", "In which city was the first Bible printed?", "Mainz"),
    ("Penguins live in the wild only south of the equator.", "Which birds are southern?", "penguins"),
    ("Bread rises because yeast gives off gas.", "What makes dough grow?", "yeast"),
    ("The violin is tuned in fifths.", "Which interval lies between a violin's strings?", "fifths"),
    ("Chess was played in Persia before it came to Europe.", "Whence did chess reach Europe?", "Persia"),
    ("Copper turns green when it weathers.", "Which colour does an old roof of copper take?", "green"),
    ("Bees dance to tell each other where flowers are.", "How do bees share a direction?", "dance"),
    ("Salt was a wage of Roman soldiers.", "In what were legionaries paid?", "salt"),
    ("Glass is made of molten sand.", "Which raw material becomes a window pane?", "sand"),
    ("Owls hunt at night by ear.", "Which sense guides an owl?", "hearing"),
)
TEXT = "\n\n".join(fact for fact, *_ in FACTS)


def short(number: int, **more: Any) -> Draft:
    """A good question about the fact of this number."""
    quote, question, answer = FACTS[number]
    return {"type": "short_answer", "question": question, "quote": quote, "answer": [answer], **more}


def true(number: int, **more: Any) -> Draft:
    """A true statement: the fact itself."""
    quote = FACTS[number][0]
    return {"type": "true_false", "question": quote, "quote": quote, "answer": ["true"], **more}


def written(*drafts: Any) -> str:
    """A whole answer of these drafts."""
    return json.dumps({"items": drafts}, ensure_ascii=False)


@dataclass
class Examiner:
    """Answers the calls for questions one by one as told, the last answer again and again.

    What it makes of a draft to mend and of a question to answer `mends` and `knows` tell, which get it as
    JSON; they may return an `Answer`, too. `calls` are what it was asked: (kind, user's text).
    """

    writes: Sequence[Answer]
    mends: Callable[[Draft], Any]
    knows: Callable[[Said], list[str]]
    url: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0
    system: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[str]:
        """What was asked by the calls of a kind: write, mend, answer."""
        return [text for one, text in self.calls if one == kind]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            answer = self._answer(json.loads(await _body(reader))["messages"])
            await answer_while_there(reader, writer, answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.busy -= 1
            with suppress(ConnectionError):
                writer.close()

    def _answer(self, messages: list[dict[str, str]]) -> Answer:
        system, user = messages[0]["content"], messages[1]["content"]
        kind = re.match(r"You (\w+)", system)
        assert kind
        self.calls.append((kind[1], user))
        self.system.append(system)
        if kind[1] == "write":
            return self.writes[min(len(self.of("write")), len(self.writes)) - 1]
        if kind[1] == "mend":
            mended = self.mends(json.loads(_fenced("draft", user)))
            return mended if callable(mended) else says(json.dumps(mended))
        known = self.knows(json.loads(_fenced("question", user)))
        return known if callable(known) else says(json.dumps({"answer": known}))


def key(said: Said) -> list[str]:
    """The key of a question about the facts, as somebody who has read them would find it."""
    if said["type"] == "true_false":
        return ["true" if said["question"] in TEXT else "false"]
    answer = next((answer for _, question, answer in FACTS if question == said["question"]), "?")
    if "options" in said:
        return [option["id"] for option in said["options"] if option["text"] == answer]
    return [answer]


def as_it_is(draft: Draft) -> Draft:
    """Mends nothing."""
    return draft


@asynccontextmanager
async def examiner(
    *writes: Answer | str,
    mends: Callable[[Draft], Any] = as_it_is,
    knows: Callable[[Said], Any] = key,
) -> AsyncIterator[Examiner]:
    """The server; a text is written at once."""
    answers = [says(one) if isinstance(one, str) else one for one in writes]
    model = Examiner(answers, mends, knows)
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0, limit=1 << 22)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield model


def _fenced(name: str, text: str) -> str:
    """What the last fence of a name holds."""
    return re.split(rf"</?{name}>", text)[-2].strip()


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
    assert length
    return await reader.readexactly(int(length[1]))
