"""What a tool is for, as far as its name, its description and its schema tell.

What does not belong here: whether the question is for it (`calls`), what it is called with (`arguments`).
"""

import re
from enum import Enum, auto
from typing import Any

from infra.local.model.tasks.schema import Filler, type_of
from infra.local.model.tasks.values import COMPUTED, VERBATIM, ZONED
from infra.local.model.tasks.vocabulary import spaced
from infra.local.model.tools import Tool

_SEARCHES = re.compile(r"\bsearch\w*|\bretriev\w+|\blook(?:s|ing)? ?up\b|搜索|搜寻|查找|检索", re.IGNORECASE)
_CLOCK_NAME = re.compile(
    r"(?=.*\b(?:time|date|datetime|clock|now|today|weekday)\b)"
    r"(?:(?:get|tell|show|what|is|it|the|current|local|world|time|date|datetime|clock|now|today|day|weekday|zone"
    r"|and|in|of|for|city|utc)\b\W*)+",
    re.IGNORECASE,
)
_CLOCK_SAYS = re.compile(
    r"\W*(?:\w+ ){0,3}(?:current|present|local) (?:(?:date|weekday|and|or)\b,? ?)*(?:time|date)\b"
    r"|.{0,6}(?:当前|现在|此刻|本地)的?(?:日期|时间)",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:city|town|place|location|country|region|area)\b|城市|地点|国家|地区", re.IGNORECASE
)


class Purpose(Enum):
    """Those that a question need not name to ask for them."""

    SEARCH = auto()
    CALCULATION = auto()
    CLOCK = auto()
    OTHER = auto()


def purpose(tool: Tool) -> Purpose:
    """What the tool is for."""
    if any(COMPUTED.search(spaced(name)) for name in _required_texts(tool)):
        return Purpose.CALCULATION
    if query_of(tool) and _SEARCHES.search(f"{spaced(tool.name)} {tool.description}"):
        return Purpose.SEARCH
    tells_time = _CLOCK_NAME.fullmatch(spaced(tool.name)) or _CLOCK_SAYS.match(tool.description)
    return Purpose.CLOCK if tells_time and _wants_no_more_than_a_place(tool) else Purpose.OTHER


def query_of(tool: Tool) -> str | None:
    """The required argument that takes what is searched for."""
    return next((name for name in _required_texts(tool) if VERBATIM.search(spaced(name))), None)


def _wants_no_more_than_a_place(tool: Tool) -> bool:
    wanted = [spaced(name) for name in _schema(tool).get("required") or []]
    return all(_PLACE.search(name) or ZONED.search(name) for name in wanted)


def _required_texts(tool: Tool) -> list[str]:
    schema = _schema(tool)
    properties, resolved = schema.get("properties") or {}, Filler.reading("", tool.parameters).resolved
    parts = {name: resolved(properties.get(name, {})) for name in schema.get("required") or []}
    return [
        name
        for name, part in parts.items()
        if type_of(part) == "string" and not part.keys() & {"enum", "const"}
    ]


def _schema(tool: Tool) -> dict[str, Any]:
    return Filler.reading("", tool.parameters).resolved(tool.parameters)
