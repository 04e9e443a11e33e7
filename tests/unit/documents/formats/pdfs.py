"""PDFs made for a test: drawn by hand, flowing text and tables, and annotations."""

import io
from collections.abc import Callable, Sequence
from typing import Any

from reportlab.lib.styles import ParagraphStyle, StyleSheet1, getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

HAN = "STSong-Light"


def drawn(draw: Callable[[Canvas], Any], **options: Any) -> bytes:
    """What `draw` does to a canvas."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, **options)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def flowing(*parts: Flowable) -> bytes:
    """Paragraphs and tables, one below the other, over as many pages as they take."""
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer).build(list(parts))
    return buffer.getvalue()


def story(*parts: tuple[str, str]) -> bytes:
    """Texts with the names of their styles."""
    return flowing(*(paragraph(text, style) for text, style in parts))


def paragraph(text: str, style: str = "BodyText") -> Paragraph:
    return Paragraph(text, _styles()[style])


def _styles() -> StyleSheet1:
    pdfmetrics.registerFont(UnicodeCIDFont(HAN))
    styles = getSampleStyleSheet()
    styles.add(ParagraphStyle("Han", fontName=HAN, fontSize=11, leading=15, spaceAfter=9, wordWrap="CJK"))
    styles["BodyText"].spaceAfter = 9
    return styles


def boxed(canvas: Canvas, rows: Sequence[Sequence[str]]) -> None:
    """A table from the top left at (100, 720), each cell a box of 80 to 20 points with its text."""
    for down, row in enumerate(rows):
        for across, text in enumerate(row):
            canvas.rect(100 + 80 * across, 700 - 20 * down, 80, 20)
            canvas.drawString(104 + 80 * across, 706 - 20 * down, text)


def annotate(canvas: Canvas, subtype: str, box: Sequence[float], **entries: Any) -> PDFDictionary:
    """An annotation with these entries on the canvas's page."""
    annotation = PDFDictionary(
        {"Type": PDFName("Annot"), "Subtype": PDFName(subtype), "Rect": PDFArray(list(box)), **entries}
    )
    canvas._addAnnotation(annotation)
    return annotation
