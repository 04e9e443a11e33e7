"""Exercise questions from facts: a term left out, a statement changed, sentences to be put in order."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.study.facts import Fact, facts, occurrences, terms_of
from infra.local.model.text import language, terms

GAP = "_____"
_MOST = 50
_CHOICES = 4
_SAME = 0.7  # of a fact's terms in a question that is asked already
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.,])\d+(?:,\d{3})*(?:\.\d+)?(?![A-Za-z_]|[.,]?\d)")
_SAYS = {
    "en": {
        "gap": "Which term is missing? {}",
        "short": "Which term fills the gap? {}",
        "number": "Which number is missing? {}",
        "true": "Which of these statements are true?",
        "match": "Match each sentence with the term that is missing in it.",
        "order": "Put these statements in the order in which the subject is explained.",
        "essay": "Explain in your own words what there is to know about {}.",
        "criterion": "States that: {}",
    },
    "zh": {
        "gap": "下面的句子缺少哪个词语？{}",
        "short": "请写出空格处的词语：{}",
        "number": "请写出空格处的数字：{}",
        "true": "下列说法中，哪些是正确的？",
        "match": "请为每个句子选出空缺的词语。",
        "order": "请按讲解的先后顺序排列下列说法。",
        "essay": "请用自己的话说明你对{}的了解。",
        "criterion": "说明了：{}",
    },
}

Question = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Writing:
    """What questions are written from: facts not asked about yet, and all terms of the material."""

    facts: list[Fact]
    terms: Sequence[str]
    says: dict[str, str]
    untrue: Iterator[bool]  # whether the next statement is to be wrong
    asked: set[str] = field(default_factory=set)  # terms

    def take(self, fits: Callable[[Fact], bool] = lambda fact: True) -> Fact | None:
        """The next fact that fits; it is not given again."""
        fact = next((one for one in self.facts if fits(one)), None)
        if fact:
            self.facts.remove(fact)
        return fact

    def ask(self, term: str) -> str:
        """Notes that the term is asked for; the next questions had better ask for others."""
        self.asked.add(term)
        return term

    def others(self, term: str, text: str, count: int) -> list[str]:
        """Other terms of about the same shape, that do not stand in the text."""
        alike = [
            other
            for other in self.terms
            if other.casefold() != term.casefold() and not occurrences(other, text) and _alike(other, term)
        ]
        return sorted(alike, key=lambda other: abs(len(other) - len(term)))[:count]


def written(prompt: Prompt) -> dict[str, Any]:
    """`{"items": [...]}`, as many as are wanted and as the material has facts for."""
    wanted = prompt.wanted
    writing = begun(prompt)
    made = ((kind, _WRITERS[kind](writing)) for kind in list(_kinds(wanted))[:_MOST])
    return {"items": [_whole(kind, question, wanted) for kind, question in made if question]}


def mended(prompt: Prompt) -> dict[str, Any] | None:
    """One question of the type that is wanted, about another fact than the draft; None if there is none."""
    wanted = prompt.wanted
    writing = begun(prompt, prompt.fenced("draft"))
    for kind in _kinds(wanted):
        if question := _WRITERS[kind](writing):
            return _whole(kind, question, wanted)
    return None


def begun(prompt: Prompt, draft: str = "") -> Writing:
    """The facts of the prompt's material that none of its questions asks about."""
    document = prompt.fenced("document")
    asked = [draft, *re.findall(r"<question\b[^>]*>(.*?)</question>", prompt.last_user, re.DOTALL)]
    known = [set(terms(one)) for one in asked if one]
    fresh = [fact for fact in facts(document) if not any(_asks_about(one, fact) for one in known)]
    best = sorted(fresh, key=lambda fact: -_worth(fact, terms_of(document)))
    untrue = cycle((True, False) if len(known) % 2 else (False, True))
    return Writing(best, terms_of(document), _SAYS[language(document)], untrue)


def _kinds(wanted: dict[str, Any]) -> Iterator[str]:
    types = wanted.get("types")
    if not isinstance(types, dict):
        types = {str(wanted.get("type") or "cloze"): 1}
    left = {kind: int(count) for kind, count in types.items() if kind in _WRITERS}
    for kind in cycle(list(left)):
        if not any(left.values()):
            return
        if left[kind]:
            left[kind] -= 1
            yield kind


def _asks_about(asked: set[str], fact: Fact) -> bool:
    own = set(terms(fact.text))
    return len(own & asked) >= _SAME * len(own)


def _worth(fact: Fact, known: Sequence[str]) -> float:
    """A fact about what the material is about is worth more than one about anything."""
    return sum(1 / (2 + known.index(term)) for term in fact.terms)


def _whole(kind: str, question: Question, wanted: dict[str, Any]) -> Question:
    bloom = wanted.get("bloom")
    level = bloom[0] if isinstance(bloom, list) and bloom else "remember"
    common = {
        "type": kind,
        "options": [],
        "answer": [],
        "pairs": [],
        "tolerance": 0,
        "unit": "",
        "rubric": [],
    }
    return {**common, "difficulty": wanted.get("difficulty") or "medium", "bloom": level, **question}


def _about(fact: Fact) -> Question:
    return {"quote": fact.quote, "concepts": list(fact.terms[:2]), "explanation": fact.text}


def _without(fact: Fact, term: str, mark: str) -> str:
    """The fact with `mark` in place of the term."""
    pattern = re.escape(term) if not term.isascii() else rf"(?<!\w){re.escape(term)}(?!\w)"
    return re.sub(pattern, lambda _: mark, fact.text, count=1, flags=re.IGNORECASE)


def _blankable(writing: Writing, fact: Fact) -> str:
    """The fact's best term that stands in it in this form, and is not asked for yet if there is a choice."""
    able = [term for term in fact.terms if _without(fact, term, GAP) != fact.text]
    return next((term for term in able if term not in writing.asked), able[0] if able else "")


def _as_it_stands(fact: Fact, term: str) -> str:
    at = fact.text.casefold().find(term.casefold())
    return fact.text[at : at + len(term)]


def _cloze(writing: Writing) -> Question | None:
    fact = writing.take(lambda one: bool(_blankable(writing, one)))
    if fact is None:
        return None
    term = writing.ask(_blankable(writing, fact))
    mark = f"{{{{{_as_it_stands(fact, term)}}}}}"
    return {**_about(fact), "question": _without(fact, term, mark)}


def _gapped(writing: Writing, says: str) -> Question | None:
    fact = writing.take(lambda one: bool(_blankable(writing, one)))
    if fact is None:
        return None
    term = writing.ask(_blankable(writing, fact))
    asked = writing.says[says].format(_without(fact, term, GAP))
    return {**_about(fact), "question": asked, "answer": [term]}


def _single_choice(writing: Writing) -> Question | None:
    fact = writing.take(lambda one: len(_choices(writing, one)) == _CHOICES)
    if fact is None:
        return None
    term, *others = _choices(writing, fact)
    writing.ask(term)
    asked = writing.says["gap"].format(_without(fact, term, GAP))
    return {**_about(fact), "question": asked, "options": [term, *others], "answer": [term]}


def _choices(writing: Writing, fact: Fact) -> list[str]:
    term = _blankable(writing, fact)
    return [term, *writing.others(term, fact.text, _CHOICES - 1)] if term else []


def _changed(writing: Writing, fact: Fact) -> str:
    """The fact with a term or a number put wrong; empty if nothing can be."""
    if number := _NUMBER.search(fact.text):
        value = number[0].replace(",", "")
        other = str(int(value) * 2 + 1) if value.isdigit() else f"{float(value) * 2:g}"
        return fact.text[: number.start()] + other + fact.text[number.end() :]
    term = _blankable(writing, fact)
    others = writing.others(term, fact.text, 1) if term else []
    if not others:
        return ""
    other = others[0]
    begins = _as_it_stands(fact, term)[:1].isupper() and fact.text.casefold().startswith(term.casefold())
    return _without(fact, term, other[:1].upper() + other[1:] if begins else other)


def _true_false(writing: Writing) -> Question | None:
    wants_false = next(writing.untrue)
    fact = writing.take(lambda one: bool(not wants_false or _changed(writing, one)))
    if fact is None:
        return None
    statement = _changed(writing, fact) if wants_false else fact.text
    return {**_about(fact), "question": statement, "answer": ["false" if wants_false else "true"]}


def _multiple_choice(writing: Writing) -> Question | None:
    chosen = [
        fact for _ in range(_CHOICES) if (fact := writing.take(lambda one: bool(_changed(writing, one))))
    ]
    if len(chosen) < _CHOICES:
        return None
    chosen.sort(key=lambda fact: len(fact.text))  # right and wrong ones of all lengths
    right = [fact.text for fact in chosen[::2]]
    wrong = [_changed(writing, fact) for fact in chosen[1::2]]
    about = _about(chosen[0])
    return {**about, "question": writing.says["true"], "options": right + wrong, "answer": right}


def _numeric(writing: Writing) -> Question | None:
    fact = writing.take(lambda one: len(_NUMBER.findall(one.text)) == 1)
    if fact is None:
        return None
    number = _NUMBER.search(fact.text)
    assert number
    gapped = f"{fact.text[: number.start()]}{GAP}{fact.text[number.end() :]}"
    answer = [number[0].replace(",", "")]
    return {**_about(fact), "question": writing.says["number"].format(gapped), "answer": answer}


def _matching(writing: Writing) -> Question | None:
    taken: list[tuple[Fact, str]] = []
    for _ in range(3):
        used = {term for _, term in taken}
        fact = writing.take(lambda one, used=used: _blankable(writing, one) not in {"", *used})  # type: ignore[misc]
        if fact:
            taken.append((fact, _blankable(writing, fact)))
    if len(taken) < 3:
        return None
    pairs = [{"left": _without(fact, term, GAP), "right": term} for fact, term in taken]
    return {**_about(taken[0][0]), "question": writing.says["match"], "pairs": pairs}


def _ordering(writing: Writing) -> Question | None:
    chosen = [fact for _ in range(4) if (fact := writing.take())]
    if len(chosen) < 3:
        return None
    chosen.sort(key=lambda fact: fact.position)
    about = _about(chosen[0])
    return {**about, "question": writing.says["order"], "options": [fact.text for fact in chosen]}


def _essay(writing: Writing) -> Question | None:
    term = next((one for one in writing.terms if sum(one in fact.terms for fact in writing.facts) >= 2), "")
    chosen = [fact for _ in range(3) if (fact := writing.take(lambda one: term in one.terms))]
    if not term or not chosen:
        return None
    rubric = [{"criterion": writing.says["criterion"].format(fact.text), "points": 2} for fact in chosen]
    about = {**_about(chosen[0]), "concepts": [term]}
    sample = [" ".join(fact.text for fact in chosen)]
    return {**about, "question": writing.says["essay"].format(term), "rubric": rubric, "answer": sample}


def _alike(one: str, other: str) -> bool:
    """Two words of the same kind, as far as their letters tell."""
    return one.isascii() == other.isascii() and (
        one.islower() == other.islower() or one.istitle() == other.istitle()
    )


_WRITERS: dict[str, Callable[[Writing], Question | None]] = {
    "cloze": _cloze,
    "true_false": _true_false,
    "single_choice": _single_choice,
    "multiple_choice": _multiple_choice,
    "short_answer": lambda writing: _gapped(writing, "short"),
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
}
