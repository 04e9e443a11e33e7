"""How a model reads a prompt: over what can't be seen, over widths and cases, and tags in any spelling.

`outside` is what it may take for the words of whoever wrote the prompt. What does not belong here: the
product's own way to keep text inside of fences, which this is to judge.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_TAG = re.compile("[\U000e0020-\U000e007e]")
# Those that the rules of some prompt call data.
_FENCES = (
    "source|question|conversation|follow_up|document|passage|rubric|answer|key_points|sample|draft|faults"
    "|log|events|graph|names"
)
_FENCED = re.compile(rf"<({_FENCES})\b[^>]*>.*?<\s*/\s*\1\b[^>]*>", re.DOTALL | re.IGNORECASE)
_IDLE = re.compile(r"[\s\\]+")
_SHAPES = str.maketrans("‹›", "<>")


def outside(text: str) -> str:
    """What stands outside of all fences."""
    return _FENCED.sub("", _spelled(text))


def holds(text: str, order: str) -> bool:
    """Whether the text has the order, however it is escaped or broken."""
    return _plain(order) in _plain(text)


def texts(body: dict[str, Any], *roles: str) -> Iterator[str]:
    """What messages of these roles say, of all if none is named."""
    for message in body["messages"]:
        if not roles or message["role"] in roles:
            content = message.get("content") or ""
            yield content if isinstance(content, str) else "\n".join(part["text"] for part in content)


def is_taken_for_ours(body: dict[str, Any], order: str) -> bool:
    """Whether a request has the order where its reader takes it for the words of whoever wrote the prompt.

    A tool's message is data by the protocol: nothing in it can end it.
    """
    rules = any(holds(text, order) for text in texts(body, "system", "developer"))
    return rules or any(holds(outside(text), order) for text in texts(body, "user"))


def is_read(body: dict[str, Any], order: str) -> bool:
    """Whether a request has the order anywhere."""
    return any(holds(text, order) for text in texts(body))


def _spelled(text: str) -> str:
    """Characters as they are read; tag characters are letters to a model."""
    seen = _TAG.sub(lambda tag: chr(ord(tag[0]) - 0xE0000), _IGNORABLE.sub("", text))
    return unicodedata.normalize("NFKC", seen)


def _plain(text: str) -> str:
    return _IDLE.sub("", _spelled(html.unescape(text)).translate(_SHAPES)).casefold()
