"""HTML: what becomes which block, what is left out, what is refused."""

import pytest

from freshet import errors

from .conftest import Read


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def test_headings_paragraphs_lists_and_code(blocks: Read) -> None:
    found = blocks(
        page(
            "<h1>标题</h1><p>One <a href=x>link</a><br>two</p><div>bare<p>inner</p>tail</div>"
            "<ol start=3><li>three<ul><li>deep</li></ul></li><li>four</li></ol><pre> code\n  here</pre>"
        ),
        "a.html",
    )
    assert [(b.kind, b.text) for b in found] == [
        ("heading", "标题"),
        ("text", "One link\ntwo"),
        ("text", "bare"),
        ("text", "inner"),
        ("text", "tail"),
        ("list", "3. three\n  - deep\n4. four"),
        ("code", " code\n  here"),
    ]
    assert found[0].level == 1


def test_tables_are_rows_with_a_header(blocks: Read) -> None:
    [table] = blocks(
        page(
            "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td><p>two</p><p>parts</p></td></tr></table>"
        ),
        "a.html",
    )
    assert (table.kind, table.text, table.header) == ("table", "A | B\n1 | two parts", "A | B")


def test_a_table_that_lays_out_the_page_is_no_table(blocks: Read) -> None:
    found = blocks(page("<table><tr><td><h2>Title</h2><p>text</p></td><td>side</td></tr></table>"), "a.html")
    assert [(b.kind, b.text) for b in found] == [("heading", "Title"), ("text", "text"), ("text", "side")]


def test_noise_is_left_out(blocks: Read) -> None:
    body = (
        "<nav>menu</nav><script>var a</script><style>b{}</style><div role=navigation>more</div>"
        "<p hidden>no</p><form><button>press</button></form><p>text</p><!-- comment -->"
    )
    assert [b.text for b in blocks(page(body), "a.html")] == ["text"]


def test_the_title_stands_in_for_a_missing_heading(blocks: Read) -> None:
    head = "<title>Page title</title>"
    assert [b.text for b in blocks(page("<p>text</p>", head), "a.html")] == ["Page title", "text"]
    assert [b.text for b in blocks(page("<h1>own</h1>", head), "a.html")] == ["own"]


@pytest.mark.parametrize(
    ("label", "encoding"), [("gb2312", "gb18030"), ("shift_jis", "cp932"), ("big5", "big5")]
)
def test_the_declared_encoding_is_used(blocks: Read, label: str, encoding: str) -> None:
    data = f'<html><meta charset="{label}"><p>中文</p>'.encode(encoding)
    assert blocks(data, "a.html")[0].text == "中文"


def test_absurd_nesting_is_refused_and_deep_nesting_read(blocks: Read) -> None:
    with pytest.raises(errors.OverLimit):
        blocks(page("<div>" * 200_000 + "x"), "a.html")
    assert blocks(page("<div>" * 1_500 + "x" + "</div>" * 1_500), "a.html")[0].text == "x"
    assert len(blocks(page("<p>unclosed " * 7_000), "a.html")) == 7_000


def test_a_page_without_text_says_so(blocks: Read) -> None:
    with pytest.raises(errors.NoText):
        blocks(page("<script>x</script>"), "a.html")


def test_what_is_hidden_is_not_read(blocks: Read) -> None:
    body = (
        "<p>shown <span hidden>no</span><span style='color: red; DISPLAY : none'>no</span></p>"
        "<div style='visibility:hidden'>no</div><table><tr><td>a</td><td>b<i hidden>no</i></td></tr>"
        "<tr hidden><td>no</td><td>no</td></tr></table>"
    )
    assert [b.text for b in blocks(page(body), "a.html")] == ["shown", "a | b"]


def test_a_body_hidden_until_its_script_runs_is_read(blocks: Read) -> None:
    assert blocks(b"<html><body style='display:none'><p>text</p></body></html>", "a.html")[0].text == "text"


def test_cells_of_several_rows_and_columns_keep_the_others_in_place(blocks: Read) -> None:
    body = (
        "<table><tr><th rowspan=2>地区</th><th colspan=2>销售</th></tr><tr><th>2023</th><th>2024</th></tr>"
        "<tr><td>北</td><td>1</td><td>2</td></tr><tr><td colspan=3>note</td></tr>"
        "<tr><td colspan=99999>x</td><td>y</td></tr></table>"
    )
    [found] = blocks(page(body), "a.html")
    assert found.text.splitlines()[:4] == ["地区 | 销售 | ", " | 2023 | 2024", "北 | 1 | 2", "note"]
    assert found.header == "地区 | 销售 | \n | 2023 | 2024"
    assert len(found.text) < 1_000


def test_readings_do_not_part_words(blocks: Read) -> None:
    body = "<p><ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rt>きょう</rt></ruby>都</p>"
    assert blocks(page(body), "a.html")[0].text == "東京都"


def test_declared_entities_are_neither_expanded_nor_text(blocks: Read) -> None:
    prolog = '<?xml version="1.0"?>\n<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    data = f"{prolog}<html><body>x &a;</body></html>".encode()
    assert [b.text for b in blocks(data, "a.html")] == ["x &a;"]
