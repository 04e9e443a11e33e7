"""A crowd: so many streams that are always open; as one ends, the next begins in its place.

What belongs here: who asks, and what came. What does not: the server's own figures (`watching`).
"""

import asyncio
from dataclasses import dataclass, field

from tests.bench import streaming_client as client
from tests.bench.model_upstream import pieces
from tests.bench.streaming_client import Stream, Target
from tests.load.answers import text

PACE_MS = 50
PATIENCE_S = 60.0  # beyond the length of an answer
PAUSE_S = 0.5  # after an error
RAMP_S = 5.0  # at most, until all have begun


@dataclass
class Tally:
    """What the streams came to. Whatever is not whole, or not word for word, is an error."""

    streams: int = 0
    tokens: int = 0
    errors: list[str] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)
    gaps_s: list[float] = field(default_factory=list)

    def note(self, stream: Stream, order: str) -> None:
        """Takes notice of a stream that is over."""
        self.streams += 1
        self.tokens += stream.tokens
        self.gaps_s += stream.gaps or ()
        if stream.tokens:
            self.first_s.append(stream.first_s)
        if wrong := wrong_with(stream, order):
            self.errors.append(wrong)


def orders(answer_s: float) -> tuple[str, str]:
    """What is asked: an answer in English, and one in Chinese."""
    order = f"chunks={round(answer_s * 1000 / PACE_MS)},pace_ms={PACE_MS}"
    return order, f"{order},chinese=1"


async def crowd(target: Target, streams: int, seconds: float, answer_s: float, pause_s: float = 0.0) -> Tally:
    """Streams that are open for so long, each place with answers in one language, to the end of the last.

    `pause_s` passes in a place between an answer and the next.
    """
    tally = Tally()
    ramp_s = min(RAMP_S, answer_s)
    until = asyncio.get_running_loop().time() + ramp_s + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(streams):
            order = orders(answer_s)[number % 2]
            group.create_task(_place(target, order, ramp_s * number / streams, until, tally, pause_s))
    return tally


async def _place(
    target: Target, order: str, begin_s: float, until: float, tally: Tally, pause_s: float
) -> None:
    clock = asyncio.get_running_loop().time
    await asyncio.sleep(begin_s)
    while clock() < until:
        errors = len(tally.errors)
        try:
            tally.note(await _stream(target, order), order)
        except OSError as error:
            tally.errors.append(f"no connection: {error}")
        await asyncio.sleep(PAUSE_S if len(tally.errors) > errors else pause_s)


async def _stream(target: Target, order: str) -> Stream:
    (stream,) = await client.open_streams(target, 1, order, gaps=True, kept=True)
    try:
        await client.finished([stream], PATIENCE_S)
    except TimeoutError:
        stream.close()
    return stream


def wrong_with(stream: Stream, order: str) -> str:
    """Why a stream is an error; empty if it is none."""
    received = b"".join(stream.received or ())
    if not stream.whole:
        return f"not whole: {stream.tokens} tokens, then {received[-200:]!r}"
    try:
        said = text(received)
    except (ValueError, KeyError, TypeError) as error:
        return f"no answer: {error!r} in {received[-200:]!r}"
    expected = "".join(pieces(order))
    return "" if said == expected else f"another text: {len(said)} characters, {len(expected)} expected"
