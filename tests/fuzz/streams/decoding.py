"""Thousands of broken answers of models through the decoders: as one piece and in reads cut anywhere.

However a stream is cut, its events and its end are the same; nothing but a ModelError is raised; no answer
takes long. What does not belong here: answers without an end, over a connection (`endless`).
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from random import Random
from typing import Any

from freshet.llm.decode import Decoder
from freshet.llm.providers.anthropic_stream import MessageDecoder
from freshet.llm.providers.openai_stream import ChatDecoder
from tests.fuzz.documents.mutators import raw, text
from tests.unit.llm.recorded import recorded
from tests.unit.llm.upstream import DONE, USAGE, chunk, outcome

COUNT = 20_000
LONGEST_S = 5.0  # CPU time of one stream, decoded twice
_MOST = 60_000  # bytes of a recording that is mutated
_LIMIT = 2_000_000  # bytes of a stream
_ENDS = (b"\n", b"\r", b"\r\n")
_ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 10**30, "", "429", "text", "\ud83d", "年假", [], {}, [[]], [{}], [None]),
    *({"a": 1}, {"index": "x"}, {"type": None}, "x" * 5_000),
)
_CHAT = [
    chunk("你好") + chunk(" 😀") + chunk(finish="stop") + USAGE + DONE,
    chunk(reasoning_content="嗯")
    + chunk(tool_calls=[{"index": 0, "id": "c", "function": {"name": "查", "arguments": "{}"}}])
    + chunk(finish="tool_calls")
    + USAGE
    + DONE,
]
_MESSAGES = [
    b"".join(
        b"data: " + json.dumps(one, ensure_ascii=False).encode() + b"\n\n"
        for one in (
            {"type": "message_start", "message": {"usage": {"input_tokens": 7}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "年假"}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
            {"type": "message_stop"},
        )
    )
]


def _bodies(kind: str) -> list[bytes]:
    return [one.body[:_MOST] for one in recorded("stream", kind)]


_PROTOCOLS: dict[str, tuple[Callable[[], Decoder], list[bytes]]] = {
    "openai": (ChatDecoder, [*_CHAT, *_bodies("openai-chat")]),
    "anthropic": (MessageDecoder, [*_MESSAGES, *_bodies("anthropic-messages")]),
}


def run(count: int, seed: int) -> list[str]:
    """What must not be; prints how the streams ended."""
    ends: Counter[str] = Counter()
    slowest = 0.0
    wrong: list[str] = []
    for number in range(count):
        dice = Random(f"{seed}/{number}")
        protocol = dice.choice(list(_PROTOCOLS))
        begun = time.process_time()
        try:
            ends[f"{protocol}: {_tried(protocol, dice)}"] += 1
        except Exception as error:
            wrong.append(f"stream {number} ({protocol}): {type(error).__name__}: {error}"[:500])
        slowest = max(slowest, time.process_time() - begun)
    for end, times in ends.most_common():
        print(f"{times:>7} {end}")  # noqa: T201  # a command's output
    print(f"{count} streams, the slowest took {slowest:.2f} s of CPU time")  # noqa: T201
    return [*wrong, *([f"a stream took {slowest:.1f} s"] if slowest > LONGEST_S else [])]


def _tried(protocol: str, dice: Random) -> str:
    """How it ended: an error's code, or `whole`. Raises AssertionError where cuts make a difference."""
    decoder, samples = _PROTOCOLS[protocol]
    body = _broken(dice.choice(samples), samples, dice)[:_LIMIT]
    events, error = outcome(decoder(), body)
    cut_events, cut_error = outcome(decoder(), *_cut(body, dice))
    assert events == cut_events, "cuts make other events"
    assert type(error) is type(cut_error), f"cuts make another end: {error!r}, {cut_error!r}"
    json.dumps([str(event) for event in events]).encode()
    return error.code if error else "whole"


def _broken(body: bytes, samples: list[bytes], dice: Random) -> bytes:
    for _ in range(dice.choice((1, 1, 2, 4))):
        body = dice.choice((_values_odd, _values_odd, _lines_stirred, _ends_changed, _mutated, _joined))(
            body, samples, dice
        )
    return body


def _mutated(body: bytes, _: list[bytes], dice: Random) -> bytes:
    return dice.choice((*raw.ALL, *text.ALL))(body, dice)


def _joined(body: bytes, samples: list[bytes], dice: Random) -> bytes:
    """Half of one answer, and another behind it."""
    return body[: dice.randrange(len(body) + 1)] + dice.choice(samples)


def _lines_stirred(body: bytes, _: list[bytes], dice: Random) -> bytes:
    lines = body.split(b"\n")
    for _time in range(dice.choice((1, 5, 50))):
        one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        lines[one], lines[other] = lines[other], dice.choice((lines[one], b"", b"data:", b": " + lines[one]))
    return b"\n".join(lines)


def _ends_changed(body: bytes, _: list[bytes], dice: Random) -> bytes:
    return b"".join(
        line + (dice.choice(_ENDS) if dice.random() < 0.3 else b"\n") for line in body.split(b"\n")
    )


def _values_odd(body: bytes, _: list[bytes], dice: Random) -> bytes:
    """Members of some chunks are of another type, gone, or moved."""
    lines = body.split(b"\n")
    share = dice.choice((0.02, 0.3))
    for number, line in enumerate(lines):
        if line.startswith(b"data: {") and dice.random() < share:
            lines[number] = b"data: " + _odd_json(line[6:], dice)
    return b"\n".join(lines)


def _odd_json(document: bytes, dice: Random) -> bytes:
    try:
        value = json.loads(document)
    except ValueError:
        return document
    holders = list(_holders(value))
    holder = dice.choice(holders)
    key = dice.choice(list(holder)) if isinstance(holder, dict) and holder else None
    if isinstance(holder, list) and holder:
        holder[dice.randrange(len(holder))] = dice.choice(_ODD)
    elif isinstance(holder, dict) and key is not None:
        holder[dice.choice((key, key, "error", "type", "index"))] = dice.choice((*_ODD, *holders[:3]))
    try:
        return json.dumps(value, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    except ValueError:  # it holds itself
        return document


def _holders(value: Any) -> Iterable[Any]:
    if isinstance(value, dict | list):
        yield value
        for member in value.values() if isinstance(value, dict) else value:
            yield from _holders(member)


def _cut(body: bytes, dice: Random) -> list[bytes]:
    count = min(len(body), dice.choice((1, 20, 400)))
    places = sorted({0, len(body), *(dice.randrange(len(body)) for _ in range(count))})
    return [body[start:end] for start, end in pairwise(places)]
