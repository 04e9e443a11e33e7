"""Answers to questions: the sentences of `<source>`s that share most with `<question>`, each with its marker.

Lexical: it weighs words by how rare they are in the sources, lets a sentence borrow from its heading and
its neighbours, and prefers what looks like an answer of the kind that is asked for. It rephrases nothing.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass

from infra.local.model.prompt import NO_ANSWER, Prompt, Source
from infra.local.model.tasks.kinds import Kind, kind_of, synonyms
from infra.local.model.text import language, one_line, sentences, terms

# Below this share of the question's weight nothing is answered. Measured on SQuAD 2, XQuAD and CMRC with five
# passages a question: refuses 98 % of the questions whose passages are unrelated, 2 to 16 % of the others.
_THRESHOLD = {"en": 0.36, "zh": 0.28}
_NEAR = 0.6  # what a term counts that stands in the heading or in a neighbouring sentence
_SAME_SOURCE = 0.35  # … elsewhere in the same source
_SYNONYM = 0.7  # … as another word for the same
_MORE = 0.85  # a second sentence must score this share of the first, and say more
_MAX_SENTENCES = 3
_SAYS = {
    "en": "The sources do not contain the answer to this question.",
    "zh": "所给资料中没有这个问题的答案。",
}
_TABLE_HEADER = re.compile(r"^(.*\|.*)\n(?=[\s|:-]*---)", re.MULTILINE)
_NAMES = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+|\b[A-Z]{2,}\b|\b\w*\d[\w-]*")
_LAST_MARK = re.compile(r"([.。!！?？;；]+[\"”’」』]?)$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a source, with the terms that it has, borrows nearby, and borrows from its source."""

    source: Source
    text: str
    own: frozenset[str]
    near: frozenset[str]
    around: frozenset[str]


def reply(prompt: Prompt) -> str | None:
    """The answer with its markers, or None if the prompt has no sources."""
    if not prompt.sources and not prompt.fenced("question"):
        return None
    found = quoted(prompt.question, prompt.sources)
    return found or (NO_ANSWER if prompt.wants_token else nothing(prompt.question))


def nothing(question: str) -> str:
    """Says that the sources don't answer it."""
    return _SAYS[language(question)]


def quoted(question: str, sources: list[Source]) -> str | None:
    """The sentences that answer best, each with its marker; None if the sources are about something else."""
    found = pick(question, sources)
    if not found:
        return None
    joint = "" if language(found[0].text) == "zh" else " "
    return joint.join(_marked(sentence) for sentence in found)


def pick(question: str, sources: list[Source]) -> list[Sentence]:
    """The one to three sentences that answer best; none if the sources are about something else."""
    asked = list(dict.fromkeys(terms(question)))
    read = [sentence for source in sources for sentence in _read(source)]
    if not asked or not read:
        return []
    weights = _weights(question, asked, read)
    kind = kind_of(question)
    ranked = sorted(
        ((_coverage(weights, s) * _likeness(kind, s, question), s) for s in read), key=lambda row: -row[0]
    )
    best = ranked[0][1]
    if _coverage(weights, best) < _THRESHOLD[language(question)]:
        return []
    return _with_more(ranked, weights)


def _read(source: Source) -> list[Sentence]:
    lines = sentences(source.text)
    headers = {header.strip() for header in _TABLE_HEADER.findall(source.text)}
    bags = [frozenset(terms(line)) for line in lines]
    about = frozenset(terms(source.about))
    everything = about.union(*bags)
    found = []
    heading = about
    for i, line in enumerate(lines):
        if line in headers or _is_heading(line):
            heading = about | bags[i]
            continue
        near = heading.union(*bags[max(0, i - 1) : i + 2])
        found.append(Sentence(source, line, bags[i], near, everything))
    return found


def _is_heading(line: str) -> bool:
    return line.startswith("#") or (len(line) < 60 and not re.search(r"[.。!！?？;；:：|,，\d]", line))


def _weights(question: str, asked: list[str], read: list[Sentence]) -> dict[str, float]:
    """What each term of the question weighs: the rarer in the sources, the more; names and numbers double."""
    frequency = Counter(term for sentence in read for term in sentence.own)
    count = len(read)
    names = set(terms(" ".join(_NAMES.findall(question))))
    return {
        term: math.log(1 + (count - frequency[term] + 0.5) / (frequency[term] + 0.5)) * (1 + (term in names))
        for term in asked
    }


def _coverage(weights: dict[str, float], sentence: Sentence) -> float:
    """The share of the question's weight that a sentence has, 0 to 1."""
    return sum(w * _match(term, sentence) for term, w in weights.items()) / sum(weights.values())


def _match(term: str, sentence: Sentence) -> float:
    if term in sentence.own:
        return 1.0
    if not synonyms(term).isdisjoint(sentence.own):
        return _SYNONYM
    if term in sentence.near:
        return _NEAR
    return _SAME_SOURCE if term in sentence.around else 0.0


def _likeness(kind: Kind | None, sentence: Sentence, question: str) -> float:
    """How much a sentence looks like an answer of the kind asked for."""
    brevity = 1 / (1 + 0.004 * max(0, len(sentence.own) - 25))
    if kind is None:
        return brevity
    return brevity * (1.2 if kind.fits(sentence.text, question) else 0.85)


def _with_more(ranked: list[tuple[float, Sentence]], weights: dict[str, float]) -> list[Sentence]:
    """The best sentence, and those nearly as good that hold something of the question that it lacks."""
    top, best = ranked[0]
    chosen, covered = [best], weights.keys() & best.own
    for score, sentence in ranked[1:]:
        more = (weights.keys() & sentence.own) - covered
        if len(chosen) == _MAX_SENTENCES or score < _MORE * top:
            break
        if more:
            chosen.append(sentence)
            covered |= more
    return chosen


def _marked(sentence: Sentence) -> str:
    """The sentence with its source's marker before its last mark."""
    text = " ".join(one_line(sentence.text).split()).strip("| ")
    joint = "" if language(text) == "zh" else " "
    marker = f"{joint}[{sentence.source.id}]"
    if _LAST_MARK.search(text):
        return _LAST_MARK.sub(lambda mark: marker + mark[1], text)
    return text + marker
