"""Summaries: the most central sentences of `<document>`, in their order."""

import math
import re
from collections import Counter

from infra.local.model.prompt import Prompt
from infra.local.model.text import language, one_line, sentences, terms

_DEFAULT_SENTENCES = 4
_MAX_SENTENCES = 10
_CONSIDERED = 600  # sentences of a long document
_WISH = re.compile(
    r"(?:(\d+)|(one|two|three|four|five|six|[一二两三四五六]))[\s-]*(?:short\s+)?(?:sentences?|句)",
    re.IGNORECASE,
)
_NUMERALS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6} | {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
}
_SAME = 0.5  # of a sentence's terms already said: leave it out


def reply(prompt: Prompt) -> str | None:
    """The summary, or None if there is no document."""
    document = prompt.fenced("document")
    if not document:
        return None
    chosen = central(document, _wished(prompt.rules))
    return ("" if language(document) == "zh" else " ").join(map(one_line, chosen))


def _wished(rules: str) -> int:
    wish = _WISH.search(rules)
    if not wish:
        return _DEFAULT_SENTENCES
    count = int(wish[1]) if wish[1] else _NUMERALS[wish[2].lower()]
    return max(1, min(count, _MAX_SENTENCES))


def central(document: str, count: int) -> list[str]:
    """The `count` sentences that share most with the rest, without repeating each other."""
    read = [(s, Counter(terms(s))) for s in sentences(document)[:_CONSIDERED]]
    whole = [(position, s, bag) for position, (s, bag) in enumerate(read) if _is_whole(s, bag)]
    if not whole:
        return [s for s, _ in read[:count]]
    frequency = Counter(term for _, _, bag in whole for term in bag)
    ranked = sorted(whole, key=lambda row: -_centrality(row[2], frequency) * _early(row[0], len(read)))
    chosen: list[tuple[int, str]] = []
    said: set[str] = set()
    for position, sentence, bag in ranked:
        if len(chosen) < count and len(said & set(bag)) < _SAME * len(bag):
            chosen.append((position, sentence))
            said |= set(bag)
    return [sentence for _, sentence in sorted(chosen)]


def _is_whole(sentence: str, bag: Counter[str]) -> bool:
    """No heading, no table row, no scrap."""
    return len(bag) >= 4 and sentence.endswith(tuple('.!?。！？；”"')) and "|" not in sentence


def _centrality(bag: Counter[str], frequency: Counter[str]) -> float:
    shared = sum(math.log(frequency[term]) for term in bag)
    return shared / math.pow(len(bag) + 12, 0.8)


def _early(position: int, total: int) -> float:
    """Documents say early what they are about."""
    return 1.25 if position < 3 else 1.0 + 0.1 * (1 - position / total)
