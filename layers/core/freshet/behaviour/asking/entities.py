"""Entities: which of a graph's names a question means, as far as its words tell.

A name is meant that stands in the question, or most of whose telling words do; case, width, script, plurals
and marks don't matter. What does not belong here: names that only a model can link (`graph`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import log

from freshet.profile.concept import folded
from freshet.rag.terms import terms

MOST = 5  # of a question
_ENOUGH = 0.6  # of the weight of a name's words
_LETTER = "[^\\W_\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff]"  # of scripts with blanks between words


def linked(question: str, names: Sequence[str]) -> list[str]:
    """At most five of the names, in the order in which the question comes to them. Work for a thread.

    Of names that stand in each other the longer one is meant.
    """
    text = _plain(question)
    spans = _standing(text, names)
    if len(spans) < MOST:
        spans |= _worded(question, text, [name for name in names if name not in spans], list(spans))
    return sorted(spans, key=lambda name: spans[name])[:MOST]


def _standing(text: str, names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """The names that stand in the text as they are, and where."""
    found: dict[str, tuple[int, int]] = {}
    taken: list[tuple[int, int]] = []
    for name in sorted(names, key=lambda name: (-len(_plain(name)), name)):
        if not (plain := _plain(name)):
            continue
        before = f"(?<!{_LETTER})" if re.match(_LETTER, plain) else ""
        after = f"(?:s|es)?(?!{_LETTER})" if re.match(_LETTER, plain[-1]) else ""
        for match in re.finditer(f"{before}{re.escape(plain)}{after}", text):
            if not any(match.start() < end and start < match.end() for start, end in taken):
                taken.append(match.span())
                found.setdefault(name, match.span())
    return found


def _worded(
    question: str, text: str, names: Sequence[str], standing: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """The names most of whose words are in the question, and none of which only repeats one that stands."""
    said = terms(question) - {term for name in standing for term in terms(name)}
    words = {name: terms(name) for name in names}
    counts = Counter(term for found in words.values() for term in found)
    weights = {term: log(1 + len(names) / count) for term, count in counts.items()}
    scored = []
    for name, found in words.items():
        whole = sum(weights[term] for term in found)
        score = sum(weights[term] for term in found & said) / whole if whole else 0
        if score >= _ENOUGH:
            scored.append((-score, name))
    best = [name for _, name in sorted(scored)[: MOST - len(standing)]]
    return {name: _place(text, words[name] & said) for name in best}


def _place(text: str, words: frozenset[str]) -> tuple[int, int]:
    """Where the first of the words begins; stems may not be found, and stand last."""
    places = [place for word in words if (place := text.find(word)) >= 0]
    first = min(places, default=len(text))
    return first, first


def _plain(text: str) -> str:
    """As names and questions are compared: marks and underscores are blanks."""
    return " ".join(re.sub(r"[^\w+#%]+|_", " ", folded(text)).split())
