"""Texts in their four formats: `[html]`, `[markdown]`, `[plain]`, `[moodle]`, the last if none is named.

A learner sees text: HTML becomes text, Markdown stays. In `[moodle]` a line break in the file is a blank, as
in the examples of Moodle's own documentation; `\\n` is a line break.
"""

import re
from typing import Literal, cast

from freshet.exercises.formats.gift.html import text_of
from freshet.exercises.formats.gift.source import Source, escaped, unescaped

Format = Literal["html", "markdown", "plain", "moodle"]

_MARKER = re.compile(r"\[(html|markdown|plain|moodle)\]")
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
# Moodle would take it for a marker, or for a weight.
_LEADING = re.compile(r"\[(?:html|markdown|plain|moodle)\]|%")
# What Moodle shows otherwise than it is written, unless the text is `[plain]`: HTML, and blanks that count.
_MARKUP = re.compile(r"[<>&\t]|  ")


def read(source: Source, default: Format = "moodle") -> tuple[str, Format]:
    """The text and its format."""
    raw, format_ = source.raw.strip(), default
    if marker := _MARKER.match(raw):
        raw, format_ = raw[marker.end() :], cast(Format, marker[1])
    if format_ == "moodle":
        raw = unwrapped(raw)
    text = unescaped(raw)
    return (text_of(text) if format_ == "html" else text).strip(), format_


def unwrapped(raw: str) -> str:
    """The lines as one. Between East Asian characters a line break is nothing, elsewhere a blank."""
    text = ""
    pieces = []
    for line in filter(None, (line.strip() for line in raw.split("\n"))):
        joined = text and _WIDE.match(text[-1]) and _WIDE.match(line[0])
        pieces.append(line if joined or not text else f" {line}")
        text = line
    return "".join(pieces)


def marker(stem: str, *others: str) -> str:
    """The format that shows the texts of a question in Moodle as they are."""
    plain = _LEADING.match(stem) or stem.startswith("//") or any(map(_MARKUP.search, (stem, *others)))
    return "[plain]" if plain else ""


def written(text: str) -> str:
    """The text of an answer or a feedback, in the format of its question."""
    text = text.strip()
    return f"[plain]{escaped(text)}" if _LEADING.match(text) else escaped(text)
