"""Drafts: an event as a model writes it, and how its members are read.

Models keep to numbers of lines better than to ids. What does not belong here: which lines there are, and who
has them already (`sheet`).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MAX_TITLE = 200  # characters
_UNSURE = 0.5  # of a draft that doesn't say how sure it is
_MOST_LINES = 2_000  # characters that name lines: 250 single ones have some 1,200
_TO = re.compile(r"(?<=\d)\s*(?:[-–—−~～]|\.{2,3}|to|至|到)\s*(?=[a-z]*\d)", re.IGNORECASE)
_WHOLE = re.compile(r"[\dA-Za-z_.:+-]*\d[\dA-Za-z_.:+-]*")  # what has a digit in it, up to a blank or a comma
_NUMBER = r"(?:l|lines?|rows?|no)?[._]?(\d+)"
_SPAN = re.compile(f"{_NUMBER}(?:-{_NUMBER})?[.:]?", re.IGNORECASE)  # no date, no id, no fraction
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CJK = re.compile("[\u3041-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_WORD = re.compile("[A-Za-z\u00c0-\u1fff]{2,}")
_CJK_LANGUAGES = {"zh", "ja", "ko", "yue"}
_FOREIGN_WORDS = 3  # in a title: fewer may be a name


def _text(value: Any) -> Any:
    """What a model wrote as a text, if it wrote a number, a list of texts, or nothing."""
    match value:
        case None:
            return ""
        case bool() | int() | float():
            return str(value)
        case list():
            return ", ".join(str(_text(one)) for one in value)
    return value


def _share(value: Any) -> float:
    """A share from 0 to 1, whatever a model wrote."""
    try:
        percent = isinstance(value, str) and value.strip().endswith("%")
        share = float(value.strip().rstrip("%") if isinstance(value, str) else value)
    except (TypeError, ValueError):
        return _UNSURE
    if not isfinite(share):
        return _UNSURE
    return min(max(share / 100 if percent else share, 0.0), 1.0)


class EventDraft(BaseModel):
    """An event as a model writes it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    lines: Annotated[str, BeforeValidator(_text)] = Field(
        description="the numbers of the event's lines, such as 1-4, 6"
    )
    type: Annotated[str, BeforeValidator(_text)] = ""
    title: Annotated[str, BeforeValidator(_text)] = ""
    confidence: Annotated[float, BeforeValidator(_share)] = _UNSURE


def numbers(said: str, most: int) -> tuple[list[int], bool]:
    """The lines from 1 to `most` that a draft names, each once, in order; and whether it names others.

    Numbers that are part of something else, an id or a date, name no line.
    """
    named: set[int] = set()
    wrong = False
    for one in _WHOLE.findall(_TO.sub("-", unicodedata.normalize("NFKC", said[:_MOST_LINES]))):
        span = _SPAN.fullmatch(one)
        if span is None:
            wrong = True
            continue
        first, last = int(span[1]), int(span[2] or span[1])
        begin, end = sorted((first, last))
        outside = begin < 1 or end > most
        wrong = wrong or outside
        if first <= last or not outside:  # who counts backwards from a line that there is not, means none
            named.update(range(max(begin, 1), min(end, most) + 1))
    return sorted(named), wrong


def titled(text: str) -> str:
    """A title as it can be kept: on one line, without what can't be seen; empty if it says nothing."""
    written = unicodedata.normalize("NFC", text.encode(errors="ignore").decode()[: 4 * MAX_TITLE])
    seen = "".join(" " if unicodedata.category(one) in ("Cc", "Cn") else one for one in written)
    title = " ".join(_UNSEEN.sub("", seen).split())
    if len(title) > MAX_TITLE:
        title = f"{title[: MAX_TITLE - 1].rstrip()}…"
    return title if any(one.isalnum() for one in title) else ""


def typed(said: str, types: Iterable[str]) -> str | None:
    """The type of the vocabulary that a draft names; None if it names another."""
    known = {_folded(one): one for one in types}
    return known.get(_folded(said))


def in_other_language(title: str, language: str, names: Sequence[str]) -> bool:
    """Whether a title is surely not in the language: names that stand in the log are no sign."""
    for name in sorted(set(names), key=len, reverse=True):
        title = title.replace(name, " ") if name else title
    cjk, words = len(_CJK.findall(title)), len(_WORD.findall(title))
    if language.partition("-")[0].lower() in _CJK_LANGUAGES:
        return not cjk and words >= _FOREIGN_WORDS
    return cjk > words


def _folded(type_: str) -> str:
    return re.sub(r"[\s_-]+", "-", unicodedata.normalize("NFKC", type_[:200]).casefold().strip())
