"""The quote: the source holds it, and it is long enough to prove something.

Marks of Markdown don't count on either side: models leave them out. What does not belong here: how quotes
are folded and found (`freshet.rag.quotes`).
"""

import re
from functools import lru_cache

from freshet.exercises.fault import Fault
from freshet.rag.quotes import Folded

_SOURCES = 16  # sections that are kept folded: all questions about one are checked against it
LEAST_WORDS, LEAST_HAN = 3, 5  # fewer are a term, which stands anywhere

_TAGS = (
    "a|abbr|aside|b|blockquote|br|caption|code|dd|details|div|dl|dt|em|figcaption|figure|h[1-6]|i|img|kbd|li|mark|ol|p"
    "|pre|q|s|section|small|span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul"
)
_MARKUP = re.compile(
    r"^[ \t]*(?:[-*+>•]|#{1,6}|\d{1,3}[.)])[ \t]+|^[ \t]*`{3,}.*$|`+|~~"
    rf"|</?(?:{_TAGS})(?:\s[^<>]*)?/?>|<!--.*?-->",
    re.MULTILINE,
)
_TARGET = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)|\]\[[^\[\]\s]*\]")
_STOPS = str.maketrans("。、；", ".,;")
_ELLIPSIS = re.compile(r"(?:\[\s?(?:…|\.\s?\.\s?\.)\s?\]|[（(](?:…|\.{3})[）)]|…+|⋯+|\.\s?\.\s?\.)")
_EDGE = " \t\r\n,.;:!?，。；：！？、\"'“”‘’「」"
_WORD = re.compile(r"[A-Za-z\u00c0-\u0dff]+(?:['’-][A-Za-z\u00c0-\u0dff]+)*|\d[\d.,]*")
_HAN = re.compile(r"[^\W\0-\u0dff]")


def quote_fault(quote: str, section_text: str) -> Fault | None:
    """What is wrong with a quote from the section; None if nothing is."""
    if _weight(_plain(quote)) < 1:
        return Fault(
            "quote",
            f"the quote {quote!r} is too short to prove anything; copy the whole sentence",
        )
    if not _holds(section_text, quote):
        return Fault(
            "quote", f"the source does not hold the quote {quote!r}; copy a sentence from it word for word"
        )
    return None


def _holds(section_text: str, quote: str) -> bool:
    """As it stands, or without marks on both sides."""
    return _has(_folded(section_text), quote) or _has(_unmarked(section_text), _plain(quote))


def _has(source: Folded, quote: str) -> bool:
    if source.find(quote.strip(_EDGE)) is not None:
        return True
    parts = [stripped for part in _ELLIPSIS.split(quote) if (stripped := part.strip(_EDGE))]
    if len(parts) < 2 or max(map(_weight, parts)) < 1:
        return False
    at = 0
    for part in parts:
        found = source.find(part, at)
        if found is None:
            return False
        at = found[1]
    return True


def _weight(text: str) -> float:
    return len(_WORD.findall(text)) / LEAST_WORDS + len(_HAN.findall(text)) / LEAST_HAN


@lru_cache(_SOURCES)
def _folded(text: str) -> Folded:
    return Folded(text)


@lru_cache(_SOURCES)
def _unmarked(text: str) -> Folded:
    return Folded(_plain(text))


def _plain(text: str) -> str:
    return _MARKUP.sub("", _TARGET.sub("", text)).translate(_STOPS)
