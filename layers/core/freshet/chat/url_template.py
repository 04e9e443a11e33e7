"""URL templates: `https://api.example.com/cities/{city}/weather?days={days}` (RFC 6570, level 1).

What stands in braces is filled with a value, percent-encoded: it stays inside its segment of the path or its
part of the query, whatever it is. The scheme, the host and the port are never filled.

What belongs here: text. What does not: what the URL leads to (`freshet.outbound`), which values fit
(`arguments`).
"""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from freshet.llm.tools import ToolError

_HOLE = re.compile(r"\{([\w.-]+)\}")
_URL = re.compile(
    r"(?P<origin>https?://[^/?#{}@\\]+)(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?", re.IGNORECASE
)
_UNSENDABLE = re.compile(r"[\s\\<>\"^`|\x00-\x1f\x7f]")
_AS_IS = "!$&'()*+,;=:@/?%~"  # of a template's own text; what is not ASCII is encoded
_BETWEEN = re.compile(r"[/\\]")


class UrlTemplate:
    """A template. Raises ValueError with what is wrong with it."""

    def __init__(self, text: str) -> None:
        found = _URL.fullmatch(text)
        if not found or _UNSENDABLE.search(text):
            raise ValueError(
                "must be http:// or https:// with a host (no placeholder or password in it), path and query"
            )
        self.origin = found["origin"]
        self._path: list[str] = (found["path"] or "/").split("/")
        self._query: list[str] = found["query"].split("&") if found["query"] else []
        self._require_sound()

    @cached_property
    def in_path(self) -> frozenset[str]:
        """The names whose values go into the path."""
        return frozenset(name for segment in self._path for name in _HOLE.findall(segment))

    @cached_property
    def names(self) -> frozenset[str]:
        """All names that are filled in."""
        return self.in_path | {name for pair in self._query for name in _HOLE.findall(pair)}

    def expand(self, values: Mapping[str, Any], more: Mapping[str, Any]) -> str:
        """The URL with `values` in place and `more` at the end of its query.

        What is None or not there leaves its part of the query out. Raises ToolError for what a path can't
        hold.
        """
        path = "/".join(_segment(segment, values) for segment in self._path)
        given = {name: value for name, value in values.items() if value is not None}
        pairs = [_filled(pair, given) for pair in self._query if given.keys() >= set(_HOLE.findall(pair))]
        for name, value in more.items():
            pairs += [f"{encoded(name)}={encoded(one)}" for one in _several(value)]
        return f"{self.origin}{path}" + (f"?{'&'.join(pairs)}" if pairs else "")

    def _require_sound(self) -> None:
        parts = urlsplit(self.origin)
        if not parts.hostname or parts.port == 0:  # a port that is no number is a ValueError of its own
            raise ValueError("needs a host")
        for part in (*self._path, *self._query):
            rest = _HOLE.sub("", part)
            if "{" in rest or "}" in rest:
                raise ValueError("has braces around something that is no name")
            if "%" in re.sub("%[0-9A-Fa-f]{2}", "", rest):
                raise ValueError("has a % that is no percent-encoding")
        if any(_steps(segment) for segment in self._path):
            raise ValueError("has a path with `.` or `..` as a segment")


def encoded(value: Any) -> str:
    """A value as a part of a URL; what is no text as JSON. Raises ToolError for half a character."""
    try:
        return quote(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), safe="")
    except UnicodeEncodeError:
        raise ToolError("A value can't be sent: it holds half a character.") from None


def _segment(segment: str, values: Mapping[str, Any]) -> str:
    for name in _HOLE.findall(segment):
        if values.get(name) in (None, ""):
            raise ToolError(f"{name} must not be empty: it is a part of the path.")
    filled = _filled(segment, values)
    if _HOLE.search(segment) and _steps(filled):
        raise ToolError(f"The values of the path lead out of it: {unquote(filled)[:100]!r}.")
    return filled


def _filled(part: str, values: Mapping[str, Any]) -> str:
    pieces = _HOLE.split(part)  # text, name, text, name, …, text
    return "".join(
        encoded(values[piece]) if number % 2 else quote(piece, safe=_AS_IS)
        for number, piece in enumerate(pieces)
    )


def _steps(segment: str) -> bool:
    """Whether a segment is a step to elsewhere, to a server that decodes before it splits, too."""
    return any(piece in {".", ".."} for piece in _BETWEEN.split(unquote(segment)))


def _several(value: Any) -> list[Any]:
    """What a query repeats: each element of a list. None is left out."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
