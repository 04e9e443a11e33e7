"""Faults on request: how an upstream fails, for tests and for whoever wants to see it.

A fault is text such as `status=429;retry_after=1` or `cut=5`, in the header `x-fault` of a request, or set
for the next requests through `/__faults`. What belongs here: reading and keeping them. What does not:
acting on them (`stream`, `app`).
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, Self

HANGS = {"headers", "start", "middle"}
_FLAGS = {"no_finish", "no_usage", "no_done", "empty_choices"}
_NUMBERS = {"status", "retry_after", "cut", "bad_chunk", "error_in_stream", "slow"}


class UnknownFaultError(ValueError):
    """A fault that this server does not know."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong in one request; counts are of pieces, before which it happens."""

    status: int = 0  # this HTTP status instead of an answer
    retry_after: float | None = None  # with `status`: seconds, as a header
    hang: str = ""  # silence: before the headers, at the start, in the middle
    cut: int | None = None  # the connection drops
    bad_chunk: int | None = None  # a chunk that is not JSON
    error_in_stream: int | None = None  # an error object inside the stream
    slow: float = 0  # this many milliseconds more a piece
    no_finish: bool = False
    no_usage: bool = False
    no_done: bool = False
    empty_choices: bool = False  # every other chunk has no choices

    @classmethod
    def parse(cls, text: str) -> Self:
        """The fault that `text` names. Raises UnknownFaultError."""
        values: dict[str, Any] = {}
        for part in filter(None, text.split(";")):
            name, _, value = part.strip().partition("=")
            if name in _FLAGS:
                values[name] = True
            elif name in _NUMBERS and _is_number(value):
                values[name] = float(value) if name in {"retry_after", "slow"} else int(float(value))
            elif name == "hang" and value in HANGS:
                values[name] = value
            else:
                raise UnknownFaultError(f"unknown fault: {part.strip()}")
        return cls(**values)


NONE = Fault()


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdecimal()


class Faults:
    """The faults of the requests to come."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque()

    def add(self, fault: Fault, times: int) -> None:
        """The next `times` requests without a fault of their own get this one."""
        self._waiting.extend([fault] * times)

    def clear(self) -> None:
        """From now on all is well."""
        self._waiting.clear()

    def take(self, header: str | None) -> Fault:
        """The fault of a request: its own, or the next one waiting. Raises UnknownFaultError."""
        if header:
            return Fault.parse(header)
        return self._waiting.popleft() if self._waiting else NONE
