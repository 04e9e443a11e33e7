"""What a docstring says to a model: its first paragraph, and the parameters in Google's or reST's form."""

import re
from itertools import takewhile
from textwrap import dedent

_HEADINGS = {"Args:", "Arguments:", "Parameters:", "参数:", "参数："}
_GOOGLE = re.compile(r"(?P<name>\w+)\s*(?:[(（].*?[)）])?\s*[:：]\s*(?P<text>.*)")
_REST = re.compile(r":param\s+(?:[^:]*\s)?(?P<name>\w+)\s*:\s*(?P<text>.*)")


def summary(doc: str) -> str:
    """The first paragraph."""
    lines = takewhile(lambda line: line.strip() and not _opens_parameters(line), doc.strip().splitlines())
    return "\n".join(lines)


def parameters(doc: str) -> dict[str, str]:
    """The description of each parameter that has one."""
    return {**_entries(_section(doc), _GOOGLE), **_entries(doc, _REST)}


def _opens_parameters(line: str) -> bool:
    return line.strip() in _HEADINGS or line.startswith(":param")


def _section(doc: str) -> str:
    """The indented block under Google's heading."""
    lines = iter(doc.splitlines())
    for line in lines:
        if line.strip() in _HEADINGS:
            return dedent("\n".join(takewhile(lambda line: not line or line[0].isspace(), lines)))
    return ""


def _entries(text: str, entry: re.Pattern[str]) -> dict[str, str]:
    """Each entry with the indented lines that follow it."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if match := entry.match(line):
            name = match["name"]
            found[name] = match["text"]
        elif name and line[:1].isspace():
            found[name] += f"\n{line.strip()}"
        else:
            name = ""
    return {name: text.strip() for name, text in found.items()}
