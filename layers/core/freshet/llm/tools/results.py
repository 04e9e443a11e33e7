"""What a tool gives back to the model: text, or JSON as text, of bounded length."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

_MAX_CHARS = 100_000  # of one result: some 25,000 tokens in English, more in Chinese


class ToolError(Exception):
    """Raised by a tool for the model to read: what went wrong, and what it could do instead.

    Not in `freshet.errors`: no client sees it. Of any other exception the model learns the type alone.
    """


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What became of the call `id`; `content` is what the model is told."""

    id: str
    name: str
    content: str
    failed: bool = False

    def message(self) -> dict[str, Any]:
        """The result as a message, to stand after the assistant's message with the call."""
        return {"role": "tool", "tool_call_id": self.id, "content": self.content}


def as_text(value: Any) -> str:
    """A text as it is and everything else as JSON, so that None is `null`.

    Raises ToolError for what JSON does not have, bytes among it.
    """
    if isinstance(value, str):
        return bounded(value)
    try:
        return bounded(orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode())
    except TypeError as error:
        raise ToolError(f"The result can't be given as JSON: {error}") from error


def bounded(text: str) -> str:
    """The text, cut with a note if it is too long, and without halves of characters, which can't be sent."""
    if len(text) > _MAX_CHARS:
        text = f"{text[:_MAX_CHARS]}\n[cut: {_MAX_CHARS} of {len(text)} characters]"
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _plain(value: Any) -> Any:
    """What orjson does not know itself; pydantic is not imported only to recognise its models."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Set):
        return list(value)
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError
