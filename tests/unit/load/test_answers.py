import orjson
import pytest

from tests.load.answers import text

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"data: [DONE]\n\n"


def event(**delta: str | None) -> bytes:
    return b"data: %b\n\n" % orjson.dumps({"choices": [{"index": 0, "delta": delta}]})


def chunked(*parts: bytes) -> bytes:
    return HEAD + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


@pytest.mark.parametrize("words", [[" a", " b\r\n", " c"], [" 一", " 二\n", " 三"]])
def test_deltas_are_joined_wherever_the_chunks_are_cut(words: list[str]) -> None:
    whole = event(role="assistant", content=None) + b"".join(event(content=word) for word in words) + END
    assert text(chunked(whole)) == "".join(words)
    assert text(chunked(whole[:30], whole[30:151], whole[151:]) + b"0\r\n\r\n") == "".join(words)
    assert text(HEAD.replace(b"Transfer-Encoding", b"x") + whole) == "".join(words)


@pytest.mark.parametrize(
    "body",
    [
        event(content="a"),
        event(content="a") + b'data: {"error":{"message":"cut"}}\n\n' + END,
        b"",
    ],
    ids=["no end", "an error", "nothing"],
)
def test_what_is_not_whole_is_refused(body: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        text(chunked(body) if body else HEAD)
