"""Moodle XML (https://docs.moodle.org/en/Moodle_XML_format), as Moodle's own importer reads it.

Questions are of the types that Moodle has itself; ordering since 4.4, before that by the plugin of this name.
Fractions of the mark come from Moodle's fixed list, for an import refuses others. What Moodle has no place
for is left out: the rubric of a short answer, which it grades by the accepted answers alone.
"""

from collections.abc import Callable, Sequence
from typing import Any

from freshet.exercises.exercise import Exercise
from freshet.exercises.formats.embedded import embedded, weight
from freshet.exercises.formats.markup import Element, SubElement, add, document, html
from freshet.exercises.formats.sheet import comment, rubric
from freshet.exercises.formats.text import name, usable
from freshet.exercises.formats.words import number, words
from freshet.exercises.question import (
    Accepted,
    AcceptedNumber,
    Cloze,
    Essay,
    Kind,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

# https://github.com/moodle/moodle/blob/main/question/engine/bank.php: fraction_options_full
_GRADES = (
    *(1, 0.9, 0.8333333, 0.8, 0.75, 0.7, 0.6666667, 0.6, 0.5, 0.4, 0.3333333, 0.3, 0.25, 0.2),
    *(0.1666667, 0.1428571, 0.125, 0.1111111, 0.1, 0.05, 0),
)
_PENALTY = 0.3333333  # of each further try, where a quiz allows them: Moodle's default


def export(exercise: Exercise, questions: Sequence[Question], *, answers: bool) -> bytes:
    """The questions in a category named after the exercise. They always hold their answers."""
    root = Element("quiz")
    category = SubElement(add(root, "question", type="category"), "category")
    title = exercise.title.replace("/", "//")  # a single one parts categories
    add(category, "text", f"$course$/top/{title}")
    for question in questions:
        _add_question(root, question)
    return document(root)


def _add_question(root: Element, question: Question) -> None:
    kind, fill = _TYPES[question.type]
    element = add(root, "question", type=kind)
    add(add(element, "name"), "text", name(question))
    text = embedded(question) if isinstance(question, Cloze) else html(question.question)
    _add_text(element, "questiontext", text)
    _add_text(element, "generalfeedback", html(comment(question)))
    add(element, "defaultgrade", number(question.points))
    add(element, "penalty", str(1 if isinstance(question, TrueFalse) else _PENALTY))
    add(element, "hidden", "0")
    add(element, "idnumber", question.id)
    fill(element, question)
    tags = SubElement(element, "tags") if question.concepts else element
    for concept in question.concepts:
        add(add(tags, "tag"), "text", concept)


def _add_text(parent: Element, tag: str, text: str) -> Element:
    """A text that Moodle takes for HTML: so its filters set formulas."""
    element = add(parent, tag, format="html")
    add(element, "text", text)
    return element


def _add_answer(
    parent: Element, text: str, credit: float, feedback: str = "", *, format_: str = "moodle_auto_format"
) -> Element:
    element = add(parent, "answer", fraction=fraction(credit), format=format_)
    add(element, "text", text)
    if feedback:
        _add_text(element, "feedback", html(feedback))
    return element


def fraction(credit: float) -> str:
    """The credit in percent, of those that Moodle knows the nearest."""
    nearest = min(_GRADES, key=lambda grade: abs(grade - abs(credit)))
    return number(round(nearest * 100 * (1 if credit >= 0 else -1), 5))


def _choice(element: Element, question: SingleChoice | MultipleChoice) -> None:
    add(element, "single", "true" if isinstance(question, SingleChoice) else "false")
    add(element, "shuffleanswers", "true")
    add(element, "answernumbering", "ABCD")
    option: Option
    for option in question.options:
        _add_answer(element, html(option.text), option.credit, option.feedback, format_="html")


def _true_false(element: Element, question: TrueFalse) -> None:
    for value in (True, False):
        right = value is question.answer
        feedback = question.feedback_right if right else question.feedback_wrong
        _add_answer(element, str(value).lower(), float(right), feedback)


def _short_answer(element: Element, question: ShortAnswer) -> None:
    add(element, "usecase", "0")
    one: Accepted
    for one in usable(question.accepted):
        text = one.text if question.wildcards else one.text.replace("*", r"\*")
        _add_answer(element, text, one.credit, one.feedback)


def _numeric(element: Element, question: Numeric) -> None:
    one: AcceptedNumber
    for one in question.accepted:
        answer = _add_answer(element, number(one.value), one.credit, one.feedback)
        add(answer, "tolerance", number(one.tolerance))
    if question.unit:  # then it may be written, and needn't
        unit = SubElement(SubElement(element, "units"), "unit")
        add(unit, "multiplier", "1")
        add(unit, "unit_name", question.unit)


def _matching(element: Element, question: Matching) -> None:
    add(element, "shuffleanswers", "true")
    sides = [(pair.left, pair.right) for pair in question.pairs]
    sides += [("", entry.text) for entry in question.distractors]
    for left, right in sides:
        add(add(_add_text(element, "subquestion", html(left)), "answer"), "text", right)


def _ordering(element: Element, question: Ordering) -> None:
    add(element, "layouttype", "VERTICAL")
    add(element, "selecttype", "ALL")
    add(element, "selectcount", str(len(question.entries)))
    add(element, "gradingtype", "LONGEST_ORDERED_SUBSET")  # the nearest to `grading.closed`
    add(element, "showgrading", "SHOW")
    for place, entry in enumerate(question.entries, 1):
        add(add(element, "answer", fraction=str(place), format="html"), "text", html(entry.text))


def _essay(element: Element, question: Essay) -> None:
    add(element, "responseformat", "editor")
    add(element, "responserequired", "1")
    add(element, "responsefieldlines", "15")
    add(element, "attachments", "0")
    said = words(question.language)
    criteria = "".join(f"<li>{html(line)}</li>" for line in rubric(question, said))
    notes = f"<ul>{criteria}</ul>" if criteria else ""
    if question.sample:
        notes += f"<p><b>{said.sample}</b></p><p>{html(question.sample)}</p>"
    _add_text(element, "graderinfo", notes)


def _cloze(element: Element, question: Cloze) -> None:
    """All of it is in the text, the points, too: they are a whole number for each blank."""
    grade = element.find("defaultgrade")
    assert grade is not None
    grade.text = str(weight(question) * len(question.blanks))


_TYPES: dict[Kind, tuple[str, Callable[[Element, Any], None]]] = {
    "single_choice": ("multichoice", _choice),
    "multiple_choice": ("multichoice", _choice),
    "true_false": ("truefalse", _true_false),
    "cloze": ("cloze", _cloze),
    "short_answer": ("shortanswer", _short_answer),
    "numeric": ("numerical", _numeric),
    "matching": ("matching", _matching),
    "ordering": ("ordering", _ordering),
    "essay": ("essay", _essay),
}
