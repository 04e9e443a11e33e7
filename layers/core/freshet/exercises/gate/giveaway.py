"""The giveaway: a key that is told by how it looks, or by what the question says anyway.

What does not belong here: how one option differs from the others (`cues`, `length`).
"""

import re
from collections.abc import Callable, Iterator, Sequence

from freshet.exercises.fault import Fault
from freshet.exercises.gate import cues, length
from freshet.exercises.gate.content import content
from freshet.exercises.gate.given import number_given, stands_in
from freshet.exercises.gate.shape import BLANK
from freshet.exercises.gate.wording import is_code
from freshet.exercises.question import (
    Cloze,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

_NOTHING = r"(?!\s*(?:_|\{\{|[.…?？]*\s*$))"
_TOLD = re.compile(
    rf"\b(?:correct |right )?answer(?: is)?\s*[:：=]{_NOTHING}"
    rf"|(?:正确|参考)?答案\s*(?:是|为)?\s*[:：]{_NOTHING}"
    r"|[(（]\s*(?:ans|answer|答案|答)\s*[.:：=]\s*[^)）]+[)）]|答案[是为](?![什否多哪谁几不（(_：:]|\s*$)",
    re.IGNORECASE,
)
_VERDICT = re.compile(
    r"(?<![\s(（\[【])[\s(（\[【]+(?:true|false|correct|incorrect|right|wrong|对|错|正确|错误|√|×|✓|✗|t|f)"
    r"[)）\]】]\s*[.。]?\s*$"
    r"|[✓✔✗✘√×]\s*$",
    re.IGNORECASE,
)
_EITHER = re.compile(r"\b(?:or|versus|vs\.?|whether|either)\b|还是|或者|或|是否", re.IGNORECASE)
_FROM = re.compile(
    r"\b(?:which|what) (?:word|phrase|term|part|letter|line|number|item|of)\b.*[:：]|[下以]列.*[:：]",
    re.IGNORECASE | re.DOTALL,
)
_STEP = re.compile(
    r"\W*(?:(?:step|stage|phase|no\.?|number|#)\s*(?P<named>\d+)|(?P<listed>\d{1,2})\s*[.)、）:：](?!\d)"
    r"|第(?P<chinese>[一二三四五六七八九十]|\d+)(?:步|个?阶段|，|、|：|,)|(?P<ringed>[①-⑳])"
    r"|(?P<year>[12]\d{3})\s*(?:年|[-–—:：,，]))",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\W*(?:first(?:ly)?,|to (?:begin|start)\b|start by\b|begin by\b|首先|起初)", re.IGNORECASE
)
_LAST = re.compile(r"\W*(?:finally\b|lastly\b|last,|最后(?![的一])|最终(?!的))", re.IGNORECASE)
_HAN_DIGITS = "一二三四五六七八九十"


def faults(question: Question) -> Iterator[Fault]:
    """How a learner who knows nothing would find the key."""
    if told := _TOLD.search(question.question):
        yield Fault("giveaway", f"{told[0].strip()!r} in the question tells the answer; leave it out")
    if find := _BY_TYPE.get(type(question)):
        for detail in find(question):
            yield Fault("giveaway", detail)


def _choice(question: SingleChoice | MultipleChoice) -> Iterator[str]:
    least = 0.0
    if isinstance(question, SingleChoice):  # there an option may have a part of the points
        least = max((one.credit for one in question.options), default=0) - 1e-9
    right = [one.text for one in question.options if one.credit > max(0, least)]
    wrong = [one.text for one in question.options if one.credit <= max(0, least)]
    right, wrong = ([text for text in texts if text.strip()] for texts in (right, wrong))
    if right and wrong:
        yield from length.details(right, wrong)
        yield from cues.details(question.question, right, wrong)


def _true_false(question: TrueFalse) -> Iterator[str]:
    if _VERDICT.search(question.question):
        yield "the statement ends with its own answer; leave it out"


def _cloze(question: Cloze) -> Iterator[str]:
    rest = BLANK.sub(" | ", question.question)
    for blank in question.blanks:
        told = [one.text for one in blank.accepted if one.credit > 0 and stands_in(one.text, rest)]
        if told:
            yield (
                f"{told[0]!r}, which fills blank {blank.id}, stands elsewhere in the text; "
                "rewrite the text or take another blank"
            )


def _short_answer(question: ShortAnswer) -> Iterator[str]:
    stem = cues.own_words(question.question)
    if _EITHER.search(stem) or _FROM.search(stem):
        return  # what is to be chosen from stands there of itself
    for one in question.accepted:
        pattern = question.wildcards and "*" in one.text
        if one.credit > 0 and not pattern and stands_in(one.text, stem):
            yield f"the accepted answer {one.text!r} stands in the question; ask without it"
            return


def _numeric(question: Numeric) -> Iterator[str]:
    for one in question.accepted:
        if one.credit > 0 and number_given(one.value, question.unit, question.question):
            yield f"the question states the answer {one.value:g} itself; ask without it"
            return


def _matching(question: Matching) -> Iterator[str]:
    for pair in question.pairs:
        others = [_said(other.left) for other in question.pairs if other is not pair]
        coded = is_code(pair.left) or is_code(pair.right)
        if not coded and _names(_said(pair.left), _said(pair.right), others):
            yield (
                f"{pair.left!r} and {pair.right!r} share the words that match them; say one of them otherwise"
            )


def _said(text: str) -> frozenset[str]:
    return content(text, literal=True)


def _names(left: frozenset[str], right: frozenset[str], others: Sequence[frozenset[str]]) -> bool:
    """Whether one side holds the other one whole, as it holds none of the other sides."""
    if not left or not right:
        return False
    if right <= left:
        return not any(right <= other for other in others)
    return left <= right and not any(other and other <= right for other in others)


def _ordering(question: Ordering) -> Iterator[str]:
    entries = [entry.text for entry in question.entries]
    steps = [step for step in map(_step, entries) if step is not None]
    if len(steps) == len(entries) > 1 and steps == sorted(steps):
        yield "the entries carry numbers or years that tell their order; leave them out"
    elif entries and (_FIRST.match(entries[0]) or _LAST.match(entries[-1])):
        yield f"{entries[0]!r} or {entries[-1]!r} says that it is the first or the last; leave such words out"


def _step(entry: str) -> int | None:
    match = _STEP.match(entry)
    if not match or not re.search(r"[^\W\d]", entry[match.end() :]):
        return None  # a number alone is what is to be ordered
    if match["ringed"]:
        return ord(match["ringed"]) - ord("①")
    if match["chinese"] and not match["chinese"].isdigit():
        return _HAN_DIGITS.index(match["chinese"])
    return int(next(filter(None, match.group("named", "listed", "chinese", "year"))))


_BY_TYPE: dict[type, Callable[..., Iterator[str]]] = {
    SingleChoice: _choice,
    MultipleChoice: _choice,
    TrueFalse: _true_false,
    Cloze: _cloze,
    ShortAnswer: _short_answer,
    Numeric: _numeric,
    Matching: _matching,
    Ordering: _ordering,
}
