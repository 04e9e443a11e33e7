"""Answers to exercise questions: what fills a gap so that the material says it, what the material states."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.study.facts import plain
from infra.local.model.tasks.study.questions import GAP
from infra.local.model.text import normalise, sentences, terms

_MARK = re.compile(rf"\{{\{{\d+\}}\}}|{GAP}")
_LEAD = re.compile(r"^[^?？：:]{3,40}[?？：:]\s*")  # what asks, before the sentence with the gap
_LONGEST = 60  # characters that fill a gap

Asked = dict[str, Any]


def answered(prompt: Prompt) -> dict[str, Any]:
    """`{"answer": [...]}` to the question in the prompt, from its material alone."""
    try:
        asked = json.loads(prompt.fenced("question"))
    except ValueError:
        asked = {}
    material = Material(prompt.fenced("document"))
    solve = _SOLVERS.get(asked.get("type", ""))
    return {"answer": solve(asked, material) if solve else []}


class Material:
    """What the material says, folded for comparison."""

    def __init__(self, document: str) -> None:
        self._sentences = [plain(one) for one in sentences(document)]
        self._folded = [_folded(one) for one in self._sentences]
        self.text = " ".join(self._folded)

    def says(self, statement: str) -> bool:
        """Whether it stands there."""
        return bool(statement.strip()) and _folded(statement).rstrip("。. ") in self.text

    def fill(self, gapped: str) -> list[str]:
        """What stands where the text has its gaps; nothing if the material has no such sentence."""
        parts = [re.escape(_folded(part)) for part in _MARK.split(gapped)]
        pattern = re.compile(parts[0] + "".join(f"(.{{1,{_LONGEST}}}?){part}" for part in parts[1:]))
        whole = (pattern.fullmatch(sentence) for sentence in self._folded)
        found = next(filter(None, whole), None) or pattern.search(self.text)
        return [filling.strip() for filling in found.groups()] if found else []

    def nearest(self, text: str) -> str:
        """The sentence that shares most terms with the text."""
        wanted = set(terms(text))
        return max(self._sentences, key=lambda one: len(wanted & set(terms(one))), default="")


def _folded(text: str) -> str:
    return " ".join(normalise(text).split())


def _sentence(asked: Asked) -> str:
    """The sentence with the gap, without the words that ask for it."""
    question = str(asked.get("question", ""))
    stripped = _LEAD.sub("", question)
    return stripped if _MARK.search(stripped) else question


def _options(asked: Asked) -> Sequence[tuple[str, str]]:
    return [(str(one["id"]), str(one["text"])) for one in asked.get("options") or []]


def _single_choice(asked: Asked, material: Material) -> list[str]:
    sentence, options = _sentence(asked), _options(asked)
    gapped = bool(_MARK.search(sentence))
    for id_, text in options:
        if material.says(_MARK.sub(lambda _, text=text: text, sentence) if gapped else text):  # type: ignore[misc]
            return [id_]
    near = set(terms(material.nearest(sentence)))
    best = max(options, key=lambda one: len(near & set(terms(one[1]))), default=("", ""))
    return [best[0]]


def _multiple_choice(asked: Asked, material: Material) -> list[str]:
    return [id_ for id_, text in _options(asked) if material.says(text)]


def _true_false(asked: Asked, material: Material) -> list[str]:
    return ["true" if material.says(str(asked.get("question", ""))) else "false"]


def _fillings(asked: Asked, material: Material) -> list[str]:
    return material.fill(_sentence(asked))


def _matching(asked: Asked, material: Material) -> list[str]:
    rights = [(str(one["id"]), str(one["text"])) for one in asked.get("right") or []]

    def fits(left: str, right: str) -> bool:
        return material.says(_MARK.sub(lambda _: right, left))

    lefts = [str(one["text"]) for one in asked.get("left") or []]
    return [next((id_ for id_, text in rights if fits(left, text)), "") for left in lefts]


def _ordering(asked: Asked, material: Material) -> list[str]:
    entries = [(str(one["id"]), str(one["text"])) for one in asked.get("entries") or []]
    return [id_ for id_, _ in sorted(entries, key=lambda one: material.text.find(_folded(one[1])))]


_SOLVERS: dict[str, Callable[[Asked, Material], list[str]]] = {
    "single_choice": _single_choice,
    "multiple_choice": _multiple_choice,
    "true_false": _true_false,
    "cloze": _fillings,
    "short_answer": _fillings,
    "numeric": _fillings,
    "matching": _matching,
    "ordering": _ordering,
}
