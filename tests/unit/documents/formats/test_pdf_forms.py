"""PDF: what was filled into a form, where it stands; forms of the XFA kind; what must not be read."""

import subprocess
import sys
from pathlib import Path

import pytest
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

from freshet import errors

from .conftest import Read
from .pdfs import annotate, boxed, drawn

TEMPLATE = """<template xmlns="http://www.xfa.org/schema/xfa-template/3.0/"><subform name="form1">
<draw><value><text>Application 申请</text></value></draw>
<field name="Name"><ui><textEdit/></ui><caption><value><text>Your name:</text></value></caption></field>
<field name="Agree"><ui><checkButton/></ui><caption><value><text>I agree</text></value></caption></field>
<field name="Post"><ui><checkButton/></ui><caption><value><text>By post</text></value></caption></field>
<field name="Pin"><ui><passwordEdit/></ui><caption><value><text>PIN</text></value></caption></field>
</subform></template>"""
DATA = """<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1>
<Name>Alice 张</Name><Agree>1</Agree><Post>0</Post><Pin>hunter2</Pin><Remark>urgent</Remark>
</form1></xfa:data></xfa:datasets>"""


def text_field(canvas: Canvas, name: str, value: str, place: tuple[int, int], **options: object) -> None:
    x, y = place
    canvas.acroForm.textfield(name=name, value=value, x=x, y=y, width=100, height=20, **options)


def test_values_stand_behind_their_labels(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Name:")
        canvas.drawString(300, 700, "Date: ______________ (today)")
        text_field(canvas, "a1", "2024-01-02", (332, 695))
        text_field(canvas, "a2", "Alice", (120, 695))

    (found,) = blocks(drawn(draw), "a.pdf")
    assert found.text == "Name: Alice Date: 2024-01-02 ______________ (today)"


def test_a_value_in_chinese_stands_behind_its_label(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Name:")
        field = annotate(
            canvas,
            "Widget",
            (120, 695, 220, 715),
            FT=PDFName("Tx"),
            T=PDFString("name"),
            V=PDFString("张三丰"),
        )
        canvas._doc.Catalog.AcroForm = PDFDictionary({"Fields": PDFArray([canvas._doc.Reference(field)])})

    (found,) = blocks(drawn(draw), "a.pdf")
    assert found.text == "Name: 张三丰"


def test_a_value_stands_under_the_label_above_it(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 722, "First name")
        canvas.drawString(300, 722, "City")
        text_field(canvas, "a1", "Alice", (72, 698))
        text_field(canvas, "a2", "Berlin", (300, 698))

    (found,) = blocks(drawn(draw), "a.pdf")
    assert found.text == "First name Alice City Berlin"


def test_a_value_without_a_label_has_its_field_s_name(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "A form")
        text_field(canvas, "applicant", "Alice", (72, 600))
        text_field(canvas, "a2", "none at all", (72, 500), tooltip="Remarks")
        canvas.acroForm.checkbox(name="newsletter", checked=True, x=72, y=400)

    found = "\n".join(block.text for block in blocks(drawn(draw), "a.pdf"))
    assert found.splitlines() == ["A form", "applicant: Alice", "Remarks: none at all", "newsletter: Yes"]


def test_ticks_stand_at_what_they_choose_and_empty_boxes_are_nothing(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        form = canvas.acroForm
        for y, text, checked in ((700, "I agree", True), (670, "I disagree", False)):
            canvas.drawString(100, y, text)
            form.checkbox(name=text, checked=checked, x=75, y=y - 5)
        for x, text in ((100, "yes"), (200, "no")):
            canvas.drawString(x, 640, text)
            form.radio(name="answer", value=text, selected=text == "no", x=x - 25, y=635)

    found = "\n".join(block.text for block in blocks(drawn(draw), "a.pdf"))
    assert found.splitlines() == ["☑ I agree", "I disagree", "yes ☑ no"]


def test_choices_are_read_as_they_are_shown(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        options = [("Apple", "A"), ("Banana", "B"), ("Cherry", "C")]
        canvas.drawString(72, 700, "Fruit:")
        canvas.acroForm.choice(name="a1", value="B", options=options, x=120, y=695, width=100, height=20)
        canvas.drawString(72, 600, "More:")
        canvas.acroForm.listbox(name="a2", value=["C"], options=options, x=120, y=560, width=100, height=50)

    assert [b.text for b in blocks(drawn(draw), "a.pdf")] == ["Fruit: Banana\nMore: Cherry"]


def test_passwords_and_what_is_hidden_are_not_read(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "PIN:")
        text_field(canvas, "pin", "hunter2", (120, 695), fieldFlags="password")
        canvas.drawString(72, 660, "Name:")
        text_field(canvas, "name", "Alice", (120, 655), annotationFlags="hidden")

    found = " ".join(block.text for block in blocks(drawn(draw), "a.pdf"))
    assert found.split() == ["PIN:", "Name:"]


def test_a_value_that_the_page_shows_itself_is_not_doubled(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Name: Alice")
        text_field(canvas, "name", "Alice", (104, 695))

    assert [b.text for b in blocks(drawn(draw), "a.pdf")] == ["Name: Alice"]


def test_values_in_a_table_stand_in_their_cells(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        boxed(canvas, [["Question", "Answer"], ["Name", ""], ["Member", ""]])
        text_field(canvas, "a1", "Alice", (182, 681))
        canvas.acroForm.checkbox(name="a2", checked=True, x=190, y=662, size=16)

    (table,) = blocks(drawn(draw), "a.pdf")
    assert (table.kind, table.text) == ("table", "Question | Answer\nName | Alice\nMember | ☑")


def test_a_form_with_nothing_but_values_has_text_and_an_empty_one_has_none(blocks: Read) -> None:
    def form(value: str) -> bytes:
        def draw(canvas: Canvas) -> None:
            canvas.drawString(72, 700, " ")
            text_field(canvas, "name", value, (104, 695))

        return drawn(draw)

    assert [b.text for b in blocks(form("Alice"), "a.pdf")] == ["name: Alice"]
    with pytest.raises(errors.NoText):
        blocks(form(""), "a.pdf")


def test_a_form_read_in_part_ends_with_its_process(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for _ in range(3):
            canvas.drawString(72, 700, "Name:")
            text_field(canvas, "name", "Alice", (120, 695))
            canvas.showPage()

    path = tmp_path / "form.pdf"
    path.write_bytes(drawn(draw))
    program = (
        "import sys, pathlib\n"
        "from freshet.documents.formats import read\n"
        "found = read(pathlib.Path(sys.argv[1]), 'form.pdf')\n"
        "print(next(found).text)"
    )
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("Name: Alice\n", "", 0)


def xfa(template: str, data: str) -> bytes:
    def draw(canvas: Canvas) -> None:
        document = canvas._doc
        packets = [
            part
            for name, xml in (("template", template), ("datasets", data))
            for part in (PDFString(name), document.Reference(PDFStream(content=xml.encode())))
        ]
        canvas.drawString(72, 700, "Please wait...")
        catalog = document.Catalog
        catalog.AcroForm = PDFDictionary({"Fields": PDFArray([]), "XFA": PDFArray(packets)})
        catalog.NeedsRendering = "true"
        catalog.__NoDefault__ = [*catalog.__NoDefault__, "NeedsRendering"]

    return drawn(draw)


def test_an_xfa_form_is_read_from_its_xml(blocks: Read) -> None:
    assert [b.text for b in blocks(xfa(TEMPLATE, DATA), "a.pdf")] == [
        "Please wait...",
        "Application 申请\nYour name: Alice 张\nI agree ☑\nBy post\nPIN\nRemark: urgent",
    ]


@pytest.mark.parametrize("xml", ["", "<broken", f'<!DOCTYPE a [<!ENTITY b "c">]>{TEMPLATE}'])
def test_an_xfa_form_without_readable_xml_is_refused_with_advice(blocks: Read, xml: str) -> None:
    with pytest.raises(errors.Unsupported, match="Print it"):
        blocks(xfa(xml, xml), "a.pdf")
