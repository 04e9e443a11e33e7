"""PDF: lines joined to paragraphs, by where they lie.

What does not belong here: where lines come from (`pdf_lines`), tables (`pdf_tables`).
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from freshet.documents.blocks import Block
from freshet.documents.formats.pdf.hyphens import MARKS, Hyphens
from freshet.documents.formats.pdf.lines import CJK, Line

_ITEM = re.compile(
    r"(?:[•‣▪●○■□◆–—*·]|-|[（(]?(?:\d{1,3}|[a-zA-Z]|[一二三四五六七八九十]{1,3})[).）、])\s*\S"
)
_ENDS = re.compile(r"[.!?。！？:：;；][\"'”’)）」』]*$")


def pitch_of(lines: list[Line]) -> float:
    """The usual distance of a page's lines."""
    drops = [a.bottom - b.bottom for a, b in pairwise(lines) if a.bottom - b.bottom > a.height / 2]
    return sorted(drops)[len(drops) // 2] if drops else 0.0


def paragraphs(lines: list[Line], pitch: float, page: int, hyphens: Hyphens) -> Iterator[Block]:
    """The lines as headings, list items and paragraphs."""
    group: list[Line] = []
    for line in lines:
        if group and _parted(group, line, pitch):
            yield _block(group, page, hyphens)
            group = []
        group.append(line)
    if group:
        yield _block(group, page, hyphens)


def joined(group: list[Line]) -> str:
    """The lines as one text: wrapped lines run on, deliberate line ends stay."""
    text = group[0].text
    for at in range(1, len(group)):
        last, line = group[at - 1], group[at]
        if text.endswith(MARKS):
            text += line.text
        elif abs(last.bottom - line.bottom) < last.height * 0.3:  # raised marks part a line into several
            text += ("" if line.text[0] in ",.;:)" else " ") + line.text
        elif (
            last.filled or line.filled or not _fills(group[max(0, at - 4) : at], last, line)
        ) and not line.level:
            text += "\n" + line.text
        elif CJK.match(text[-1]) and CJK.match(line.text[0]):
            text += line.text
        else:
            text += " " + line.text
    return text


def _block(group: list[Line], page: int, hyphens: Hyphens) -> Block:
    text = hyphens.resolve(joined(group))
    if group[0].level:
        return Block(text, "heading", page, level=group[0].level)
    return Block(text, "list" if _ITEM.match(text) else "text", page)


def _parted(group: list[Line], line: Line, pitch: float) -> bool:
    """Whether a line begins a new paragraph."""
    last = group[-1]
    if line.level or last.level:
        return True
    drop = last.bottom - line.bottom
    if abs(drop) < last.height * 0.3:  # beside each other: cells of a row, a superscript
        return False
    if drop < 0 or drop > max(pitch, last.height) * 1.35:
        return not _goes_on(last, line)
    if abs(line.height - last.height) > max(line.height, last.height) * 0.15:
        return True
    if _ITEM.match(line.text):
        return True
    indented = line.left - last.left > 1.5 * line.advance and len(group) > 1
    return bool(_ENDS.search(last.text)) and (indented or not _fills(group, last, line))


def _goes_on(last: Line, line: Line) -> bool:
    """Whether a sentence runs on over a gap: the next column, a figure in between."""
    if last.text.endswith(MARKS):
        return True
    same = abs(last.height - line.height) <= 0.1 * last.height
    return same and not _ENDS.search(last.text) and line.text[0].islower() and len(last.text) > 20


def _fills(group: list[Line], last: Line, line: Line) -> bool:
    """Whether `last` was broken for want of room: the next word would not have fitted on it."""
    edge = max(other.right for other in (*group[-4:], line))
    word = 2 if CJK.match(line.text) else len(line.text.split(maxsplit=1)[0]) + 1
    return edge - last.right < word * line.advance * 1.2
