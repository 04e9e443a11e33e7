"""An assessment item of QTI 2.1: the frame around what a type of question puts into it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from freshet.exercises.formats.markup import Element, SubElement, add, document, written
from freshet.exercises.formats.qti.processing import (
    RESPONSE,
    assigned,
    expression,
    value,
    variable,
    when,
)
from freshet.exercises.formats.sheet import comment
from freshet.exercises.formats.text import name
from freshet.exercises.question import Question

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
SCHEMA = {
    "xmlns": NAMESPACE,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{NAMESPACE} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
}
_FEEDBACK = "FEEDBACK"


@dataclass(frozen=True, slots=True)
class Remark:
    """A feedback, and when it is shown."""

    test: Element
    text: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What is of a type of its own. `rules` set the score; `template` says the same, if there is one."""

    declarations: Sequence[Element]
    body: Sequence[Element]
    rules: Sequence[Element] = ()
    template: str = ""
    remarks: Sequence[Remark] = ()


def identifier(prefix: str, id_: str) -> str:
    """An id as QTI allows it (an NCName): no two become one."""
    return prefix + re.sub(r"[^A-Za-z0-9_-]", lambda found: f".{ord(found[0]):x}.", id_)


def item(question: Question, parts: Parts) -> bytes:
    """The item's file."""
    language = {"xml:lang": question.language} if question.language else {}
    root = Element(
        "assessmentItem",
        SCHEMA
        | {"identifier": identifier("Q_", question.id), "title": name(question)}
        | {"adaptive": "false", "timeDependent": "false"}
        | language,
    )
    root.extend(parts.declarations)
    remarks = [(None, comment(question)), *((one.test, one.text) for one in parts.remarks)]
    feedback = [(f"FEEDBACK_{at}", test, text) for at, (test, text) in enumerate(remarks, 1) if text.strip()]
    _add_outcomes(root, feedback=bool(feedback))
    add(root, "itemBody").extend(parts.body)
    _add_processing(root, parts, [(id_, test) for id_, test, _ in feedback])
    for id_, _, text in feedback:
        shown = {"outcomeIdentifier": _FEEDBACK, "identifier": id_, "showHide": "show"}
        written(SubElement(root, "modalFeedback", shown), text)
    return document(root, pretty=False)


def response(kind: str, cardinality: str, right: Iterable[str], identifier: str = RESPONSE) -> Element:
    """The declaration of a response, with what is right."""
    attributes = {"identifier": identifier, "cardinality": cardinality, "baseType": kind}
    element = Element("responseDeclaration", attributes)
    if values := list(right):
        correct = SubElement(element, "correctResponse")
        for text in values:
            add(correct, "value", text)
    return element


def mapping(declaration: Element, credits_: Iterable[tuple[str, float]], **attributes: str) -> Element:
    """The declaration, with what each value earns; the sum stays from 0 to 1."""
    bounds = {"lowerBound": "0", "upperBound": "1", "defaultValue": "0"}
    element = SubElement(declaration, "mapping", bounds)
    for text, credit in credits_:
        SubElement(element, "mapEntry", {"mapKey": text, "mappedValue": repr(float(credit)), **attributes})
    return declaration


def paragraph(text: str, tag: str = "p") -> Element:
    """A text of its own."""
    return written(Element(tag), text)


def for_scorers(title: str, texts: Sequence[str]) -> list[Element]:
    """What those who grade are told, if there is something."""
    if not texts:
        return []
    block = Element("rubricBlock", view="scorer")
    add(add(block, "p"), "b", title)
    listed = SubElement(block, "ul")
    for text in texts:
        written(SubElement(listed, "li"), text)
    return [block]


def _add_outcomes(root: Element, *, feedback: bool) -> None:
    score = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
    declared = SubElement(root, "outcomeDeclaration", score | {"normalMinimum": "0", "normalMaximum": "1"})
    add(add(declared, "defaultValue"), "value", "0")
    if feedback:
        shown = {"identifier": _FEEDBACK, "cardinality": "multiple", "baseType": "identifier"}
        SubElement(root, "outcomeDeclaration", shown)


def _add_processing(root: Element, parts: Parts, feedback: Sequence[tuple[str, Element | None]]) -> None:
    if parts.template and not feedback:
        add(root, "responseProcessing", template=parts.template)
        return
    rules = [*parts.rules, *(_shown(id_, test) for id_, test in feedback)]
    if rules:
        add(root, "responseProcessing").extend(rules)


def _shown(id_: str, test: Element | None) -> Element:
    """The rule that shows a feedback besides those that are shown already."""
    shown = expression("multiple", variable(_FEEDBACK), value("identifier", id_))
    rule = assigned(_FEEDBACK, shown)
    return rule if test is None else when(test, rule)
