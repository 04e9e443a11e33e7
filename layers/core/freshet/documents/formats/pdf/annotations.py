"""PDF: annotations, the layer over a page's text: reading them, and the comments among them.

What does not belong here: form fields (`pdf_forms`).
"""

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2.raw as pdfium_c

from freshet.documents.formats.pdf.geometry import Box, bounds, upright
from freshet.documents.formats.pdf.lines import normal

_MAX_ON_PAGE = 2_000  # annotations
_UNSEEN = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW
_COMMENTS = {
    pdfium_c.FPDF_ANNOT_TEXT,
    pdfium_c.FPDF_ANNOT_FREETEXT,
    pdfium_c.FPDF_ANNOT_LINE,
    pdfium_c.FPDF_ANNOT_SQUARE,
    pdfium_c.FPDF_ANNOT_CIRCLE,
    pdfium_c.FPDF_ANNOT_POLYGON,
    pdfium_c.FPDF_ANNOT_POLYLINE,
    pdfium_c.FPDF_ANNOT_HIGHLIGHT,
    pdfium_c.FPDF_ANNOT_UNDERLINE,
    pdfium_c.FPDF_ANNOT_SQUIGGLY,
    pdfium_c.FPDF_ANNOT_STRIKEOUT,
    pdfium_c.FPDF_ANNOT_STAMP,
    pdfium_c.FPDF_ANNOT_CARET,
    pdfium_c.FPDF_ANNOT_INK,
}


def annotations(page: Any) -> Iterator[tuple[Any, int]]:
    """The page's visible annotations with their subtypes, each open until the next one."""
    for at in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), _MAX_ON_PAGE)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page.raw, at)
        if not annotation:
            continue
        try:
            if not pdfium_c.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
                yield annotation, pdfium_c.FPDFAnnot_GetSubtype(annotation)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)


def comments(page: Any, text: str) -> list[str]:
    """What readers wrote on the page, each once, and nothing that its `text` says already."""
    found: dict[str, str] = {}
    known = None
    for annotation, kind in annotations(page):
        if kind not in _COMMENTS:
            continue
        comment = string(pdfium_c.FPDFAnnot_GetStringValue, annotation, b"Contents").strip()
        known = normal(text) if known is None else known
        key = normal(comment)
        if key and key not in known:
            found.setdefault(key, "\n".join(comment.splitlines()))
    return list(found.values())


def box_of(page: Any, annotation: Any) -> Box:
    """Where an annotation lies on the upright page."""
    rect = pdfium_c.FS_RECTF()
    pdfium_c.FPDFAnnot_GetRect(annotation, rect)
    return bounds((rect.left, rect.bottom, rect.right, rect.top), upright(page))


def string(get: Callable[..., int], *arguments: Any) -> str:
    """The answer of one of pdfium's functions that fill a buffer with UTF-16."""
    size = get(*arguments, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    get(*arguments, ctypes.cast(buffer, ctypes.POINTER(pdfium_c.FPDF_WCHAR)), size)
    return buffer.raw.decode("utf-16-le", errors="ignore").rstrip("\0")
