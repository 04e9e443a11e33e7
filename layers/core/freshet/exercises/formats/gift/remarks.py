r"""Remarks: `[name:value]` in the comments of a question.

Moodle knows `[id:…]` and `[tag:…]` and passes over the others, in which stands what GIFT has no place for.
Tags are the concepts, but for `difficulty:…` and `bloom:…`. A `]` in a value is `\]`, as in Moodle; what
Moodle allows in no tag is written as `&#60;`.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from freshet.exercises.formats.sheet import cited
from freshet.exercises.formats.words import number, words
from freshet.exercises.question import (
    Bloom,
    Criterion,
    Difficulty,
    Essay,
    Kind,
    Numeric,
    Question,
    ShortAnswer,
)

_REMARK = re.compile(r"\[([a-z]+):((?:\\\]|[^\[\]])*)\]")
_UNSAYABLE = re.compile(r"[<>`\[\\\x00-\x1f\x7f-\x9f]|&(?=#)")
_SAID = re.compile(r"&#(\d{1,3});")
_LEVEL = re.compile(r"(difficulty|bloom):(.*)", re.DOTALL)
_GAP = re.compile(r"(\d{1,4})/(\d{1,4})", re.ASCII)
_LARGEST = 1000.0  # points of a question, and of a criterion


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the comments of a question say."""

    values: dict[str, list[str]]

    @property
    def id(self) -> str:
        return self._value("id")

    @property
    def kind(self) -> str:
        """Of the question that was written; without it, its form tells."""
        return self._value("type")

    @property
    def gap(self) -> tuple[int, int] | None:
        """Which gap of a cloze question this is, and of how many."""
        found = _GAP.fullmatch(self._value("gap"))
        return (int(found[1]), int(found[2])) if found else None

    @property
    def unit(self) -> str:
        return self._value("unit")

    @property
    def sample(self) -> str:
        return self._value("sample")

    @property
    def rubric(self) -> list[Criterion]:
        parts = [value.partition(":") for value in self.values.get("criterion", [])]
        rated = [(_points(points), _decoded(text)) for points, _, text in parts]
        fit = [(points, text) for points, text in rated if points and text]
        return [Criterion(id=str(at), text=text, points=points) for at, (points, text) in enumerate(fit, 1)]

    def common(self) -> dict[str, Any]:
        """What all types of questions have."""
        tags = self.values.get("tag", [])
        levels = {found[1]: found[2] for found in map(_LEVEL.fullmatch, tags) if found}
        said = {
            "points": _points(self._value("points")),
            "difficulty": levels.get("difficulty") in get_args(Difficulty) and levels["difficulty"],
            "bloom": levels.get("bloom") in get_args(Bloom) and levels["bloom"],
            "language": self._value("language"),
            "concepts": list(dict.fromkeys(_decoded(tag) for tag in tags if not _LEVEL.fullmatch(tag))),
        }
        return {name: value for name, value in said.items() if value}

    def _value(self, name: str) -> str:
        return _decoded(self.values.get(name, [""])[0])


def read(comments: Iterable[str]) -> Remarks:
    """The remarks in the lines of comments."""
    values: dict[str, list[str]] = {}
    for comment in comments:
        for name, value in _REMARK.findall(comment):
            if value.strip():
                values.setdefault(name, []).append(value.strip())
    return Remarks(values)


def written(question: Question, gap: tuple[int, int] | None = None) -> Iterator[str]:
    """The comments of a question; of `gap`, if it is written one gap at a time."""
    yield f"// {' '.join(_first(question, gap))}"
    if isinstance(question, ShortAnswer | Essay):
        for one in question.rubric:
            yield f"// [criterion:{number(one.points)}:{_encoded(one.text)}]"
    if isinstance(question, Essay) and question.sample:
        yield f"// {_remark('sample', question.sample)}"
    if question.source:
        yield f"// {_remark('source', cited(question.source, words(question.language)))}"


def _first(question: Question, gap: tuple[int, int] | None) -> Iterator[str]:
    kind: Kind = question.type
    yield _remark("id", f"{question.id}-{gap[0]}" if gap else question.id)
    yield _remark("type", kind)
    if gap:
        yield _remark("gap", f"{gap[0]}/{gap[1]}")
    if question.points != 1:
        yield _remark("points", number(question.points))
    if question.language:
        yield _remark("language", question.language)
    if isinstance(question, Numeric) and question.unit:
        yield _remark("unit", question.unit)
    yield f"[tag:difficulty:{question.difficulty}] [tag:bloom:{question.bloom}]"
    for concept in filter(str.strip, question.concepts):
        tag = _encoded(concept)
        yield f"[tag:{tag.replace(':', '&#58;', 1) if _LEVEL.match(tag) else tag}]"


def _remark(name: str, value: str) -> str:
    return f"[{name}:{_encoded(value)}]"


def _encoded(value: str) -> str:
    coded = _UNSAYABLE.sub(lambda found: f"&#{ord(found[0])};", value.strip())
    return coded.replace("]", r"\]")


def _decoded(value: str) -> str:
    return _SAID.sub(lambda found: chr(int(found[1])), value.replace(r"\]", "]"))


def _points(value: str) -> float | None:
    try:
        points = float(value)
    except ValueError:
        return None
    return points if math.isfinite(points) and 0 < points <= _LARGEST else None
