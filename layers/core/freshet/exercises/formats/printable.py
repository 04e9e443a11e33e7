"""A page to print: the questions with room for the answers, and their key on a page of its own.

One HTML file that loads nothing and runs nothing. It is built as a tree, so that a text stays text.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import tostring

from freshet.exercises.exercise import Exercise
from freshet.exercises.formats.markup import Element, SubElement, add, written
from freshet.exercises.formats.sheet import Key, Sheet, key, sheet
from freshet.exercises.formats.style import STYLE
from freshet.exercises.formats.words import Words, words
from freshet.exercises.question import Question

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_LINES = {"essay": 10, "short_answer": 2, "numeric": 1}  # to write on


def export(exercise: Exercise, questions: Sequence[Question], *, answers: bool) -> bytes:
    """The page."""
    said = words(exercise.language)
    page = Element("html", lang=exercise.language)
    _head(page, exercise.title)
    body = SubElement(page, "body")
    _opening(body, exercise, questions, said)
    main = SubElement(body, "main")
    listed = _section(main, "questions", said.questions)
    for at, one in enumerate(questions, 1):
        _add_question(listed, f"q{at}", sheet(one, said), said)
    if answers:
        listed = _section(main, "key", said.key)
        for one in questions:
            _add_key(listed, key(one, said), said)
    html: bytes = tostring(page, encoding="utf-8", method="html")
    return b"<!DOCTYPE html>\n" + html + b"\n"


def _head(page: Element, title: str) -> None:
    head = SubElement(page, "head")
    add(head, "meta", charset="utf-8")
    add(head, "meta", **{"http-equiv": "Content-Security-Policy", "content": _POLICY})
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "title", title)
    add(head, "style", STYLE)


def _opening(body: Element, exercise: Exercise, questions: Sequence[Question], said: Words) -> None:
    header = SubElement(body, "header")
    add(header, "h1", exercise.title, dir="auto")
    points = said.points(sum(one.points for one in questions))
    _classed(header, "p", "about", f"{said.count(len(questions))} · {points}")
    fill = _classed(header, "p", "fill")
    for title in (said.name, said.date):
        add(fill, "span", title)


def _section(main: Element, name: str, title: str) -> Element:
    """A section with a heading; the list in it."""
    section = add(main, "section", **{"class": name, "aria-labelledby": name})
    add(section, "h2", title, id=name)
    return SubElement(section, "ol")


def _add_question(listed: Element, id_: str, seen: Sheet, said: Words) -> None:
    item = SubElement(listed, "li")
    group = add(item, "div", role="group", **{"aria-labelledby": id_})
    asked = add(group, "div", id=id_, dir="auto")
    if seen.title.strip():
        add(asked, "h3", seen.title)
    text = written(SubElement(asked, "p"), seen.text)
    add(text, "span", said.points(seen.points), **{"class": "points"})
    if seen.left:
        _add_pairs(group, seen)
    elif seen.choices:
        _add_choices(group, seen)
    _add_texts(group, said.rubric, seen.rubric, said)
    for _ in range(_LINES.get(seen.kind, 0)):
        _classed(group, "p", "line", seen.unit)


def _add_choices(group: Element, seen: Sheet) -> None:
    """Boxes to tick, or to number where an order is asked for."""
    box = {"multiple_choice": "box", "ordering": "place"}.get(seen.kind, "circle")
    lettered = any(line.label for line in seen.choices)
    listed = add(group, "ol", type="A") if lettered else _classed(group, "ul", "plain")
    for line in seen.choices:
        item = add(listed, "li", dir="auto")
        add(item, "span", **{"class": box, "aria-hidden": "true"})
        written(item, line.text)


def _add_pairs(group: Element, seen: Sheet) -> None:
    sides = _classed(group, "div", "sides")
    left = SubElement(sides, "ol")
    for line in seen.left:
        item = add(left, "li", dir="auto")
        add(item, "span", **{"class": "place", "aria-hidden": "true"})
        written(item, line.text)
    right = add(sides, "ol", type="A")
    for line in seen.choices:
        written(add(right, "li", dir="auto"), line.text)


def _add_key(listed: Element, told: Key, said: Words) -> None:
    item = SubElement(listed, "li")
    for line in told.answer:
        written(_classed(item, "p", "answer", dir="auto"), line)
    _add_texts(item, said.feedback, told.remarks, said)
    _add_texts(item, said.explanation, [told.explanation] if told.explanation else [], said)
    _add_texts(item, said.source, [told.source] if told.source else [], said)


def _add_texts(parent: Element, title: str, texts: Sequence[str], said: Words) -> None:
    """One text after its title, or several in a list below it."""
    if not texts:
        return
    about = _classed(parent, "div", "about", dir="auto")
    add(about, "strong", title).tail = said.colon
    if len(texts) == 1:
        written(about, texts[0])
        return
    listed = SubElement(about, "ul")
    for text in texts:
        written(SubElement(listed, "li"), text)


def _classed(parent: Element, tag: str, class_: str, text: str = "", **attributes: str) -> Element:
    return add(parent, tag, text, **{"class": class_}, **attributes)
