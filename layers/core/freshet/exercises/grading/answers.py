"""Answers as a client sends them: a text, a number, a list, an object, read liberally, refused by name.

What is of the wrong JSON type, or names what the question does not have, is a mistake of the client's: it
raises Invalid. What somebody typed never is. What does not belong here: whether an answer is right.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import takewhile
from typing import Any, NoReturn

from freshet.errors import Invalid
from freshet.exercises.grading.normal import fold
from freshet.exercises.question import Entry, Kind, Option

MAX_ANSWER = 50_000  # characters
_TOLD = 40  # characters of what somebody sent
MAX_CHOICE = 2_000  # characters of a text that names choices

_SCALAR = (str, int, float, bool)
_ALLOWED: dict[Kind, tuple[tuple[type, ...], str]] = {
    "single_choice": ((*_SCALAR, list), "the id of an option"),
    "multiple_choice": ((*_SCALAR, list), "a list of options' ids"),
    "true_false": ((*_SCALAR, list), "true or false"),
    "cloze": ((*_SCALAR, list, dict), "a text for each blank, by its id"),
    "short_answer": ((*_SCALAR, list), "a text"),
    "numeric": ((str, int, float, list), "a number"),
    "matching": ((str, list, dict), "the id of a right side for each left one"),
    "ordering": ((str, list), "a list of the entries' ids"),
    "essay": ((*_SCALAR, list), "a text"),
}
_JSON = {"NoneType": "null", "bool": "true or false", "list": "a list", "dict": "an object", "str": "a text"}

_AN_ID = re.compile(r"[a-z]|\d{1,2}")
_DECORATED = re.compile(r"(?:我?选择?|答案?[是为]?|(?:the )?(?:option|answer)(?: is)?)?:? ?\(?(\w{1,26})\)?")
_LED = re.compile(r"\(?(\w{1,3})[).:,] ?(.+)")
_LISTED = re.compile(r"\s*(?:[,，、;；/|+&>＞\n]|->|→|\band\b|和|及)\s*")
_DASHED = re.compile("[-–—]")
_PAIRED = re.compile(r"(\w{1,26}?)\s*(?:->|→|[-–—:：=＝])\s*(\w{1,26})|(\d{1,2})([A-Za-z])")

Named = Option | Entry


def wrong(question_id: str, message: str) -> Invalid:
    """What is wrong with the answer to a question."""
    errors = [{"field": f"answers.{question_id}", "message": message}]
    return Invalid(f"answers.{question_id}: {message}", errors=errors)


def require_shape(question_id: str, kind: Kind, answer: Any) -> None:
    """Raises Invalid for an answer whose JSON type is none that the question takes."""
    allowed, wanted = _ALLOWED[kind]
    if answer is None or (isinstance(answer, allowed) and (bool in allowed or not isinstance(answer, bool))):
        return
    _refuse(question_id, answer, wanted)


_PIECE = 1_000  # characters: most answers say something in the first of them


def is_nothing(answer: Any) -> bool:
    """Whether nothing was answered: null, a text without a character to see, a list or an object of such."""
    if isinstance(answer, str):
        pieces = range(0, min(len(answer), MAX_ANSWER), _PIECE)
        return not any(fold(answer[at : at + _PIECE]) for at in pieces)
    parts = list(answer.values()) if isinstance(answer, dict) else answer
    if isinstance(parts, list):
        return all(one is None or (isinstance(one, str) and is_nothing(one)) for one in parts)
    return answer is None


def as_text(question_id: str, answer: Any) -> str:
    """The one text that an answer is; a number is one, too, and so is a list of one."""
    match answer:
        case [only] if not isinstance(only, list):
            return as_text(question_id, only)
        case bool():
            return "true" if answer else "false"
        case int():
            answer = str(Decimal(answer))  # however long it is
        case float():
            answer = repr(answer)
        case str():
            pass
        case _:
            _refuse(question_id, answer, "one text")
    if len(answer) > MAX_ANSWER:
        raise wrong(question_id, f"it has more than {MAX_ANSWER} characters")
    return str(answer)


class Offered:
    """What can be chosen: options, entries, sides; found by its id or by its text."""

    def __init__(self, question_id: str, entries: Iterable[Named]) -> None:
        self._question_id = question_id
        self._ids: dict[str, str] = {}
        self._texts: dict[str, str | None] = {}  # None for a text that two of them have, such as Co and CO
        self._spelled: set[str] = set()
        self._letters: dict[str, str | None] = {}  # the same to the letter
        self._folded: dict[str, str] = {}  # texts, by id
        for one in entries:
            self._spelled.add(one.id)
            self._ids[fold(one.id)] = one.id
            text = self._folded[one.id] = fold(one.text)
            self._texts[text] = None if text in self._texts else one.id
            self._letters[one.text.strip()] = None if one.text.strip() in self._letters else one.id

    def chosen(self, said: str) -> str | None:
        """The id of what was meant; None for any other text. Raises Invalid for an id that is none."""
        found = self.found(said)
        if found is None and len(said) <= MAX_CHOICE and _AN_ID.fullmatch(fold(said)):
            raise wrong(self._question_id, f"there is no {said.strip()!r} to choose")
        return found

    def all_chosen(self, answer: Any) -> list[str | None]:
        """As `chosen`, of several: a list of ids or of texts, or a text such as `A,C`, `A C`, `AC`, `A→C`."""
        if isinstance(answer, list):
            return [self.chosen(as_text(self._question_id, one)) for one in answer]
        said = as_text(self._question_id, answer)
        if len(said) > MAX_CHOICE:
            return [None]
        listed = _LISTED.split(said)
        for parts in ([said], listed, _DASHED.split(said), said.split(), "".join(said.split())):
            found = list(takewhile(bool, map(self.found, filter(str.strip, parts))))
            if len(found) == sum(bool(part.strip()) for part in parts):
                return found
        return [self.chosen(part) for part in listed if part.strip()]

    def found(self, said: str) -> str | None:
        """The id of what was meant; None if nothing was."""
        if said in self._spelled:
            return said
        if len(said) > MAX_CHOICE:
            return None
        folded = fold(said)
        read = self._ids.get(folded) or self._texts.get(folded)
        return read or self._letters.get(said.strip()) or self._decorated(folded)

    def _decorated(self, said: str) -> str | None:
        """`(A)`, `Answer: A` and `A. its text`."""
        if (alone := _DECORATED.fullmatch(said)) and alone[1] in self._ids:
            return self._ids[alone[1]]
        led = _LED.fullmatch(said)
        id_ = self._ids.get(led[1]) if led else None
        return id_ if led and id_ and self._folded[id_] == fold(led[2]) else None


def by_id(question_id: str, ids: Sequence[str], answer: Any) -> dict[str, str]:
    """Texts by the ids of what they fill.

    From an object by these ids, a list in their order, or a text for the only one.
    """
    if isinstance(answer, dict):
        given = dict(answer)
    elif isinstance(answer, list):
        given = _in_order(question_id, ids, answer)
    else:
        given = _in_order(question_id, ids, _split(question_id, as_text(question_id, answer), len(ids)))
    if unknown := given.keys() - set(ids):
        raise wrong(question_id, f"there is no {min(unknown)[:_TOLD]!r} to fill")
    return {id_: as_text(question_id, said) for id_, said in given.items() if not is_nothing(said)}


def pairs(question_id: str, lefts: Sequence[Entry], answer: Any) -> dict[str, str]:
    """What was said to belong to each left side, by the left side's id.

    An object by the left sides' ids or texts; a list in their order, or one of pairs; a text: `1-A, 2-B`.
    """
    if isinstance(answer, str):
        found = [[one[1] or one[3], one[2] or one[4]] for one in _PAIRED.finditer(answer)]
        if not found:
            _refuse(question_id, answer, _ALLOWED["matching"][1])
        answer = found
    if isinstance(answer, list) and answer and all(map(_is_pair, answer)):
        answer = dict(map(_as_pair, answer))
    if isinstance(answer, dict):
        offered = Offered(question_id, lefts)
        answer = {offered.found(str(left)) or str(left): right for left, right in answer.items()}
    return by_id(question_id, [left.id for left in lefts], answer)


def _split(question_id: str, said: str, count: int) -> list[str]:
    """One text for each of several blanks, where it is plain which belongs to which."""
    if count == 1:
        return [said]
    for separator in ("[;；|\n]", "[,，、;；|\n]"):
        parts = re.split(separator, said.strip())
        if len(parts) == count:
            return parts
    raise wrong(
        question_id, f"it is one text for {count} blanks; give a list, or an object by the blanks' ids"
    )


def _in_order(question_id: str, ids: Sequence[str], said: Sequence[Any]) -> dict[str, Any]:
    if len(said) > len(ids):
        raise wrong(question_id, f"it has {len(said)} parts, but there are {len(ids)} to fill")
    return dict(zip(ids, said, strict=False))


def _is_pair(one: Any) -> bool:
    return (isinstance(one, list) and len(one) == 2) or (
        isinstance(one, dict) and {"left", "right"} <= one.keys()
    )


def _as_pair(one: Any) -> tuple[str, Any]:
    left, right = (one["left"], one["right"]) if isinstance(one, dict) else one
    return str(left), right


def _refuse(question_id: str, answer: Any, wanted: str) -> NoReturn:
    kind = _JSON.get(type(answer).__name__, "a number")
    raise wrong(question_id, f"it is {kind}, but should be {wanted}")
