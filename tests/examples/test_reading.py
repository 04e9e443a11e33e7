"""Both examples read server-sent events as the HTML standard says, however the bytes arrive."""

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.chromium import browser
from tests.examples.page import opened
from tests.examples.stream_py import stream

if TYPE_CHECKING:
    from playwright.async_api import Browser

__all__ = ["browser"]  # a fixture

# Line breaks of all three kinds, comments, fields of no interest, an event of two lines, one without data,
# one without an id (it keeps the last), characters at which other readers break lines, one that is not whole.
WIRE = (
    ': hello\n\nid: r:0\r\ndata: {"a":\r\ndata: "年假"}\r\n\r\nevent: x\nid: r:1\ndata:b\u2028\u0085c\n\n'
    "id: r:2\n\ndata: :d: \r\rretry: 9\nfoo\ndata: [DONE]\n\nid: r:3\ndata: half"
).encode()
READ = [("r:0", '{"a":\n"年假"}'), ("r:1", "b\u2028\u0085c"), ("r:2", ":d: "), ("r:2", "[DONE]")]


def splits() -> list[list[bytes]]:
    """The wire in two pieces, cut at each place, and byte by byte."""
    two = [[WIRE[:place], WIRE[place:]] for place in range(len(WIRE) + 1)]
    return [*two, [WIRE[i:j] for i, j in pairwise(range(len(WIRE) + 1))]]


async def arriving(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_the_script_reads_the_same_however_the_bytes_arrive() -> None:
    for pieces in splits():
        assert [event async for event in stream.parsed(arriving(pieces))] == READ, pieces


async def test_the_page_reads_the_same_however_the_bytes_arrive(browser: "Browser") -> None:
    read_all = """splits => Promise.all(splits.map(async (pieces) => {
        const left = pieces.map((piece) => ({ done: false, value: new Uint8Array(piece) }));
        const reader = { read: async () => left.shift() ?? { done: true } };
        const events = [];
        for await (const event of parsed(reader, () => {})) events.push(event);
        return events;
    }))"""
    async with opened(browser) as page:
        found = await page.evaluate(read_all, [[list(piece) for piece in pieces] for pieces in splits()])
    assert all([tuple(event) for event in events] == READ for events in found)
