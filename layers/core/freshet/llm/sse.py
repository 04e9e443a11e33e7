"""Server-sent events, the reading side: bytes as they arrive in, the `data` of whole events out.

What belongs here: framing (https://html.spec.whatwg.org/multipage/server-sent-events.html), nothing about
what the data means. Works on bytes, so a character that two reads share needs no care.
"""

from freshet.errors import ModelMalformed

MAX_EVENT_BYTES = 10_000_000  # a delta has hundreds of bytes; an image in one chunk a few million
_LINE_BYTES = 48  # what a line takes in memory beside its bytes: an event may be all lines and no bytes
_BOM = b"\xef\xbb\xbf"


def is_stream(body: bytes) -> bool:
    """Whether a body that may be JSON is a stream of events instead: their first lines can't be mistaken."""
    return body.removeprefix(_BOM).lstrip().startswith((b"data:", b"event:", b"id:", b"retry:", b":"))


class EventSplitter:
    """Splits a byte stream into events, whatever its chunking.

    Raises ModelMalformed once an event without an end exceeds `limit` bytes.
    """

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._limit = limit
        self._tail = bytearray()  # the line that has no end yet
        self._data: list[bytes] = []  # data lines of the event that has no end yet
        self._data_size = 0
        self._after_cr = False
        self._at_start = True

    def feed(self, data: bytes) -> list[bytes]:
        """The data of every event that `data` completed."""
        if self._between_events and _is_one_event(data):  # as nearly every read is
            return [data[6:-2]]
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]  # the second half of a CRLF that fell between two reads
            self._after_cr = False
        if not data:
            return []
        self._after_cr = data.endswith(b"\r")
        lines = data.splitlines()  # of bytes: only CR, LF and CRLF, as the standard has it
        tail = b"" if data.endswith((b"\n", b"\r")) else lines.pop()
        if lines and self._tail:
            lines[0] = self._take_tail() + lines[0]
        events = self._events(lines)
        if tail:
            self._tail += tail
        if len(self._tail) + self._data_size > self._limit:
            raise ModelMalformed(f"The model's endpoint sent an event of more than {self._limit} bytes")
        return events

    @property
    def _between_events(self) -> bool:
        return not (self._tail or self._data or self._after_cr or self._at_start)

    def flush(self) -> list[bytes]:
        """At the end of the stream: an event without its blank line, its last line perhaps without an end."""
        return self._events([self._take_tail(), b""])

    def _take_tail(self) -> bytes:
        tail = bytes(self._tail)
        self._tail.clear()
        return tail

    def _events(self, lines: list[bytes]) -> list[bytes]:
        events = []
        for line in lines:
            if self._at_start:
                line = line.removeprefix(_BOM)  # noqa: PLW2901 - once a stream
                self._at_start = False
            if line.startswith(b"data:"):
                value = line[6:] if line.startswith(b" ", 5) else line[5:]
                self._data.append(value)
                self._data_size += len(value) + _LINE_BYTES
            elif not line and self._data:
                events.append(self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
                self._data.clear()
                self._data_size = 0
        return events


def _is_one_event(data: bytes) -> bool:
    """Whether it is one line of data, from its beginning to the event's end."""
    return (
        data.startswith(b"data: ")
        and data.endswith(b"\n\n")
        and data.find(b"\n") == len(data) - 2
        and b"\r" not in data
    )
