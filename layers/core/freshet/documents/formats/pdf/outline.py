"""PDF: the outline's entries, and the lines of a page that show them, as headings.

What does not belong here: lines themselves (`lines`).
"""

import re
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

from freshet.documents.formats.pdf.lines import Line, normal
from freshet.documents.formats.pdf.paragraphs import joined

_LIMIT = 20_000  # entries; more is an attack or a generated index
_NUMBER = re.compile(
    r"(?:第.{1,4}[章节節部篇]|chapter|section|part|appendix|[\d.]+|[ivxlc]+\.)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An outline entry: its normalised title, its level from 1, and where on the page it points."""

    title: str
    level: int
    top: float | None


def outline(document: Any) -> dict[int, list[Entry]]:
    """The outline's entries by page index."""
    entries: dict[int, list[Entry]] = {}
    for count, bookmark in enumerate(document.get_toc()):
        if count >= _LIMIT:
            break
        destination = bookmark.get_dest()
        page = destination.get_index() if destination else None
        title = normal(bookmark.get_title())
        if page is not None and title:
            mode, view = destination.get_view()
            top = view[1] if mode == pdfium_c.PDFDEST_VIEW_XYZ and len(view) > 1 else None
            entries.setdefault(page, []).append(Entry(title, bookmark.level + 1, top))
    return entries


def mark(lines: list[Line], entry: Entry) -> None:
    """Makes the line that shows an entry a heading; lines of a title in several lines are merged."""
    best: tuple[float, int, int] | None = None
    for at in range(len(lines)):
        text = ""
        for end in range(at + 1, min(at + 4, len(lines)) + 1):
            text += normal(lines[end - 1].text)
            if len(text) > len(entry.title) + 24:
                break
            if _shows(text, entry.title) and not lines[at].level:
                top = lines[at].bottom + lines[at].height
                distance = -lines[at].height if entry.top is None else abs(top - entry.top)
                best = min(best or (distance, at, end), (distance, at, end))
    if best is not None:
        _, at, end = best
        lines[at].text = joined(lines[at:end])
        lines[at].level = entry.level
        del lines[at + 1 : end]


def _shows(text: str, title: str) -> bool:
    """Whether a line is a title, give or take the number that one of both carries."""
    if text == title:
        return True
    long, short = (text, title) if len(text) > len(title) else (title, text)
    return bool(short) and long.endswith(short) and bool(_NUMBER.fullmatch(long[: -len(short)]))
