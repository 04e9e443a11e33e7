"""QTI 2.1: an IMS content package with an assessment item a question, and a test of all of them.

https://www.imsglobal.org/question/qtiv2p1/imsqti_implv2p1.html. An item's score is from 0 to 1; the test
weighs it by the question's points.
"""

from collections.abc import Sequence

from freshet.exercises.exercise import Exercise
from freshet.exercises.formats.markup import Element, SubElement, add, document
from freshet.exercises.formats.packed import packed
from freshet.exercises.formats.qti.interactions import parts
from freshet.exercises.formats.qti.item import SCHEMA, identifier, item
from freshet.exercises.formats.qti.processing import assigned, expression
from freshet.exercises.formats.text import name
from freshet.exercises.formats.words import number
from freshet.exercises.question import Question

_PACKAGING = "http://www.imsglobal.org/xsd/imscp_v1p1"
_METADATA = "http://www.imsglobal.org/xsd/imsmd_v1p2"
_TEST = "assessment.xml"


def export(exercise: Exercise, questions: Sequence[Question], *, answers: bool) -> bytes:
    """The package. Its items always hold their keys."""
    items = {_path(question): item(question, parts(question)) for question in questions}
    return packed(
        {"imsmanifest.xml": _manifest(exercise, questions), _TEST: _test(exercise, questions), **items}
    )


def _path(question: Question) -> str:
    return f"items/{_id(question)}.xml"


def _id(question: Question) -> str:
    return identifier("Q_", question.id)


def _manifest(exercise: Exercise, questions: Sequence[Question]) -> bytes:
    attributes = {"xmlns": _PACKAGING, "xmlns:imsmd": _METADATA, "identifier": identifier("M_", exercise.id)}
    root = Element("manifest", attributes)
    metadata = SubElement(root, "metadata")
    add(metadata, "schema", "QTIv2.1 Package")
    add(metadata, "schemaversion", "1.0.0")
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    test = _add_resource(resources, identifier("T_", exercise.id), "imsqti_test_xmlv2p1", _TEST)
    for question in questions:
        add(test, "dependency", identifierref=_id(question))
        resource = _add_resource(resources, _id(question), "imsqti_item_xmlv2p1", _path(question))
        resource.insert(0, _about(question))
    return document(root)


def _add_resource(resources: Element, id_: str, kind: str, path: str) -> Element:
    resource = SubElement(resources, "resource", {"identifier": id_, "type": kind, "href": path})
    add(resource, "file", href=path)
    return resource


def _about(question: Question) -> Element:
    """What a catalogue says of an item: its title, and what it is about."""
    metadata = Element("metadata")
    general = SubElement(SubElement(metadata, "imsmd:lom"), "imsmd:general")
    language = {"xml:lang": question.language} if question.language else {}
    told = [("imsmd:title", name(question)), *(("imsmd:keyword", one) for one in question.concepts)]
    for tag, text in told:
        add(SubElement(general, tag), "imsmd:langstring", text, **language)
    return metadata


def _test(exercise: Exercise, questions: Sequence[Question]) -> bytes:
    title = exercise.title or exercise.id
    root = Element("assessmentTest", SCHEMA | {"identifier": identifier("T_", exercise.id), "title": title})
    score = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
    SubElement(root, "outcomeDeclaration", score)
    part = add(root, "testPart", identifier="PART", navigationMode="nonlinear", submissionMode="simultaneous")
    section = add(part, "assessmentSection", identifier="SECTION", title=title, visible="true")
    for question in questions:
        reference = add(section, "assessmentItemRef", identifier=_id(question), href=_path(question))
        add(reference, "weight", identifier="POINTS", value=number(question.points))
    weighed = Element("testVariables", variableIdentifier="SCORE", weightIdentifier="POINTS")
    add(root, "outcomeProcessing").append(assigned("SCORE", expression("sum", weighed)))
    return document(root)
