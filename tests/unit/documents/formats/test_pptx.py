"""PowerPoint: every slide's text is read in order; hostile packages are refused."""

import pytest

from freshet import errors

from .conftest import Read
from .packages import XMLNS, office, relations


def body(*paragraphs: str) -> str:
    return "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in paragraphs)


def shape(*paragraphs: str, kind: str | None = None) -> str:
    place = f'<p:nvPr><p:ph type="{kind}"/></p:nvPr>' if kind else "<p:nvPr/>"
    return f"<p:sp><p:nvSpPr>{place}</p:nvSpPr><p:txBody>{body(*paragraphs)}</p:txBody></p:sp>"


def slide(*shapes: str, attributes: str = "") -> str:
    return f"<p:sld {XMLNS} {attributes}><p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld></p:sld>"


def deck(*slides: str, order: list[int] | None = None, parts: dict[str, str] | None = None) -> bytes:
    """A deck of slides, shown in an order, with further parts by name."""
    targets = {f"rId{number}": ("slide", f"slides/slide{number}.xml") for number in range(1, len(slides) + 1)}
    shown = order if order is not None else range(1, len(slides) + 1)
    entries = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in shown)
    return office(
        "presentationml.presentation",
        "ppt/presentation.xml",
        {
            "ppt/presentation.xml": f"<p:x {XMLNS}><p:sldIdLst>{entries}</p:sldIdLst></p:x>",
            "ppt/_rels/presentation.xml.rels": relations(targets),
            **{f"ppt/slides/slide{number}.xml": content for number, content in enumerate(slides, 1)},
            **(parts or {}),
        },
    )


def frame(content: str) -> str:
    return f"<p:graphicFrame><a:graphic><a:graphicData>{content}</a:graphicData></a:graphic></p:graphicFrame>"


def test_slides_are_pages_in_the_order_of_the_show(blocks: Read) -> None:
    data = deck(
        slide(shape("内容", "第二行"), shape("标题", kind="title")),
        slide(shape("hidden")),
        slide(shape("deleted")),
        order=[2, 1],
    )
    found = blocks(data, "a.pptx")
    assert [(b.kind, b.text, b.page, b.level) for b in found] == [
        ("text", "hidden", 1, 0),
        ("heading", "标题", 2, 1),
        ("text", "内容\n第二行", 2, 0),
    ]


def test_hidden_slides_are_read_and_counted(blocks: Read) -> None:
    found = blocks(deck(slide(shape("backup"), attributes='show="0"'), slide(shape("next"))), "a.pptx")
    assert [(b.text, b.page) for b in found] == [("backup", 1), ("next", 2)]


def test_bodies_are_lists_and_keep_their_levels(blocks: Read) -> None:
    deeper = '<a:p><a:pPr lvl="1"/><a:r><a:t>inner</a:t></a:r></a:p>'
    plain = "<a:p><a:pPr><a:buNone/></a:pPr><a:r><a:t>plain</a:t></a:r></a:p>"
    content = shape("outer", kind="body").replace("</p:txBody>", f"{deeper}{plain}</p:txBody>")
    [found] = blocks(deck(slide(content)), "a.pptx")
    assert (found.kind, found.text) == ("list", "- outer\n  - inner\nplain")


def test_groups_alternatives_fields_and_breaks_are_read_once(blocks: Read) -> None:
    group = f"<p:grpSp>{shape('in a group')}<p:grpSp>{shape('deeper')}</p:grpSp></p:grpSp>"
    choice = (
        f"<mc:AlternateContent><mc:Choice Requires='x'>{shape('new')}</mc:Choice>"
        f"<mc:Fallback>{shape('old')}</mc:Fallback></mc:AlternateContent>"
    )
    broken = shape("x").replace(
        body("x"),
        "<a:p><a:r><a:t>one</a:t></a:r><a:br/><a:r><a:t>two </a:t></a:r>"
        "<a:fld><a:t>three</a:t></a:fld></a:p>",
    )
    found = blocks(deck(slide(group, choice, broken)), "a.pptx")
    assert [b.text for b in found] == ["in a group", "deeper", "new", "one\ntwo three"]


def test_tables_repeat_their_header(blocks: Read) -> None:
    rows = "".join(
        f"<a:tr>{''.join(f'<a:tc><a:txBody>{body(cell)}</a:txBody></a:tc>' for cell in row)}</a:tr>"
        for row in [("名称", "值"), ("a", ""), ("", "")]
    )
    [found] = blocks(deck(slide(frame(f"<a:tbl>{rows}</a:tbl>"))), "a.pptx")
    assert (found.kind, found.text, found.header) == ("table", "名称 | 值\na | ", "名称 | 值")


def test_diagrams_and_charts_are_read_where_they_stand(blocks: Read) -> None:
    frames = frame('<dgm:relIds r:dm="rId1" r:lo="rId9"/>') + frame('<c:chart r:id="rId2"/>')
    points = (
        f"<dgm:dataModel {XMLNS}><dgm:ptLst><dgm:pt><dgm:t>{body('总经理')}</dgm:t></dgm:pt>"
        f'<dgm:pt type="pres"><dgm:t>{body("again")}</dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>'
    )

    def cache(*values: str) -> str:
        return "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in enumerate(values))

    chart = (
        f"<c:chartSpace {XMLNS}><c:title>{body('Sales')}</c:title><c:ser><c:tx>{cache('2026')}</c:tx>"
        f"<c:cat>{cache('Q1', 'Q2')}</c:cat>"
        f"<c:val><c:formatCode>0%</c:formatCode>{cache('0.1', '0.25')}</c:val></c:ser></c:chartSpace>"
    )
    links = {"rId1": ("diagramData", "../diagrams/data1.xml"), "rId2": ("chart", "../charts/chart1.xml")}
    found = blocks(
        deck(
            slide(frames),
            parts={
                "ppt/slides/_rels/slide1.xml.rels": relations(links),
                "ppt/diagrams/data1.xml": points,
                "ppt/charts/chart1.xml": chart,
            },
        ),
        "a.pptx",
    )
    assert [(b.kind, b.text) for b in found] == [
        ("list", "- 总经理"),
        ("text", "Sales"),
        ("table", " | 2026\nQ1 | 10%\nQ2 | 25%"),
    ]


def test_notes_are_marked_and_belong_to_their_slide(blocks: Read) -> None:
    notes = slide(shape("1", kind="sldNum"), shape("讲给听众", kind="body"), shape("x", kind="hdr"))
    data = deck(
        slide(shape("text")),
        slide(shape("next")),
        parts={
            "ppt/slides/_rels/slide1.xml.rels": relations({"rId1": ("notesSlide", "../notes/n1.xml")}),
            "ppt/notes/n1.xml": notes,
        },
    )
    assert [(b.text, b.page) for b in blocks(data, "a.pptx")] == [
        ("text", 1),
        ("Notes: 讲给听众", 1),
        ("next", 2),
    ]


def test_footers_are_read_once_and_slide_numbers_never(blocks: Read) -> None:
    furniture = (shape("Company", kind="ftr"), shape("7", kind="sldNum"))
    data = deck(slide(shape("a"), *furniture), slide(shape("Company"), *furniture))
    assert [b.text for b in blocks(data, "a.pptx")] == ["a", "Company", "Company"]


def test_slides_without_text_say_so(blocks: Read) -> None:
    with pytest.raises(errors.NoText):
        blocks(deck(slide()), "a.pptx")


def test_a_package_without_slides_is_damaged(blocks: Read) -> None:
    with pytest.raises(errors.Damaged):
        blocks(office("presentationml.presentation", "ppt/presentation.xml", {}), "a.pptx")


def test_entities_bombs_and_truncated_files_are_refused(blocks: Read) -> None:
    entity = '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + slide(shape("&b;"))
    with pytest.raises(errors.Damaged, match="entities"):
        blocks(deck(entity), "a.pptx")
    with pytest.raises(errors.OverLimit):
        blocks(deck("<x>" + " " * (33 << 20)), "a.pptx")
    with pytest.raises(errors.Damaged):
        blocks(deck(slide(shape("text")))[:-200], "a.pptx")


def test_absurdly_nested_groups_are_read(blocks: Read) -> None:
    deep = "<p:grpSp>" * 3_000 + shape("deep") + "</p:grpSp>" * 3_000
    assert [b.text for b in blocks(deck(slide(deep)), "a.pptx")] == ["deep"]
