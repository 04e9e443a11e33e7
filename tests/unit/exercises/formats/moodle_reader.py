"""Moodle XML as Moodle's importer takes it, told in the words of these tests."""

import re
from dataclasses import dataclass
from html import unescape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element


@dataclass(frozen=True)
class Answer:
    text: str
    percent: float
    feedback: str = ""


def read(data: bytes) -> list[Element]:
    """The questions, without the category."""
    root = ElementTree.fromstring(data)
    assert root.tag == "quiz"
    category, *questions = root
    assert category.get("type") == "category"
    return questions


def text(parent: Element | None, path: str = "text") -> str:
    """A text that is taken as it stands."""
    assert parent is not None
    return parent.findtext(path) or ""


def shown(parent: Element | None, path: str = "text") -> str:
    """A text of HTML, as a browser shows it."""
    return browsed(text(parent, path))


def answers(question: Element, *, html: bool = False) -> list[Answer]:
    return [
        Answer((shown if html else text)(one), float(one.get("fraction", "")), shown(one, "feedback/text"))
        for one in question.findall("answer")
    ]


def embedded(question: Element) -> tuple[list[str], list[tuple[int, list[Answer]]]]:
    """The text around the blanks; and of each blank the weight and what is accepted."""
    rest = text(question, "questiontext/text")
    parts, blanks = [], []
    while begins := re.search(r"\{(\d*):(?:SHORTANSWER|SA|MW):", rest):
        parts.append(browsed(rest[: begins.start()]))
        accepted, length = _alternatives(rest[begins.end() :])
        blanks.append((int(begins[1]), accepted))
        rest = rest[begins.end() + length :]
    return [*parts, browsed(rest)], blanks


def _alternatives(rest: str) -> tuple[list[Answer], int]:
    """What is accepted, up to the end of the blank, and where that is."""
    found, at = [], 0
    while True:
        credit = re.match(r"=|%(-?[\d.]+)%", rest[at:])
        assert credit
        start = at + credit.end()
        at = _end(rest, start, "~#}", r"(?<!\\)(?<!&)(?<!&amp;)")
        answer, feedback = rest[start:at], ""
        if rest[at] == "#":
            start = at + 1
            at = _end(rest, start, "~}", r"(?<!\\)")
            feedback = rest[start:at]
        percent = float(credit[1]) if credit[1] else 100
        found.append(Answer(_unquoted(answer), percent, browsed(_unquoted(feedback))))
        if rest[at] == "}":
            return found, at + 1
        at += 1


def _end(rest: str, start: int, ends: str, not_after: str) -> int:
    end = re.compile(f"{not_after}[{ends}]").search(rest, start)
    assert end, rest
    return end.start()


def _unquoted(answer: str) -> str:
    return unescape(answer).replace(r"\}", "}").replace(r"\#", "#")


def browsed(html: str) -> str:
    """What a browser shows of it."""
    html = re.sub(r"</?span[^>]*>", "", html).replace("<br>", "\n")
    assert "<" not in html, html
    return unescape(html)
