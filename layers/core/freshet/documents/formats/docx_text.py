"""The characters of a Word paragraph: what it shows, and what hangs on it (text boxes, notes, comments).

Shown are insertions, results of fields, content controls, equations; not shown are deletions, instructions of
fields, hidden text. Readings above East Asian words are left out: they would part the words.
What does not belong here: paragraphs and tables (`docx`).
"""

from dataclasses import dataclass, field

from freshet.documents.formats.docx_styles import Styles, switched
from freshet.documents.formats.equations import linear
from freshet.documents.formats.ooxml import Element, alternative, attribute, child, inside, local

# fmt: off
SKIPPED = {
    "del", "moveFrom", "instrText", "delText", "rt", "pPr", "rPr", "tblPr", "trPr", "tcPr", "sdtPr", "sectPr",
}
# fmt: on
NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes", "commentReference": "comments"}
_CHARACTERS = {"tab": "\t", "ptab": "\t", "cr": "\n", "br": "\n", "noBreakHyphen": "-"}
# What forms are ticked with; these fonts have no letters.
_SYMBOLS = {
    "Wingdings": {"F06F": "☐", "F0A8": "☐", "F0FB": "✗", "F0FC": "✓", "F0FD": "☒", "F0FE": "☑"},
    "Wingdings 2": {"F050": "✓", "F052": "☑", "F053": "☒", "F0A3": "☐"},
}


_SHOWN = {"t", "sym", "oMath", *_CHARACTERS}


@dataclass(slots=True)
class Text:
    """What one paragraph holds."""

    styles: Styles
    hidden: bool  # by the paragraph's style
    pieces: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)  # kind and id
    leading: int = 0  # page breaks before the first character
    breaks: int = 0  # all of them
    fields: list[bool] = field(default_factory=list)  # of each open field, whether its instruction goes on

    def __str__(self) -> str:
        return "".join(self.pieces).strip()


def collect(paragraph: Element, style: str | None, styles: Styles) -> Text:
    """Gathers the text of a paragraph in a style, with a stack: files nest as deep as they like."""
    text = Text(styles, styles.hide(style))
    stack = [iter(paragraph)]
    while stack:
        part = next(stack[-1], None)
        if part is None:
            stack.pop()
        elif inner := _inner(part, text):
            stack.append(iter(inner))
    return text


def _inner(part: Element, text: Text) -> list[Element] | None:
    """Takes what a part says itself; returns what is inside it and still to be walked."""
    name = local(part)
    if name == "r":
        return None if _hidden(part, text) else list(part)
    if name in _SHOWN:
        if not any(text.fields):
            text.pieces.append(_characters(part, name))
    elif name == "fldChar":
        _field(text.fields, attribute(part, "fldCharType"))
        text.pieces += [_box(form) for form in inside(part, "ffData") if local(form) == "checkBox"]
    elif name == "txbxContent":
        text.boxes.append(part)
    elif name == "lastRenderedPageBreak":
        text.breaks += 1
        text.leading += not str(text)
    elif name in NOTES:
        text.notes.append((NOTES[name], attribute(part, "id") or ""))
    elif name == "AlternateContent":
        return list(alternative(part))
    elif name not in SKIPPED:
        return list(part)
    return None


def _hidden(run: Element, text: Text) -> bool:
    properties = child(run, "rPr")
    if properties is None:
        return text.hidden
    own = switched(properties, "vanish")
    style = attribute(child(properties, "rStyle"), "val")
    return own if own is not None else text.hidden or text.styles.hide(style)


def _characters(part: Element, name: str) -> str:
    if name == "t":
        return part.text or ""
    if name == "oMath":
        return linear(part)
    if name == "sym":
        font, code = attribute(part, "font") or "", (attribute(part, "char") or "").upper()
        return _SYMBOLS.get(font, {}).get(code, "")
    return _CHARACTERS[name]


def _box(form: Element) -> str:
    """A box of a form, as it is ticked or not."""
    checked = switched(form, "checked")
    return "☒ " if checked or (checked is None and switched(form, "default")) else "☐ "


def _field(fields: list[bool], event: str | None) -> None:
    """A field is its instruction, then its result; either may hold fields."""
    if event == "begin":
        fields.append(True)
    elif event == "separate" and fields:
        fields[-1] = False
    elif event == "end" and fields:
        fields.pop()
