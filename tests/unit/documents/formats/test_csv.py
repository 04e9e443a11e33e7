"""CSV: delimiters, encodings and quotes as they come; nothing between them is lost."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet import errors
from freshet.documents.formats.csv import _delimiter

from .conftest import Read


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_delimiter_and_encoding_are_told_from_the_content(
    blocks: Read, delimiter: str, encoding: str
) -> None:
    rows = [["名称", "产地", "说明"], ["龙井", "杭州", "绿茶的一种，很香"], ["普洱", "云南", "越陈越香的茶"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    [found] = blocks(text.encode(encoding), "a.csv")
    assert found.text == "\n".join(" | ".join(row) for row in rows)
    assert (found.kind, found.header) == ("table", "名称 | 产地 | 说明")


def test_commas_in_prose_are_no_delimiter(blocks: Read) -> None:
    text = "name;remark\na;one, two, three\nb;four, five, six\nc;seven, eight\n"
    assert blocks(text.encode(), "a.csv")[0].text.splitlines()[1] == "a | one, two, three"


def test_quotes_hold_delimiters_and_lines_together(blocks: Read) -> None:
    text = 'name,remark\nAnn,"one, ""two""\nthree"\n'
    assert blocks(text.encode(), "a.csv")[0].text == 'name | remark\nAnn | one, "two" three'


def test_an_open_quote_does_not_swallow_the_file(blocks: Read) -> None:
    text = 'name,size\nscrew,"3 inch\n' + "".join(f"nut{number},{number}\n" for number in range(200))
    lines = blocks(text.encode(), "a.csv")[0].text.splitlines()
    assert lines[1] == 'screw | "3 inch'
    assert lines[-1] == "nut199 | 199"


def test_ragged_rows_keep_all_their_cells(blocks: Read) -> None:
    text = "a,b\nc\nd,e,f\n\ng,h\n"
    assert blocks(text.encode(), "a.csv")[0].text.replace(" ", "") == "a|b|\nc||\nd|e|f\ng|h|"


def test_excel_may_name_the_delimiter(blocks: Read) -> None:
    assert blocks(b"sep=|\na,1|b,2\n", "a.csv")[0].text == "a,1 | b,2"


def test_tsv_and_single_columns_are_read(blocks: Read) -> None:
    assert blocks(b"a\tb\n1\t2\n", "a.tsv")[0].text == "a | b\n1 | 2"
    assert blocks(b"one\ntwo words\nthree\n", "a.csv")[0].text == "one\ntwo words\nthree"


def test_a_file_of_nothing_but_delimiters_has_no_text(blocks: Read) -> None:
    with pytest.raises(errors.NoText):
        blocks(b",,,\n,,,\n", "a.csv")


@given(
    st.lists(
        st.lists(st.text("abc 茶,;'\"\n", min_size=1, max_size=6), min_size=2, max_size=2),
        min_size=3,
        max_size=9,
    )
)
def test_what_excel_writes_in_columns_is_seen_as_columns(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    assert _delimiter(text.getvalue()) == ","


def test_numbers_that_excel_was_told_to_leave_alone_are_plain(blocks: Read) -> None:
    assert blocks(b'id,name\n="007",Ann\n=1+1,Bob\n', "a.csv")[0].text == "id | name\n007 | Ann\n=1+1 | Bob"


def test_a_million_columns_are_text(blocks: Read) -> None:
    [found] = blocks(",".join(f"c{number}" for number in range(1_000_000)).encode(), "a.csv")
    assert found.kind == "text"
    assert found.text.endswith(",c999999")
