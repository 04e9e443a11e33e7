"""GraphML, which yEd, Gephi, Cytoscape, igraph and NetworkX read.

http://graphml.graphdrawing.org/specification.html: typed keys are declared first, then comes one directed
graph. The library that builds the tree escapes, so that no text can become markup.
"""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from freshet.behaviour.formats.drawing import Drawing, Known, Value

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_SCHEMA = f"{_NAMESPACE} {_NAMESPACE}/1.1/graphml.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TYPES: dict[type[Value], str] = {bool: "boolean", int: "long", float: "double", str: "string"}


def graph(drawing: Drawing) -> bytes:
    """The file."""
    root = Element("graphml", {"xmlns": _NAMESPACE, "xmlns:xsi": _XSI, "xsi:schemaLocation": _SCHEMA})
    nodes: list[Known] = [
        {"label": label, **known} for label, known in zip(drawing.labels, drawing.nodes, strict=True)
    ]
    edges: list[dict[str, Value]] = [{"label": edge.label, **edge.known} for edge in drawing.edges]
    # NetworkX and Gephi take a datum that is called id for the element's own.
    numbers = [known.pop("id", place) for place, known in enumerate(edges)]
    _declare(root, "graph", [{"title": drawing.title, **drawing.known}])
    _declare(root, "node", nodes)
    _declare(root, "edge", edges)
    within = SubElement(root, "graph", id="graph", edgedefault="directed")
    _tell(within, "graph", {"title": drawing.title, **drawing.known})
    for place, known in enumerate(nodes):
        _tell(SubElement(within, "node", id=f"n{place}"), "node", known)
    for number, edge, known in zip(numbers, drawing.edges, edges, strict=True):
        ends = {"source": f"n{edge.source}", "target": f"n{edge.target}"}
        _tell(SubElement(within, "edge", {"id": f"e{number}", **ends}), "edge", known)
    indent(root)
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _declare(root: Element, domain: str, things: Iterable[Known]) -> None:
    """A key for each thing that is known; one that is now whole, now broken, is a broken number."""
    types: dict[str, str] = {}
    for known in things:
        for name, value in known.items():
            if types.get(name) != "double":
                types[name] = _TYPES[type(value)]
    for name, type_ in types.items():
        said = {"id": f"{domain}_{name}", "for": domain, "attr.name": name, "attr.type": type_}
        SubElement(root, "key", said)


def _tell(parent: Element, domain: str, known: Known) -> None:
    for name, value in known.items():
        said = str(value).lower() if isinstance(value, bool) else str(value)
        SubElement(parent, "data", key=f"{domain}_{name}").text = said
