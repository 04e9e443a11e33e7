"""The text of an HTTP answer: unpacked, decoded, cut, and without the secrets that it was asked with.

What does not belong here: requests (`http_tool`), which encoding unlabelled bytes are in
(`freshet.encodings`).
"""

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from urllib.parse import quote

from freshet.encodings import decode, looks_like_text
from freshet.llm.tools import ToolError

_TEXT = re.compile(
    r"text/.*|.*[/+.-](json|xml|yaml|javascript|csv|graphql|sql|ndjson|jsonl|toml)|.*x-www-form-urlencoded"
)
_UNTOLD = {"", "application/octet-stream", "binary/octet-stream"}  # types that say nothing
_SAMPLE = 8_192
_MIN_SECRET = 4  # characters: whatever is shorter stands in every text
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Text:
    """What is readable of an answer; `cut` says that there was more."""

    content: str
    cut: bool


def readable(data: bytes, headers: Mapping[str, str], limit: int) -> Text:
    """The text of at most `limit` bytes of a body, unpacked. Raises ToolError if it is none."""
    unpacked = _unpacked(data, headers.get("content-encoding", ""), limit + 1)
    label = Message()
    label["content-type"] = headers.get("content-type", "")
    kind = label.get_content_type() if label["content-type"] else ""
    if not (_TEXT.fullmatch(kind) or kind in _UNTOLD) or not looks_like_text(unpacked[:_SAMPLE]):
        raise ToolError(f"The content is {kind or 'binary'}, which can't be read as text.")
    cut = len(data) > limit or len(unpacked) > limit
    text = decode(unpacked[:limit], label.get_content_charset())
    return Text(text.rstrip("\ufffd") if cut else text, cut)


class Redaction:
    """Keeps secrets out of texts, in the spellings in which an answer may repeat them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
        self._spellings = sorted(spellings, key=len, reverse=True)

    def of(self, text: str) -> str:
        """The text without them."""
        for spelling in self._spellings:
            text = text.replace(spelling, _HIDDEN)
        return text

    def of_text(self, text: Text, limit: int) -> str:
        """As `of`; of a text that was cut, also without the beginning of a secret at its end."""
        content = self.of(text.content)
        if not text.cut:
            return content
        longest = len(self._spellings[0]) if self._spellings else 0
        note = f"\n[cut: the answer is longer than {limit} bytes]"
        kept = min(len(content) - longest, limit - len(note))  # of a result with more the note would be cut
        return content[:kept] + note


def _unpacked(data: bytes, encoding: str, limit: int) -> bytes:
    """At most `limit` bytes of what was compressed: a few may stand for very many."""
    if encoding in {"", "identity"}:
        return data[:limit]
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise ToolError(f"The content is packed with {encoding[:40]!r}, which was not asked for.")
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(data, limit)
    except zlib.error:
        raise ToolError("The content is packed, and damaged.") from None


def _spellings(secret: str) -> set[str]:
    """The secret, and what follows its scheme (`Bearer …`): as it is, in JSON, in a URL."""
    values = {secret, secret.rpartition(" ")[2]}
    found = (
        values | {json.dumps(value)[1:-1] for value in values} | {quote(value, safe="") for value in values}
    )
    return {spelling for spelling in found if len(spelling) >= _MIN_SECRET}
