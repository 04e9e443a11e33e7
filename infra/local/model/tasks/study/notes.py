"""Notes on study material: its most central facts as key points, its terms as concepts."""

from collections import Counter
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.study.facts import facts, plain, terms_of
from infra.local.model.tasks.summary import central
from infra.local.model.text import language, sentences

_POINTS, _CONCEPTS = 8, 12
_LEVELS = ("elementary", "secondary", "undergraduate", "graduate")
_DIFFICULTIES = ("easy", "medium", "hard", "hard")


def noted(prompt: Prompt) -> dict[str, Any]:
    """The notes on one part."""
    document = prompt.fenced("document")
    said = facts(document)
    chosen = set(central("\n".join(fact.text for fact in said), _POINTS))
    points = [
        {"text": fact.text, "quote": fact.quote, "concepts": list(fact.terms[:3])}
        for fact in said
        if fact.text in chosen
    ] or [{"text": plain(one), "quote": one, "concepts": []} for one in sentences(document)[:1]]
    level, difficulty = _level(document)
    return {
        "language": language(document),
        "level": level,
        "difficulty": difficulty,
        "key_points": points,
        "concepts": list(terms_of(document)[:_CONCEPTS]),
    }


def reduced(prompt: Prompt) -> dict[str, Any]:
    """Every other key point of many, and the terms that most of them hold."""
    listed = prompt.fenced("key_points")
    lines = [line.partition(". ") for line in listed.splitlines()]
    numbers = [int(number) for number, _, _ in lines if number.isdigit()]
    text = "\n".join(point for _, _, point in lines)
    level, difficulty = _level(text)
    return {
        "key_points": numbers[:: 2 if len(numbers) > 2 * _POINTS else 1],
        "concepts": list(terms_of(text)[:_CONCEPTS]),
        "level": level,
        "difficulty": difficulty,
    }


def _level(text: str) -> tuple[str, str]:
    """By the length of its sentences: what there is without a model."""
    lengths = Counter(min(len(one) // (20 if language(text) == "zh" else 60), 3) for one in sentences(text))
    typical = max(lengths, key=lambda size: lengths[size]) if lengths else 0
    return _LEVELS[typical], _DIFFICULTIES[typical]
