"""How each type of question is asked in QTI 2.1, what is right, and what it earns.

https://www.imsglobal.org/question/qtiv2p1/imsqti_infov2p1.html. An ordering is right as a whole or not at
all: QTI maps no orders.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from freshet.exercises.formats.markup import Element, SubElement, add, written
from freshet.exercises.formats.qti.item import (
    Parts,
    Remark,
    for_scorers,
    identifier,
    mapping,
    paragraph,
    response,
)
from freshet.exercises.formats.qti.processing import (
    MAP_RESPONSE,
    MATCH_CORRECT,
    RESPONSE,
    assigned,
    chosen,
    expression,
    mapped,
    matched,
    value,
    variable,
)
from freshet.exercises.formats.sheet import rubric
from freshet.exercises.formats.text import pieces, usable
from freshet.exercises.formats.words import number, words
from freshet.exercises.question import (
    Accepted,
    AcceptedNumber,
    Blank,
    Cloze,
    Essay,
    Kind,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
    shown,
)

_ENTRY_CHARS, _ESSAY_LINES = "20", "15"


def parts(question: Question) -> Parts:
    """The question in QTI's terms."""
    return _TYPES[question.type](question)


def _option(id_: str) -> str:
    return identifier("O_", id_)


def _interaction(tag: str, prompt: str, **attributes: str) -> Element:
    element = Element(tag, {"responseIdentifier": RESPONSE, **attributes})
    written(SubElement(element, "prompt"), prompt)
    return element


def _choices(question: Question, choices: Iterable[tuple[str, str]], most: int, *, shuffle: bool) -> Element:
    element = _interaction(
        "choiceInteraction", question.question, shuffle=str(shuffle).lower(), maxChoices=str(most)
    )
    for id_, text in choices:
        written(add(element, "simpleChoice", identifier=id_), text)
    return element


def _single_choice(question: SingleChoice) -> Parts:
    best = max((one.credit for one in question.options), default=0)
    right = [_option(one.id) for one in question.options if one.credit == best > 0][:1]
    credits_ = [(_option(one.id), one.credit) for one in question.options]
    declared = response("identifier", "single", right)
    partial = any(credit not in {0, 1} for _, credit in credits_)
    return Parts(
        declarations=[mapping(declared, credits_) if partial else declared],
        body=[_choices(question, [(_option(one.id), one.text) for one in question.options], 1, shuffle=True)],
        rules=[mapped() if partial else matched()],
        template=MAP_RESPONSE if partial else MATCH_CORRECT,
        remarks=[Remark(_is(_option(one.id)), one.feedback) for one in question.options],
    )


def _multiple_choice(question: MultipleChoice) -> Parts:
    right = [_option(one.id) for one in question.options if one.credit > 0]
    credits_ = [(_option(one.id), one.credit) for one in question.options]
    return Parts(
        declarations=[mapping(response("identifier", "multiple", right), credits_)],
        body=[_choices(question, [(_option(one.id), one.text) for one in question.options], 0, shuffle=True)],
        rules=[mapped()],
        template=MAP_RESPONSE,
        remarks=[Remark(_has(_option(one.id)), one.feedback) for one in question.options],
    )


def _true_false(question: TrueFalse) -> Parts:
    said = words(question.language)
    right, wrong = ("true", "false") if question.answer else ("false", "true")
    return Parts(
        declarations=[response("identifier", "single", [right])],
        body=[_choices(question, [("true", said.true), ("false", said.false)], 1, shuffle=False)],
        rules=[matched()],
        template=MATCH_CORRECT,
        remarks=[
            Remark(_is(right), question.feedback_right),
            Remark(_is(wrong), question.feedback_wrong),
        ],
    )


def _cloze(question: Cloze) -> Parts:
    """A response for each blank; the score is their mean."""
    body = Element("p")
    for piece in pieces(question):
        if isinstance(piece, Blank):
            _add_entry(body, _response_of(piece))
        else:
            written(body, piece)
    earned = [Element("mapResponse", identifier=_response_of(blank)) for blank in question.blanks]
    mean = expression("divide", expression("sum", *earned), value("float", repr(float(len(question.blanks)))))
    return Parts(
        declarations=[_texts(usable(blank.accepted), _response_of(blank)) for blank in question.blanks],
        body=[body],
        rules=[assigned("SCORE", mean)],
        remarks=[
            Remark(_says(one.text, _response_of(blank)), one.feedback)
            for blank in question.blanks
            for one in usable(blank.accepted)
        ],
    )


def _response_of(blank: Blank) -> str:
    return identifier(f"{RESPONSE}_", blank.id)


def _short_answer(question: ShortAnswer) -> Parts:
    accepted = usable(question.accepted)
    says = _fits if question.wildcards else _says
    entry = Element("p")
    _add_entry(entry, RESPONSE)
    told = words(question.language)
    right = [one.text.strip() for one in accepted if one.credit > 0][:1]
    return Parts(
        declarations=[response("string", "single", right) if question.wildcards else _texts(accepted)],
        body=[
            paragraph(question.question, "div"),
            entry,
            *for_scorers(told.rubric, rubric(question, told)),
        ],
        rules=[chosen((_fits(one.text), one.credit) for one in accepted) if question.wildcards else mapped()],
        template="" if question.wildcards else MAP_RESPONSE,
        remarks=[Remark(says(one.text), one.feedback) for one in accepted],
    )


def _numeric(question: Numeric) -> Parts:
    accepted = sorted(question.accepted, key=lambda one: -one.credit)
    entry = Element("p")
    _add_entry(entry, RESPONSE)
    if question.unit:
        written(entry, f" {question.unit}")
    right = [number(one.value) for one in accepted if one.credit > 0]
    return Parts(
        declarations=[response("float", "single", right[:1])],
        body=[paragraph(question.question, "div"), entry],
        rules=[chosen((_near(one), one.credit) for one in accepted)],
        remarks=[Remark(_near(one), one.feedback) for one in accepted],
    )


def _matching(question: Matching) -> Parts:
    given = shown(question)
    lefts = [(identifier("L_", one["id"]), one["text"]) for one in given["left"]]
    rights = [(identifier("R_", one["id"]), one["text"]) for one in given["right"]]
    right = [f"{identifier('L_', one.id)} {identifier('R_', one.right_id)}" for one in question.pairs]
    count = len(question.pairs)
    body = _interaction("matchInteraction", question.question, shuffle="true", maxAssociations=str(count))
    for side, most in ((lefts, 1), (rights, count)):
        choices = SubElement(body, "simpleMatchSet")
        for id_, text in side:
            written(add(choices, "simpleAssociableChoice", identifier=id_, matchMax=str(most)), text)
    declared = response("directedPair", "multiple", right)
    return Parts(
        declarations=[mapping(declared, [(pair, 1 / count) for pair in right])],
        body=[body],
        rules=[mapped()],
        template=MAP_RESPONSE,
    )


def _ordering(question: Ordering) -> Parts:
    body = _interaction("orderInteraction", question.question, shuffle="true")
    for one in shown(question)["entries"]:
        written(add(body, "simpleChoice", identifier=_option(one["id"])), one["text"])
    return Parts(
        declarations=[response("identifier", "ordered", [_option(one.id) for one in question.entries])],
        body=[body],
        rules=[matched()],
        template=MATCH_CORRECT,
    )


def _essay(question: Essay) -> Parts:
    """Graded by people: nothing sets the score."""
    said = words(question.language)
    body = _interaction("extendedTextInteraction", question.question, expectedLines=_ESSAY_LINES)
    return Parts(
        declarations=[response("string", "single", [])],
        body=[
            body,
            *for_scorers(said.rubric, rubric(question, said)),
            *for_scorers(said.sample, [question.sample] if question.sample else []),
        ],
    )


def _add_entry(parent: Element, response_: str) -> None:
    add(parent, "textEntryInteraction", responseIdentifier=response_, expectedLength=_ENTRY_CHARS)


def _texts(accepted: Sequence[Accepted], identifier_: str = RESPONSE) -> Element:
    """A response with the texts that earn something, in any case of letters."""
    right = [one.text.strip() for one in accepted if one.credit > 0]
    declared = response("string", "single", right[:1], identifier_)
    return mapping(declared, [(one.text.strip(), one.credit) for one in accepted], caseSensitive="false")


def _is(id_: str) -> Element:
    return expression("match", variable(), value("identifier", id_))


def _has(id_: str) -> Element:
    return expression("member", value("identifier", id_), variable())


def _says(text: str, identifier_: str = RESPONSE) -> Element:
    return expression(
        "stringMatch", variable(identifier_), value("string", text.strip()), caseSensitive="false"
    )


def _fits(text: str) -> Element:
    """Whether the response fits a text in which `*` stands for anything, in any case of letters."""
    pattern = ".*".join("".join(map(_any_case, part)) for part in text.strip().split("*"))
    return expression("patternMatch", variable(), pattern=pattern)


def _any_case(character: str) -> str:
    """A regular expression of XML Schema, which has no flags."""
    lower, upper = character.lower(), character.upper()
    if lower != upper and len(lower) == len(upper) == 1:
        return f"[{lower}{upper}]"
    return re.sub(r"([\\|.?*+(){}\[\]^$-])", r"\\\1", character)


def _near(one: AcceptedNumber) -> Element:
    compared = [variable(), value("float", number(one.value))]
    if not one.tolerance:
        return expression("equal", *compared, toleranceMode="exact")
    allowed = number(one.tolerance)
    return expression("equal", *compared, toleranceMode="absolute", tolerance=f"{allowed} {allowed}")


_TYPES: dict[Kind, Callable[[Any], Parts]] = {
    "single_choice": _single_choice,
    "multiple_choice": _multiple_choice,
    "true_false": _true_false,
    "cloze": _cloze,
    "short_answer": _short_answer,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
}
