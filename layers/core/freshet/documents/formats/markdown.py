"""Markdown: headings, fenced code kept whole, tables, lists, paragraphs; inline markup stays as written.

A line scanner after CommonMark's block rules, as far as retrieval needs them. Metadata before the text is
text, its title a heading. Comments are left out.
What does not belong here: rendering.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.text import parsed

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`]*)$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])(?:\s+|$)")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_DELIMITERS = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_METADATA = {"---": re.compile(r"[\w-]+\s*:"), "+++": re.compile(r"[\w.-]+\s*=|\[")}
_MAX_METADATA = 200  # lines
_TITLE = re.compile(r"title\s*[:=]\s*(\S.*)", re.IGNORECASE)
_INDENTED = re.compile(r"(?: {4}|\t)")


def read(path: Path) -> Iterator[Block | Progress]:
    """The document's blocks."""
    return parsed(path, parse)


def parse(text: str) -> Iterator[Block]:
    """The blocks of a Markdown text."""
    lines = text.split("\n")
    at = _metadata_end(lines)
    yield from _metadata(lines[1 : max(at - 1, 1)])
    while at < len(lines):
        line = lines[at]
        if not line.strip() or _RULE.match(line):
            at += 1
        elif line.lstrip().startswith("<!--") and (end := _comment_end(lines, at)):
            at = end
        elif heading := _ATX.match(line):
            at += 1
            if title := (heading[2] or "").strip(" #\t"):
                yield Block(title, "heading", level=len(heading[1]))
        else:
            block, at = _block(lines, at)
            yield block


def _metadata_end(lines: list[str]) -> int:
    """The line after the YAML or TOML that a file begins with, 0 where it does not."""
    mark = lines[0].strip()
    if mark not in _METADATA or len(lines) < 2 or not _METADATA[mark].match(lines[1]):
        return 0
    ends = {mark, "..."} if mark == "---" else {mark}
    return next((at + 1 for at, line in enumerate(lines[:_MAX_METADATA]) if at and line.strip() in ends), 0)


def _metadata(lines: list[str]) -> Iterator[Block]:
    title = next((match[1].strip("'\" ") for line in lines if (match := _TITLE.match(line))), "")
    if title:
        yield Block(title, "heading", level=1)
    if text := "\n".join(line for line in lines if line.strip() and not _TITLE.match(line)):
        yield Block(text)


def _comment_end(lines: list[str], at: int) -> int:
    """The line after a comment, 0 where text follows it in its last line; an open one runs to the end."""
    end = next((end for end in range(at, len(lines)) if "-->" in lines[end]), None)
    if end is None:
        return len(lines)
    return end + 1 if lines[end].rstrip().endswith("-->") else 0


def _block(lines: list[str], at: int) -> tuple[Block, int]:
    """The block that begins at a line, and the line after it."""
    fence = _FENCE.match(lines[at])
    if fence:
        end = _fence_end(lines, at, fence[1])
        return Block("\n".join(lines[at:end]), "code"), end
    if _is_table(lines, at):
        end = _end(lines, at, lambda line: "|" in line)
        header = "\n".join(lines[at : at + 2]) if end > at + 2 else ""
        return Block("\n".join(lines[at:end]), "table", header=header), end
    if _ITEM.match(lines[at]):
        return _list(lines, at)
    if _INDENTED.match(lines[at]):
        end = _end(lines, at, lambda line: bool(_INDENTED.match(line)))
        return Block("\n".join(lines[at:end]), "code"), end
    return _paragraph(lines, at)


def _paragraph(lines: list[str], at: int) -> tuple[Block, int]:
    end = at + 1
    while end < len(lines) and lines[end].strip():
        underline = _SETEXT.match(lines[end])
        if underline:
            title = " ".join(line.strip() for line in lines[at:end])
            return Block(title, "heading", level=1 if underline[1][0] == "=" else 2), end + 1
        if _interrupts(lines, end):
            break
        end += 1
    return Block("\n".join(lines[at:end]).strip()), end


def _list(lines: list[str], at: int) -> tuple[Block, int]:
    """A list with its nested items and paragraphs; blank lines between items are dropped."""
    kept = [lines[at]]
    end = at + 1
    while end < len(lines):
        line = lines[end]
        if not line.strip():
            following = next((later for later in lines[end + 1 : end + 4] if later.strip()), "")
            if not (_ITEM.match(following) or _indented(following)) or _RULE.match(following):
                break
        elif _RULE.match(line) or (_interrupts(lines, end) and not _ITEM.match(line) and not _indented(line)):
            break
        else:
            kept.append(line)
        end += 1
    return Block("\n".join(kept), "list"), end


def _indented(line: str) -> bool:
    return line.startswith(("  ", "\t"))


def _interrupts(lines: list[str], at: int) -> bool:
    """Whether a line ends the paragraph before it without a blank line."""
    line = lines[at]
    return bool(
        _ATX.match(line) or _FENCE.match(line) or _RULE.match(line) or _ITEM.match(line)
    ) or _is_table(lines, at)


def _is_table(lines: list[str], at: int) -> bool:
    return (
        "|" in lines[at]
        and at + 1 < len(lines)
        and "-" in lines[at + 1]
        and "|" in lines[at + 1]
        and bool(_DELIMITERS.match(lines[at + 1]))
    )


def _fence_end(lines: list[str], at: int, fence: str) -> int:
    """The line after the closing fence; an unclosed one runs to the end, as CommonMark says."""
    for end in range(at + 1, len(lines)):
        closing = lines[end].strip()
        if closing.startswith(fence) and not closing.strip(fence[0]):
            return end + 1
    return len(lines)


def _end(lines: list[str], at: int, belongs: Callable[[str], bool]) -> int:
    """The first line after `at` that is blank or does not belong."""
    end = at + 1
    while end < len(lines) and lines[end].strip() and belongs(lines[end]):
        end += 1
    return end
