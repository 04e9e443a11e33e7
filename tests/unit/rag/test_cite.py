from dataclasses import replace
from time import process_time

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


MONEY = passage("Managers receive a bonus in March. The bonus is one month of pay.")


@pytest.mark.parametrize(
    "statement",
    [
        'It says "25 days of paid leave" and "managers get ninety days of holiday" [1].',
        'It says "full-time staff have 25 days … and a free company car every year" [1].',
        "It says 'full-time staff have 90 days of paid leave' [1].",
        "It says ‘full-time staff have 90 days of paid leave’ [1].",
        'It says "5 days of paid leave" [1].',
    ],
)
def test_one_quote_that_no_source_says_is_enough_to_cite_nothing(statement: str) -> None:
    assert cite(statement, [LEAVE]) == []


def test_the_quotes_of_a_statement_may_stand_in_different_sources() -> None:
    found = cite('"25 days of paid leave" and "managers receive a bonus" [1][2].', [LEAVE, MONEY])
    assert [(one.marker, one.quote) for one in found] == [
        (1, "Full-time staff have 25 days of paid leave a year."),
        (2, "Managers receive a bonus in March."),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        'With "flexi" time, staff have 25 days of paid leave a year [1].',
        'Staff have 25 days of paid "vacation" [1].',
        'The "Leave Handbook of Example Corp" gives staff 25 days of paid leave [1].',
        "The staff's rule isn't the managers' rule: 25 days of paid leave a year [1].",
        "You have **25 days** of paid leave[1].",
        "According to [1], you have 25 days of paid leave.",
    ],
)
def test_terms_and_titles_in_quotation_marks_are_no_quotes(statement: str) -> None:
    named = replace(LEAVE, filename="leave-handbook-of-example-corp.pdf")
    (found,) = cite(statement, [named])
    assert found.quote == "Full-time staff have 25 days of paid leave a year."


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("The moon is made of cheese [1].", "The handbook is part of the contract."),
        (
            "The CEO was the founder of the company [1].",
            "The rules of the game are set out in the annex of the treaty.",
        ),
        ("The company was founded [1].", "The company rents rooms."),
        ("公司在上海成立[1]。", "公司在北京设立。"),
        ("他是公司的创始人[1]。", "合同的期限是三年，是公司的标准。"),
    ],
)
def test_words_that_any_text_has_bear_no_statement(statement: str, text: str) -> None:
    assert cite(statement, [passage(text)]) == []


@pytest.mark.parametrize(
    "statement",
    [
        "Full-time staff have 90 days of paid leave [1].",
        "Full-time staff have ninety days of paid leave [1].",
        "全职员工每年享有90天带薪年假【2】。",
        "全职员工每年享有九十天带薪年假【2】。",
    ],
)
def test_a_number_that_the_source_does_not_have_is_no_citation(statement: str) -> None:
    assert cite(statement, [LEAVE, CHINESE]) == []


@pytest.mark.parametrize(
    ("statement", "text", "quote"),
    [
        ("员工每年有25天带薪年假[1]。", "员工每年享有二十五天带薪年假。", None),
        ("员工每年有二十五天带薪年假[1]。", "员工每年享有25天带薪年假。", None),
        ("Staff have 3 months of notice [1].", "Staff have a notice of three months.", None),
        ("1) Staff have three months of notice [1].", "Staff have a notice of 3 months.", None),
        ("In 2023, staff had 25 days of leave [1].", "Staff have 25 days of leave.", None),
        (
            "Founded in 1990, the firm has 200 staff [1].",
            "The firm was founded in 1990. It has 200 staff.",
            "The firm was founded in 1990.",
        ),
    ],
)
def test_numbers_may_be_spelled_otherwise_and_stand_nearby(
    statement: str, text: str, quote: str | None
) -> None:
    (found,) = cite(statement, [replace(passage(text), heading=("Report of 2023",))])
    assert found.quote == (quote or text)


def test_a_quoted_table_header_that_is_only_repeated_is_left_to_the_rows() -> None:
    rows = "France | 25 days\nItaly | 22 days"
    text = f"Country | Days of paid leave\n{rows}"
    table = Passage("doc", "chunk", "t.md", text, 1, (), 500, 500 + len(rows), 1.0)
    (found,) = cite('Under "Country | Days of paid leave" Italy has 22 days [1].', [table])
    assert found.quote == "Italy | 22 days"


def test_a_quote_over_a_joint_of_chunks_is_literally_in_the_document() -> None:
    document = "Staff have 25 days of paid leave a year. Overtime always counts double on Sundays."
    joint = document.index(" Overtime")
    text = document[:joint] + "\n" + document[joint + 1 :]
    joined = Passage("doc", "chunk", "d.txt", text, 1, (), 0, len(text), 1.0, joints=(joint,))
    (found,) = cite('It says "paid leave a year. Overtime always counts double" [1].', [joined])
    assert found.quote == document[found.start : found.end]
    assert found.quote == "Overtime always counts double on Sundays."


def test_what_is_quoted_often_is_read_once() -> None:
    long = passage("".join(f"The value of item {i} is {3 * i} units. " for i in range(320)))
    answer = ('"alpha beta gamma delta" ' * 20 + "[1][2][3][4][5][6]. ") * 40
    begun = process_time()
    assert cite(answer, [long] * 6) == []
    assert process_time() - begun < 5  # reading the passages anew for each quote takes a minute


def test_markers_that_no_citation_stands_behind_are_named_once() -> None:
    answer = "Staff have 25 days of paid leave [1]. Cats sing [2][7]. Dogs too [2, 1] and [0]."
    assert unverified(answer, cite(answer, [LEAVE, PAY])) == [2, 7]
