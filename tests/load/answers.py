"""The text in an answer's bytes: HTTP, its chunks, server-sent events, OpenAI's JSON.

What does not belong here: whether it is the right text (`crowd`).
"""

import orjson

END = b"[DONE]"


def text(received: bytes) -> str:
    """All deltas, joined. Raises ValueError or KeyError for what is no stream of completions to its end."""
    lines = [line for line in _body(received).split(b"\n") if line.startswith(b"data: ")]
    *chunks, end = (line.removeprefix(b"data: ") for line in lines)
    if end != END:
        raise ValueError("the stream has no end")
    return "".join(map(_delta, chunks))


def _delta(chunk: bytes) -> str:
    (choice,) = orjson.loads(chunk)["choices"]
    return choice["delta"].get("content") or ""


def _body(received: bytes) -> bytes:
    head, _, rest = received.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" not in head.lower():
        return rest
    parts, start = [], 0
    while (found := rest.find(b"\r\n", start)) > start:
        size = int(rest[start:found], 16)
        parts.append(rest[found + 2 : found + 2 + size])
        start = found + 2 + size + 2
    return b"".join(parts)
