"""PDF: forms of the XFA kind, whose text is in XML beside the pages: captions, texts and what was filled in.

Only Adobe's programs draw such a form; its one page asks for patience. What does not belong here: forms that
are on the pages too (`pdf_forms`).
"""

import ctypes
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import pypdfium2.raw as pdfium_c

from freshet.documents.blocks import Block
from freshet.documents.formats.pdf.forms import TICK

_MAX_BYTES = 50_000_000  # of a packet; the largest forms of the tax offices have 5
_OFF = {"", "0", "off", "false"}


def xfa_blocks(document: Any) -> Iterator[Block]:
    """The form as its author wrote it, with the values in their fields; then those without a field."""
    packets = _packets(document)
    filled = _values(packets.get("datasets"))
    template = packets.get("template")
    lines = list(_lines(template, filled)) if template is not None else []
    lines += [f"{name}: {value}" for name, values in filled.items() for value in values]
    if lines:
        yield Block("\n".join(lines), page=1)


def _packets(document: Any) -> dict[str, ElementTree.Element]:
    found = {}
    for at in range(max(pdfium_c.FPDF_GetXFAPacketCount(document), 0)):
        name = ctypes.create_string_buffer(32)  # a longer one is none of ours
        pdfium_c.FPDF_GetXFAPacketName(document, at, name, len(name))
        if name.value in {b"template", b"datasets"}:
            root = _parsed(_content(document, at))
            if root is not None:
                found[name.value.decode()] = root
    return found


def _content(document: Any, at: int) -> bytes:
    size = ctypes.c_ulong()
    pdfium_c.FPDF_GetXFAPacketContent(document, at, None, 0, size)
    if not 0 < size.value <= _MAX_BYTES:
        return b""
    buffer = ctypes.create_string_buffer(size.value)
    pdfium_c.FPDF_GetXFAPacketContent(document, at, buffer, size.value, size)
    return buffer.raw.rstrip(b"\0")


def _parsed(xml: bytes) -> ElementTree.Element | None:
    """The packet's root, None for what is no XML, or declares entities."""

    def refuse(*_: object) -> None:
        raise ValueError("a document type")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(xml, True)
        return ElementTree.fromstring(xml)  # noqa: S314 - without a document type there are no entities
    except (expat.ExpatError, ElementTree.ParseError, ValueError):
        return None


def _values(datasets: ElementTree.Element | None) -> dict[str, list[str]]:
    """What was filled in, by name, in the form's order."""
    values: dict[str, list[str]] = {}
    for data in datasets if datasets is not None else ():
        for element in data.iter() if _tag(data) == "data" else ():
            if not len(element) and (text := _text(element)):
                values.setdefault(_tag(element), []).append(text)
    return values


def _lines(element: ElementTree.Element, filled: dict[str, list[str]]) -> Iterator[str]:
    """The texts and fields in an element, a line each; takes the values it shows from `filled`."""
    for child in element:
        if _tag(child) == "draw":
            line = _said(child)
        elif _tag(child) == "field":
            caption = next((_said(part) for part in child if _tag(part) == "caption"), "")
            line = " ".join(part for part in (caption, _value(child, filled)) if part)
        else:
            yield from _lines(child, filled)
            continue
        if line:
            yield line


def _value(element: ElementTree.Element, filled: dict[str, list[str]]) -> str:
    values = filled.get(element.get("name", ""))
    value = values.pop(0) if values else _said(element)
    kinds = {_tag(kind) for part in element if _tag(part) == "ui" for kind in part}
    if kinds & {"passwordEdit", "button"}:
        return ""
    if "checkButton" in kinds:
        return "" if value.lower() in _OFF else TICK
    return value


def _said(element: ElementTree.Element) -> str:
    """The text that an element has as its value."""
    return " ".join(_text(part) for part in element if _tag(part) == "value")


def _text(element: ElementTree.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
