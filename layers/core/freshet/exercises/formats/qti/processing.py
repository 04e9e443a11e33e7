"""Response processing of QTI 2.1: how a response becomes a score from 0 to 1, and what feedback it gets.

https://www.imsglobal.org/question/qtiv2p1/imsqti_infov2p1.html. Where a standard template says the same, it
can be named instead: simple readers know no more than these.
"""

from collections.abc import Iterable

from freshet.exercises.formats.markup import Element, SubElement, add

RESPONSE = "RESPONSE"
_TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates"
MATCH_CORRECT = f"{_TEMPLATES}/match_correct"
MAP_RESPONSE = f"{_TEMPLATES}/map_response"


def value(kind: str, text: str) -> Element:
    """A value that stands in an expression."""
    element = Element("baseValue", baseType=kind)
    element.text = text
    return element


def variable(identifier: str = RESPONSE) -> Element:
    """The value of a response or an outcome."""
    return Element("variable", identifier=identifier)


def expression(tag: str, *operands: Element, **attributes: str) -> Element:
    """An operator with what it is applied to."""
    element = Element(tag, attributes)
    element.extend(operands)
    return element


def assigned(identifier: str, to: Element) -> Element:
    """The rule that gives an outcome its value."""
    return expression("setOutcomeValue", to, identifier=identifier)


def scored(score: float) -> Element:
    """The rule that sets the score."""
    return assigned("SCORE", value("float", repr(float(score))))


def chosen(cases: Iterable[tuple[Element, float]]) -> Element:
    """The rule that gives the score of the first case that holds, else 0."""
    condition = Element("responseCondition")
    for test, score in cases:
        case = SubElement(condition, "responseElseIf" if len(condition) else "responseIf")
        case.extend([test, scored(score)])
    add(condition, "responseElse").append(scored(0))
    return condition


def when(test: Element, rule: Element) -> Element:
    """The rule, where the test holds."""
    condition = Element("responseCondition")
    add(condition, "responseIf").extend([test, rule])
    return condition


def matched() -> Element:
    """What the template `match_correct` says."""
    test = expression("match", variable(), Element("correct", identifier=RESPONSE))
    return chosen([(test, 1)])


def mapped() -> Element:
    """What the template `map_response` says."""
    condition = Element("responseCondition")
    empty = expression("isNull", variable())
    add(condition, "responseIf").extend([empty, scored(0)])
    add(condition, "responseElse").append(assigned("SCORE", Element("mapResponse", identifier=RESPONSE)))
    return condition
