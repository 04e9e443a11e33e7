"""What both examples do about connections that break, servers that are busy, and refusals."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.chromium import browser
from tests.examples.page import EXAMPLES, opened
from tests.examples.stream_py import stream
from tests.unit.llm.upstream import Answer, RawServer, raw_server, sends

if TYPE_CHECKING:
    from playwright.async_api import Browser

__all__ = ["browser"]  # a fixture

PATH = "/api/v1/query/stream"
BODY = {"query": "员工每年有多少天带薪年假？"}
EVENTS = [
    {"run_id": "r", "started": True, "done": False},
    {"content": "二十五天\u2028", "done": False},
    {"done": True, "final_response": {"output": "二十五天\u2028"}},
]
END = b"data: [DONE]\n\n"
# The page's clock: half a minute of silence passes in the time of one test.
FASTER = "const real = setTimeout; window.setTimeout = (work, ms) => real(work, ms / 40);"

Read = Callable[[str], Awaitable[tuple[list[Any], str]]]


def wire(*numbers: int) -> bytes:
    """These events as they come over the wire."""
    lines = [f"id: r:{n}\ndata: {json.dumps(EVENTS[n], ensure_ascii=False)}\n\n" for n in numbers]
    return "".join(lines).encode()


@pytest.fixture(params=["stream.py", "stream.html"])
def read(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Read:
    """`await read(url)`: the events that the example's `events` gives, and what ended it."""
    if request.param == "stream.html":
        return page_reader(request.getfixturevalue("browser"))
    monkeypatch.setattr(stream, "SILENCE_S", 0.5)
    monkeypatch.setattr(stream, "FIRST_WAIT_S", 0.01)
    return read_by_script


async def read_by_script(url: str) -> tuple[list[Any], str]:
    found = []
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        try:
            async for event in stream.events(client, PATH, BODY):
                found.append(event)  # noqa: PERF401 - what came before a failure is wanted, too
        except stream.Failed as failed:
            return found, str(failed)
    return found, ""


def page_reader(browser: "Browser") -> Read:
    collect = """async ([server, path, body]) => {
        const found = [];
        try { for await (const event of events(server, path, body)) found.push(event); }
        catch (error) { return [found, error.message]; }
        return [found, ""];
    }"""

    async def read_by_page(url: str) -> tuple[list[Any], str]:
        async with opened(browser, "about:blank") as page:
            await page.add_init_script(FASTER)
            # As if it came from the server itself: the browser asks for nothing else then, no preflight.
            await page.route(f"{url}/page", lambda route: route.fulfill(path=EXAMPLES / "stream.html"))
            await page.goto(f"{url}/page")
            found, problem = await page.evaluate(collect, [{"url": url, "headers": {}}, PATH, BODY])
            return found, problem

    return read_by_page


async def reading(read: Read, *answers: Answer) -> tuple[list[Any], str, list[str], RawServer]:
    """The events, what ended them, the requests' first lines with what they resume after, and the server."""
    async with raw_server(*answers) as server:
        found, problem = await read(server.url.removesuffix("/v1"))
    asked = [f"{head.split(' HTTP')[0]} {header(head, 'last-event-id')}".strip() for head in server.heads]
    return found, problem, asked, server


def header(head: str, name: str) -> str:
    found = re.search(rf"^{name}: *(.*?)\r$", head, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


async def test_a_stream_that_is_whole_is_asked_for_once(read: Read) -> None:
    found, problem, asked, server = await reading(read, sends(wire(0, 1), wire(2) + END))
    assert (found, problem) == (EVENTS, "")
    assert asked == [f"POST {PATH}"]
    assert server.bodies == [BODY]


async def test_a_cut_stream_is_taken_up_after_its_last_whole_event(read: Read) -> None:
    character = wire(0, 1).index("五".encode()) + 1
    answers = [
        sends(wire(0, 1)[:character]),  # in the middle of a character
        sends(wire(1) + b"id: r:2\n"),  # an id without its event counts for nothing
        sends(b": keep-alive\n\n"),
        sends(wire(2)),  # nothing comes after this one but the mark of the end
    ]
    found, problem, asked, _ = await reading(read, *answers)
    assert (found, problem) == (EVENTS, "")
    again = "GET /api/v1/runs/r/stream r:"
    assert asked == [f"POST {PATH}", f"{again}0", f"{again}1", f"{again}1"]


async def test_it_never_tires_of_a_run_that_gets_on(read: Read) -> None:
    pieces = [f'id: r:{n}\ndata: {{"content": "{n}", "done": false}}\n\n'.encode() for n in range(8)]
    assert len(pieces) > stream.TRIES
    found, problem, _, _ = await reading(read, *map(sends, pieces), sends(END))
    assert (len(found), problem) == (len(pieces), "")


async def test_before_the_first_event_the_same_request_is_sent_again(read: Read) -> None:
    busy = sends(b'{"detail": "Too many."}', status="429 Too Many", kind="application/problem+json")
    found, problem, asked, server = await reading(read, sends(), busy, sends(wire(0, 1, 2) + END))
    assert (found, problem) == (EVENTS, "")
    assert asked == [f"POST {PATH}"] * 3
    assert server.bodies == [BODY] * 3
    (key,) = {header(head, "idempotency-key") for head in server.heads}
    assert len(key) > 30
    _, _, _, other = await reading(read, sends(wire(0, 1, 2) + END))
    assert header(other.heads[0], "idempotency-key") != key


async def test_a_silent_connection_is_left(read: Read) -> None:
    begun, silence_s = time.monotonic(), 5
    over = asyncio.Event()

    async def falls_silent(writer: asyncio.StreamWriter) -> None:
        await sends(wire(0))(writer)
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), silence_s)

    async def goes_on(writer: asyncio.StreamWriter) -> None:
        over.set()
        await sends(wire(1, 2) + END)(writer)

    found, problem, asked, _ = await reading(read, falls_silent, goes_on)
    assert (found, problem) == (EVENTS, "")
    assert asked == [f"POST {PATH}", "GET /api/v1/runs/r/stream r:0"]
    assert time.monotonic() - begun < silence_s


@pytest.mark.parametrize(
    ("body", "says"),
    [(b'{"detail": "There is no run r."}', "There is no run r."), (b"<h1>nginx</h1>", "404"), (b"[]", "404")],
)
async def test_a_refusal_ends_it_with_the_servers_words(read: Read, body: bytes, says: str) -> None:
    refusal = sends(body, status="404 Not Found", kind="application/problem+json")
    found, problem, asked, _ = await reading(read, sends(wire(0)), refusal)
    assert found == EVENTS[:1]
    assert problem.startswith(says)
    assert len(asked) == 2


async def test_what_stays_busy_is_given_up(read: Read) -> None:
    busy = sends(b'{"detail": "Not now."}', status="503 No", kind="application/problem+json")
    found, problem, asked, _ = await reading(read, sends(wire(0)), busy)
    assert found == EVENTS[:1]
    assert "Not now." in problem
    assert len(asked) == stream.TRIES
