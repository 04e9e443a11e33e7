"""XES (IEEE 1849-2016), which ProM, Disco, PM4Py and Celonis read: a trace a session, oldest event first.

An event's `concept:name` is its type, as a process model wants few kinds of steps; the classifier `Title`
takes the titles instead. `time:timestamp` is when it began, `end` when it was over. What does not belong
here: behaviours, which are referred to by their ids.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from freshet.behaviour.event import Event
from freshet.download import writable

_EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Organizational", "org"))
_EPOCH = "1970-01-01T00:00:00.000+00:00"


def events(user_id: str, sessions: Sequence[Sequence[Event]]) -> bytes:
    """The file."""
    root = Element(
        "log", {"xes.version": "1849.2016", "xes.features": "", "xmlns": "http://www.xes-standard.org/"}
    )
    for name, prefix in _EXTENSIONS:
        SubElement(
            root, "extension", name=name, prefix=prefix, uri=f"http://www.xes-standard.org/{prefix}.xesext"
        )
    _add(SubElement(root, "global", scope="trace"), "string", "concept:name", "")
    every = SubElement(root, "global", scope="event")
    for name in ("concept:name", "title", "org:resource"):
        _add(every, "string", name, "")
    _add(every, "date", "time:timestamp", _EPOCH)
    SubElement(root, "classifier", name="Type", keys="concept:name")
    SubElement(root, "classifier", name="Title", keys="title")
    _add(root, "string", "concept:name", f"events of {user_id}")
    for session in sessions:
        if session:
            _add_trace(root, user_id, session)
    indent(root)
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _add_trace(root: Element, user_id: str, session: Sequence[Event]) -> None:
    trace = SubElement(root, "trace")
    _add(trace, "string", "concept:name", f"{user_id} {session[0].start}")
    for event in session:
        element = SubElement(trace, "event")
        _add(element, "string", "concept:name", event.type)
        _add(element, "date", "time:timestamp", event.start)
        _add(element, "date", "end", event.end)
        _add(element, "string", "title", event.title)
        _add(element, "string", "org:resource", event.user_id)
        _add(element, "float", "confidence", str(event.confidence))
        _add(element, "string", "id", event.id)
        _add(element, "string", "behaviours", " ".join(event.behaviours))


def _add(parent: Element, kind: str, key: str, value: str) -> None:
    SubElement(parent, kind, key=key, value=writable(value))
