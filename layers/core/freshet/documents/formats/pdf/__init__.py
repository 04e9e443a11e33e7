"""PDF: page by page, text in paragraphs, ruled tables, what a form's fields hold, and readers' comments.

pdfium finds characters, lines and drawings; what they make is decided in the other modules here. Pages are
closed as they are read, so memory stays flat. What does not belong here: OCR.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.pdf.annotations import comments
from freshet.documents.formats.pdf.forms import field_values, form_of
from freshet.documents.formats.pdf.hyphens import Hyphens
from freshet.documents.formats.pdf.lines import Line, PageText
from freshet.documents.formats.pdf.outline import Entry, mark, outline
from freshet.documents.formats.pdf.paragraphs import paragraphs, pitch_of
from freshet.documents.formats.pdf.rules import ruling_lines
from freshet.documents.formats.pdf.tables import Table, tables

_PROGRESS_EVERY = 10  # pages


def read(path: Path) -> Iterator[Block | Progress]:
    """The document's blocks and, every few pages, its progress."""
    document = _open(path)
    entries = outline(document)
    total, found, broken = len(document), False, 0
    hyphens = Hyphens()
    with form_of(document) as form:
        for number in range(total):
            try:
                blocks = _page(document, number, form, entries.get(number, []), hyphens)
            except pdfium.PdfiumError:
                blocks, broken = [], broken + 1
            found = found or bool(blocks)
            yield from blocks
            if (number + 1) % _PROGRESS_EVERY == 0 or number + 1 == total:
                yield Progress(number + 1, total)
    if total == 1 and document.get_formtype() == pdfium_c.FORMTYPE_XFA_FULL:
        yield from _xfa(document)
        return
    if not found and (broken or _shattered(document)):
        raise _damaged()
    if not found:
        raise errors.NoText(
            "The PDF has no text, at most pictures of it. Run text recognition (OCR) on it and upload that."
        )


def _open(path: Path) -> Any:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code in {pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY}:
            raise errors.Encrypted(
                "The PDF opens only with a password. Remove it and upload again."
            ) from error
        raise _damaged() from error
    if len(document) == 0:
        raise _damaged()
    return document


def _xfa(document: Any) -> Iterator[Block]:
    """The text of a form that its only page doesn't show."""
    from freshet.documents.formats.pdf.xfa import xfa_blocks  # an XML parser that few documents need

    empty = True
    for block in xfa_blocks(document):
        empty = False
        yield block
    if empty:
        raise errors.Unsupported(
            "The PDF is an XFA form, which only Adobe's programs show. Print it to PDF and upload that."
        )


def _shattered(document: Any) -> bool:
    """Whether a document without text is one that pdfium had to guess together, and that shows nothing."""
    if pdfium_c.FPDF_DocumentHasValidCrossReferenceTable(document):
        return False
    return not any(pdfium_c.FPDFPage_CountObjects(document[at]) for at in range(min(len(document), 20)))


def _damaged() -> errors.Damaged:
    return errors.Damaged("The PDF can't be opened, it is broken or cut off. Export or download it again.")


def _page(document: Any, number: int, form: Any, entries: list[Entry], hyphens: Hyphens) -> list[Block]:
    with closing(document[number]) as page, closing(page.get_textpage()) as textpage:
        text = PageText(page, textpage)
        hyphens.learn(text.text)
        notes = comments(page, text.text)
        values = field_values(form, page, text) if form else []
        ruled = tables(text, values, ruling_lines(page), number + 1, hyphens)
        lines = text.lines(values)
    for entry in entries:
        mark(lines, entry)
    blocks = list(_in_order(lines, ruled, number + 1, hyphens))
    return [*blocks, *(Block(note, page=number + 1) for note in notes)]


def _in_order(lines: list[Line], ruled: list[Table], page: int, hyphens: Hyphens) -> Iterator[Block]:
    """The paragraphs, and between them the tables."""
    pitch = pitch_of(lines)
    waiting: list[Line] = []
    parts: list[Line | Table] = [*lines, *ruled]
    for part in sorted(parts, key=lambda part: part.start):
        if isinstance(part, Line):
            waiting.append(part)
            continue
        yield from paragraphs(waiting, pitch, page, hyphens)
        yield from part.blocks
        waiting = []
    yield from paragraphs(waiting, pitch, page, hyphens)
