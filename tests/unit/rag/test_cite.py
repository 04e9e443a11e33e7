from dataclasses import replace

import pytest

from freshet.rag.cite import cite, unverified
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


WRAPPED = passage(
    "Leave is gener\u00adous. Full-\ntime staff have  25 days of\npaid leave a year. Ask early. Or not."
)


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        (
            'The book promises "full-time staff have 25 days of paid leave" [1].',
            "Full-\ntime staff have  25 days of\npaid leave a year.",
        ),
        (
            "It says “Leave is generous. Full-time staff have ２５ days …” [1].",
            "Leave is gener\u00adous. Full-\ntime staff have  25 days of",
        ),
        ('Of asking it says: "Ask early. Or not." [1]', "Ask early. Or not."),
    ],
)
def test_what_a_statement_quotes_is_found_however_the_source_is_broken(statement: str, quote: str) -> None:
    (found,) = cite(statement, [WRAPPED])
    place = slice(found.start - WRAPPED.start, found.end - WRAPPED.start)
    assert WRAPPED.text[place] == found.quote
    assert found.quote == quote


@pytest.mark.parametrize(
    "statement",
    [
        'Full-time staff have "28 days of paid leave" a year [1].',
        "全职员工“每年享有28天带薪年假”[1]。",
    ],
)
def test_words_in_quotation_marks_that_the_source_does_not_say_are_no_citation(statement: str) -> None:
    assert cite(statement, [LEAVE if statement.isascii() else CHINESE]) == []


def test_chinese_quotes_are_found_in_text_that_a_pdf_tore_apart() -> None:
    torn = passage("全职 员工每年\n享有２５天 带薪年假。请提前申请。", start=0)
    (found,) = cite("手册写明「全职员工每年享有25天带薪年假」【1】。", [torn])
    assert found.quote == "全职 员工每年\n享有２５天 带薪年假。"


def test_a_quote_over_long_sentences_is_given_alone() -> None:
    long = passage(f"{'word ' * 60}the river is long. It is deep {'word ' * 60}.")
    (found,) = cite('It says "the river is long. It is deep" [1].', [long])
    assert found.quote == "the river is long. It is deep"


def test_a_term_in_quotation_marks_is_no_quote() -> None:
    (found,) = cite('With "flexi" time, staff have 25 days of paid leave a year [1].', [LEAVE])
    assert found.quote == "Full-time staff have 25 days of paid leave a year."


def test_markers_that_no_citation_stands_behind_are_named_once() -> None:
    answer = "Staff have 25 days of paid leave [1]. Cats sing [2][7]. Dogs too [2, 1]."
    assert unverified(answer, cite(answer, [LEAVE, PAY])) == [2, 7]
