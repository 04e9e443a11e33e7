"""PDF: what readers wrote on a page."""

from reportlab.pdfbase.pdfdoc import PDFString
from reportlab.pdfgen.canvas import Canvas

from .conftest import Read
from .pdfs import annotate, drawn

BOX = (72, 600, 172, 620)


def test_comments_follow_their_page_in_english_and_chinese(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "The first page.")
        annotate(canvas, "FreeText", BOX, Contents=PDFString("Typed on the page"))
        annotate(canvas, "Text", BOX, Contents=PDFString("请核对\r第二行"))
        annotate(canvas, "Highlight", BOX, Contents=PDFString("Is this so?"))
        canvas.showPage()
        canvas.drawString(72, 700, "The second page.")

    assert [(b.text, b.page) for b in blocks(drawn(draw), "a.pdf")] == [
        ("The first page.", 1),
        ("Typed on the page", 1),
        ("请核对\n第二行", 1),
        ("Is this so?", 1),
        ("The second page.", 2),
    ]


def test_what_the_page_says_is_hidden_or_no_comment_is_left_out(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "The page says this.")
        annotate(canvas, "Highlight", BOX, Contents=PDFString("page says"))
        annotate(canvas, "Text", BOX, Contents=PDFString("out of sight"), F=2)
        annotate(canvas, "Link", BOX, Contents=PDFString("a link"))
        annotate(canvas, "Text", BOX, Contents=PDFString("  "))
        for _ in range(2):
            annotate(canvas, "Text", BOX, Contents=PDFString("said twice"))

    assert [b.text for b in blocks(drawn(draw), "a.pdf")] == ["The page says this.", "said twice"]


def test_a_page_with_comments_only_has_text(blocks: Read) -> None:
    found = blocks(
        drawn(
            lambda canvas: [
                canvas.drawString(1, 1, " "),
                annotate(canvas, "FreeText", BOX, Contents=PDFString("Hi")),
            ]
        ),
        "a.pdf",
    )
    assert [b.text for b in found] == ["Hi"]
