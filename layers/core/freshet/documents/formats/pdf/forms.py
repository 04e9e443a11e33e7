"""PDF: what a form's fields hold, and where in the page's text it belongs.

Empty fields and boxes without a tick are nothing; a password is never read. What does not belong here: XFA,
whose forms are no part of any page.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

from freshet.documents.formats.pdf.annotations import annotations, box_of, string
from freshet.documents.formats.pdf.geometry import Box, middle
from freshet.documents.formats.pdf.lines import PageText, Value, Word, normal

TICK = "☑"
_TICKED = {pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON}
_OFF = {"", "Off"}
_CHOICES = {pdfium_c.FPDF_FORMFIELD_COMBOBOX, pdfium_c.FPDF_FORMFIELD_LISTBOX}
_MAX_OPTIONS = 1_000  # of a choice that are looked at
_ROW = 4.0  # points: fields whose tops differ by less stand side by side
_SLACK = 3.0  # points: how far a label may reach into its field's box
_BESIDE = 200.0  # points: how far a label may stand to the left of its field
_NEXT = 30.0  # points: the same for the label of a box to tick, on either side
_ABOVE = 14.0  # points: the same for a label over its field
_INDEX = re.compile(r"\[\d+\]$")


@dataclass(frozen=True, slots=True)
class _Field:
    """A field with something in it: its name as a reader is told it, its value, and its place."""

    name: str
    text: str
    box: Box
    ticked: bool = False


@contextmanager
def form_of(document: Any) -> Iterator[Any]:
    """The form of a document, None where it has none. Its pages are closed before it is."""
    if document.get_formtype() == pdfium_c.FORMTYPE_NONE:
        yield None
        return
    config = pdfium_c.FPDF_FORMFILLINFO(version=2)
    form = pdfium_c.FPDFDOC_InitFormFillEnvironment(document, config)
    try:
        yield form or None
    finally:
        if form:
            pdfium_c.FPDFDOC_ExitFormFillEnvironment(form)


def field_values(form: Any, page: Any, text: PageText) -> list[Value]:
    """The values of the page's fields, each with its place in the page's text."""
    fields = sorted(_fields(form, page), key=lambda field: (-round(field.box[3] / _ROW), field.box[0]))
    if not fields:
        return []
    words = text.words()
    values = []
    for field in fields:
        near = [w for w in words if w.box[3] >= field.box[1] and w.box[1] <= field.box[3] + _ABOVE]
        if not _printed(field, near):
            values.append(_value(field, _label(field, near), words, text.text))
    return values


def _fields(form: Any, page: Any) -> Iterator[_Field]:
    for annotation, subtype in annotations(page):
        if subtype != pdfium_c.FPDF_ANNOT_WIDGET:
            continue
        kind = pdfium_c.FPDFAnnot_GetFormFieldType(form, annotation)
        if kind in _TICKED:
            # A widget's own state; pdfium tells whether it is checked only on pages prepared for drawing.
            state = string(pdfium_c.FPDFAnnot_GetStringValue, annotation, b"AS")
            if state not in _OFF:
                value = string(pdfium_c.FPDFAnnot_GetFormFieldValue, form, annotation)
                text = state if value in _OFF else value
                yield _Field(_name(form, annotation), text, box_of(page, annotation), ticked=True)
        elif text := _text(form, annotation, kind):
            yield _Field(_name(form, annotation), text, box_of(page, annotation))


def _text(form: Any, annotation: Any, kind: int) -> str:
    text = ""
    if kind in _CHOICES:
        text = _chosen(form, annotation)
    elif kind != pdfium_c.FPDF_FORMFIELD_TEXTFIELD or _secret(form, annotation):
        return ""
    text = text or string(pdfium_c.FPDFAnnot_GetFormFieldValue, form, annotation)
    return "\n".join(line for line in (" ".join(line.split()) for line in text.splitlines()) if line)


def _secret(form: Any, annotation: Any) -> bool:
    flags: int = pdfium_c.FPDFAnnot_GetFormFieldFlags(form, annotation)
    return bool(flags & pdfium_c.FPDF_FORMFLAG_TEXT_PASSWORD)


def _chosen(form: Any, annotation: Any) -> str:
    """What a choice shows, which is not always what it sends."""
    count = min(pdfium_c.FPDFAnnot_GetOptionCount(form, annotation), _MAX_OPTIONS)
    return ", ".join(
        string(pdfium_c.FPDFAnnot_GetOptionLabel, form, annotation, at)
        for at in range(count)
        if pdfium_c.FPDFAnnot_IsOptionSelected(form, annotation, at)
    )


def _name(form: Any, annotation: Any) -> str:
    """What a viewer calls the field, or else the last part of its name."""
    shown = string(pdfium_c.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    name = shown or string(pdfium_c.FPDFAnnot_GetFormFieldName, form, annotation).rpartition(".")[2]
    return " ".join(_INDEX.sub("", name).split())


def _printed(field: _Field, words: list[Word]) -> bool:
    """Whether the page itself shows the value in the field's place."""
    left, bottom, right, top = field.box
    under = ""
    for word in words:
        x, y = middle(word.box)
        if left <= x <= right and bottom <= y <= top:
            under += word.text
    return bool(under) and not field.ticked and normal(field.text) in normal(under)


def _value(field: _Field, place: int | None, words: list[Word], text: str) -> Value:
    """The field's value in the place of its label, or as a line after the one above it, with its name."""
    alone = f"{field.name}: {field.text}" if field.name else field.text
    shown = TICK if field.ticked else field.text
    if place is not None:
        return Value(place, shown, alone, field.box)
    above = [word for word in words if middle(word.box)[1] > middle(field.box)[1]]
    if not above:
        return Value(0, shown, alone, field.box, inline=False)
    end = text.find("\n", min(above, key=lambda word: word.box[1]).end)
    return Value(end if end >= 0 else len(text), shown, alone, field.box, inline=False)


def _label(field: _Field, words: list[Word]) -> int | None:
    """Where in the text a field stands beside its label, or under it."""
    left, bottom, right, top = field.box
    height = middle(field.box)[1]
    row = [w for w in words if bottom <= middle(w.box)[1] <= top or w.box[1] <= height <= w.box[3]]
    before = [word for word in row if word.box[2] <= left + _SLACK]
    after = [word for word in row if word.box[0] >= right - _SLACK]
    near = max(before, key=lambda word: word.box[2], default=None)
    far = left - near.box[2] if near else _BESIDE
    if field.ticked:
        following = min(after, key=lambda word: word.box[0], default=None)
        if following and following.box[0] - right < min(far, _NEXT):
            return following.start
    if near and far < (_NEXT if field.ticked else _BESIDE):
        return near.end
    over = [
        w
        for w in words
        if top - _SLACK <= w.box[1] <= top + _ABOVE and w.box[0] <= right and w.box[2] >= left
    ]
    return None if field.ticked or not over else max(word.end for word in over)
