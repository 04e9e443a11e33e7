from dataclasses import replace

import pytest

from freshet.rag.cite import cite
from freshet.rag.passage import Passage


def passage(text: str, start: int = 100) -> Passage:
    return Passage("doc", "chunk", "handbook.pdf", text, 3, ("Leave",), start, start + len(text), 1.0)


LEAVE = passage("Welcome aboard. Full-time staff have 25 days of paid leave a year. Ask your manager early.")
PAY = passage("Wages are paid on the 28th. Overtime counts double.", start=900)
CHINESE = passage("欢迎加入。全职员工每年享有25天带薪年假。请提前向经理申请。", start=0)


def test_a_marker_becomes_the_exact_sentence_that_bears_the_statement() -> None:
    (found,) = cite("You have 25 days of paid leave a year [1].", [LEAVE, PAY])
    assert found.quote == "Full-time staff have 25 days of paid leave a year."
    assert LEAVE.text[found.start - 100 : found.end - 100] == found.quote
    assert found.as_dict()["page"] == 3


def test_chinese_statements_find_their_sentence() -> None:
    (found,) = cite("全职员工每年有25天带薪年假【1】。", [CHINESE])
    assert found.quote == "全职员工每年享有25天带薪年假。"


@pytest.mark.parametrize(
    "answer",
    ["Overtime counts double [2].", "Overtime counts double.[1, 2]", "Overtime counts double [1][2]."],
)
def test_only_the_source_that_says_it_is_cited(answer: str) -> None:
    assert [found.marker for found in cite(answer, [LEAVE, PAY])] == [2]


@pytest.mark.parametrize(
    "answer", ["The moon is made of cheese [1].", "Nothing is cited.", "Out of range [7].", "[1]", ""]
)
def test_what_no_source_says_is_not_cited(answer: str) -> None:
    assert cite(answer, [LEAVE, PAY]) == []


def test_a_quote_has_the_page_and_headings_of_its_own_place() -> None:
    marks = ((100, 3, ("Hours",)), (100 + LEAVE.text.index("Full-time"), 4, ("Leave", "Paid")))
    found = cite("You have 25 days of paid leave a year [1].", [replace(LEAVE, marks=marks)])[0].as_dict()
    assert (found["page"], found["heading"]) == (4, ["Leave", "Paid"])


def test_the_same_quote_is_cited_once() -> None:
    answer = "There are 25 days of paid leave [1]. So 25 days of paid leave a year [1]."
    assert len(cite(answer, [LEAVE])) == 1


def test_a_repeated_table_header_does_not_shift_the_quote() -> None:
    rows = "Bern | 140,000\nGenf | 200,000"
    table = Passage("doc", "chunk", "t.md", f"City | People\n{rows}", 1, (), 500, 500 + len(rows), 1.0)
    (found,) = cite("Genf has 200,000 people [1].", [table])
    assert found.quote == "Genf | 200,000"
    assert found.start == 500 + rows.index("Genf")
