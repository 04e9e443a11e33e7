"""Duplicates: whether two questions ask the same, in whatever words and of whatever type.

Two questions do if they are about the same words and have the same key. What does not belong here: what is
done about it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import product
from typing import TypeVar

from freshet.exercises.fault import Fault
from freshet.exercises.gate.content import (
    asked,
    asked_in_order,
    content,
    negated,
    numbers,
    only_asks,
    sequence,
    share,
)
from freshet.exercises.gate.meaning import same as says_the_same
from freshet.exercises.gate.shape import BLANK
from freshet.exercises.gate.wording import words
from freshet.exercises.question import (
    Accepted,
    Cloze,
    Essay,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Pair,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

# How much of the words of two stems must be shared (Jaccard's index), by what else they share.
ALIKE = 0.6
ALIKE_IF_CONTAINED = 0.5
ALIKE_IN_ONE_PLACE = 0.35
ALIKE_WITHOUT_KEY = 0.75
KEYS_ALIKE = 0.6
PAIRS_ALIKE = ENTRIES_ALIKE = 2 / 3

LONGEST = 200  # words that are compared in their order: this takes their number squared

T = TypeVar("T")
Slots = Sequence[Sequence[str]]  # for each thing that is to be found: what is accepted for it


def faults(question: Question, others: Sequence[Question]) -> Iterator[Fault]:
    """The first of the others that asks the same."""
    for other in others:
        if same(question, other):
            yield Fault(
                "duplicate", f"another question asks the same: {other.question!r}; ask about something else"
            )
            return


def same(one: Question, other: Question) -> bool:
    """Whether both ask the same."""
    match one, other:
        case (Matching(), Matching()):
            return _same_pairs(one, other)
        case (Ordering(), Ordering()):
            return _same_entries(one, other)
        case (TrueFalse(), TrueFalse()):
            return _same_statement(one, other)
        case (Essay(), Essay()):
            return _alike(one.question, other.question, ALIKE_WITHOUT_KEY)
        case (Cloze(), Cloze()) if _same_gaps(one, other):
            return True
    first, second = _key(one), _key(other)
    return bool(first and second) and _asks_the_same(one, other, first, second)


def _asks_the_same(one: Question, other: Question, first: Slots, second: Slots) -> bool:
    stem, another = _stem(one), _stem(other)
    least = ALIKE_IN_ONE_PLACE if _in_one_place(one, other) else ALIKE
    if not (_alike(stem, another, least) and _agree(stem, another)):
        return False
    return _same_keys(first, second) or (
        words(stem) == words(another) and _is_specific(one) and _is_specific(other)
    )


def _stem(question: Question) -> str:
    return BLANK.sub(" ", question.question)


def _key(question: Question) -> Slots:
    """What answers the question; nothing for types whose key says little, or that have none."""
    match question:
        case SingleChoice() | MultipleChoice():
            return [[one.text] for one in question.options if one.credit > 0]
        case Cloze():
            return [_texts(blank.accepted) for blank in question.blanks]
        case ShortAnswer():
            return [_texts(question.accepted)]
        case Numeric():
            shown = [_number(one.value) for one in question.accepted if one.credit > 0]
            return [[*shown, *(f"{number} {question.unit}" for number in shown if question.unit)]]
    return []


def _texts(accepted: Sequence[Accepted]) -> list[str]:
    return [one.text for one in accepted if one.credit > 0]


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)


def _agree(one: str, other: str) -> bool:
    """Whether the numbers are the same, and both deny or neither."""
    return numbers(one) == numbers(other) and negated(one) == negated(other)


def _alike(one: str, other: str, least: float) -> bool:
    """Whether two stems are about the same; those that only ask (`Which is true?`) leave it to their keys."""
    first, second = asked(one), asked(other)
    if not first or not second:
        return first == second
    contained = first <= second or second <= first
    least = min(least, ALIKE_IF_CONTAINED) if contained else least
    return share(first, second) >= least and not _is_contrast(one, other)


def _is_contrast(one: str, other: str) -> bool:
    """Whether both are one sentence in which something stands for something else: insulin, glucagon."""
    first, second = (_without_class(asked_in_order(text))[:LONGEST] for text in (one, other))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return {tag for tag, *_ in matcher.get_opcodes()} == {"equal", "replace"}


def _without_class(words_: Sequence[str]) -> Sequence[str]:
    """Without what is asked for in general: `Which city`."""
    return words_[1:] if words_ and only_asks(words_[0]) else words_


def _same_keys(first: Slots, second: Slots) -> bool:
    return len(first) == len(second) == _shared(first, second, _same_slot)


def _shared(one: Sequence[T], other: Sequence[T], alike: Callable[[T, T], bool]) -> int:
    """How many of both have their like among the others."""
    return min(
        sum(any(alike(first, second) for second in other) for first in one),
        sum(any(alike(first, second) for first in one) for second in other),
    )


def _same_slot(one: Sequence[str], other: Sequence[str]) -> bool:
    return any(says_the_same(*pair) or _holds(*pair) for pair in product(one, other))


def _holds(one: str, other: str) -> bool:
    """Whether one is the other with little more: `the city of Paris`, `William Shakespeare`."""
    short, long = sorted((one, other), key=len)
    if long.istitle() and long.endswith(f" {short}"):
        return True
    first, second = asked(one), asked(other)
    if not first or not second or not (first <= second or second <= first):
        return False
    return share(first, second) >= KEYS_ALIKE and _agree(one, other) and not _is_turned(one, other)


def _is_specific(question: Question) -> bool:
    """Whether it can have one answer only, however that is worded."""
    if isinstance(question, MultipleChoice) or _OPEN.search(question.question):
        return False
    return len(asked(_stem(question))) > 1 and not isinstance(question, Cloze)


_OPEN = re.compile(
    r"\bwhich (?:of|statement|is|are|one)\b|\bfollowing\b|\b(?:name|give|list) (?:one|an?|two|three)\b"
    r"|\bexample\b|[下以]列|下面|哪[一]?[项个些种]|举",
    re.IGNORECASE,
)


def _in_one_place(one: Question, other: Question) -> bool:
    """Whether both come from the same sentence of the source."""
    first, second = one.source, other.source
    return bool(first and second) and first is not None and second is not None and first.quote == second.quote


def _same_statement(one: TrueFalse, other: TrueFalse) -> bool:
    first, second = one.question, other.question
    if numbers(first) != numbers(second) or (negated(first) == negated(second)) != (
        one.answer == other.answer
    ):
        return False
    alike = share(content(_denial(first)), content(_denial(second)))
    return (
        alike >= ALIKE_WITHOUT_KEY
        and not (alike < 1 and _is_contrast(_denial(first), _denial(second)))
        and not _is_turned(first, second)
    )


def _denial(text: str) -> str:
    return re.sub(r"没有|[不没無无未]", " ", text) if negated(text) else text


def _is_turned(one: str, other: str) -> bool:
    """Whether they share their words, but in another order than a phrase that moves to the front makes."""
    shared = content(one) & content(other)
    first = [word for word in sequence(one) if word in shared][:LONGEST]
    second = [word for word in sequence(other) if word in shared][:LONGEST]
    if (
        len(first) != len(second)
        or says_the_same(one, other)
        or (_PASSIVE.search(one) is None) != (_PASSIVE.search(other) is None)
    ):
        return False
    while first and first[0] == second[0]:
        first, second = first[1:], second[1:]
    while first and first[-1] == second[-1]:
        first, second = first[:-1], second[:-1]
    return not any(first[at:] + first[:at] == second for at in range(max(1, len(first))))


_PASSIVE = re.compile(r"\bby\b|被|由", re.IGNORECASE)


def _same_gaps(one: Cloze, other: Cloze) -> bool:
    """Whether both are one text and ask for the same words of it, or one for some of the other's."""
    first, second = _filled(one), _filled(other)
    if numbers(first) != numbers(second) or share(content(first), content(second)) < ALIKE_WITHOUT_KEY:
        return False
    gaps, others = _key(one), _key(other)
    few = min(len(gaps), len(others))
    return 0 < few == _shared(gaps, others, _same_slot) and not _is_contrast(first, second)


def _filled(question: Cloze) -> str:
    fillings = {blank.id: next(iter(_texts(blank.accepted)), "") for blank in question.blanks}
    return BLANK.sub(lambda mark: fillings.get(mark[1], ""), question.question)


def _same_pairs(one: Matching, other: Matching) -> bool:
    shared = _shared(one.pairs, other.pairs, _same_pair)
    return shared > 0 and shared >= PAIRS_ALIKE * min(len(one.pairs), len(other.pairs))


def _same_pair(one: Pair, other: Pair) -> bool:
    return says_the_same(one.left, other.left) and says_the_same(one.right, other.right)


def _same_entries(one: Ordering, other: Ordering) -> bool:
    first, second = ([entry.text for entry in question.entries] for question in (one, other))
    shared = _shared(first, second, says_the_same)
    return shared > 0 and shared >= ENTRIES_ALIKE * max(len(first), len(second))
