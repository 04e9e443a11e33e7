from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.exercises.formats.gift import export, parse
from freshet.exercises.formats.gift.html import text_of
from freshet.exercises.grading.closed import grade
from freshet.exercises.question import (
    Accepted,
    AcceptedNumber,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    SingleChoice,
    TrueFalse,
)
from tests.unit.exercises.formats.questions import EXERCISE


def one(text: str) -> Any:
    parsed = parse(text)
    assert parsed.problems == []
    (question,) = parsed.questions
    return question


def problem(text: str) -> tuple[int, str]:
    parsed = parse(text)
    assert parsed.questions == []
    ((line, detail),) = [(found.line, found.detail) for found in parsed.problems]
    return line, detail


# The answers.


def test_one_right_choice_is_a_single_choice_with_feedback_and_part_credit() -> None:
    question = one(
        "Where?{\n ~Jerusalem#A city.\n ~%25%Bethlehem # Born there.\n =Nazareth#Yes!\n####Luke 2}"
    )
    assert isinstance(question, SingleChoice)
    assert question.explanation == "Luke 2"
    assert question.options == [
        Option(id="A", text="Jerusalem", feedback="A city."),
        Option(id="B", text="Bethlehem", credit=0.25, feedback="Born there."),
        Option(id="C", text="Nazareth", credit=1, feedback="Yes!"),
    ]


def test_of_several_right_choices_any_is_right_as_in_moodle() -> None:
    question = one("A season\\: {=spring =autumn ~Easter}")
    assert isinstance(question, SingleChoice)
    assert [mark.score for id_ in "ABC" if (mark := grade(question, id_))] == [1, 1, 0]


def test_weights_alone_are_a_multiple_choice_and_thirds_are_whole() -> None:
    question = one("哪些是大洲？{~%33.33333%亚洲 ~%33.33333%非洲 ~%-100%中国 ~%33.33333%南极洲}")
    assert isinstance(question, MultipleChoice)
    assert [option.credit for option in question.options] == [1 / 3, 1 / 3, -1, 1 / 3]
    assert (mark := grade(question, ["A", "B", "D"])) is not None
    assert mark.score == 1


def test_answers_without_wrong_ones_are_short_answers() -> None:
    assert one("2 + 2 \\= {=four =%50%for#almost =4}").accepted == [
        Accepted(text="four"),
        Accepted(text="for", credit=0.5, feedback="almost"),
        Accepted(text="4"),
    ]
    assert one("How do you write 1?{One}").accepted == [Accepted(text="One")]
    assert one("The answer?{=TRUE}").accepted == [Accepted(text="TRUE")]
    assert one("Member x of p?{=p->x}").accepted == [Accepted(text="p->x")]


def test_a_star_is_anything_but_for_one_with_a_backslash() -> None:
    wild = one(r"Best?{=Frog* =%0%*#Wrong}")
    assert wild.wildcards
    assert wild.accepted[1] == Accepted(text="*", credit=0, feedback="Wrong")
    plain = one(r"Pointer to int?{=int\\* =int \*}")
    assert (plain.wildcards, [found.text for found in plain.accepted]) == (False, ["int*", "int *"])


@pytest.mark.parametrize(("word", "right"), [("T", True), ("FALSE", False), ("true", True), (" F ", False)])
def test_truth_has_the_feedback_for_the_wrong_answer_first(word: str, right: bool) -> None:
    question = one(f"地球是圆的。{{{word}#no # yes#1 ####why}}")
    assert isinstance(question, TrueFalse)
    told = (question.answer, question.feedback_wrong, question.feedback_right, question.explanation)
    assert told == (right, "no", "yes#1", "why")


@pytest.mark.parametrize(
    ("answer", "value", "tolerance"),
    [
        ("1822", 1822, 0),
        ("-3.142:0.001", -3.142, 0.001),
        ("=3.1415:0.0005", 3.1415, 0.0005),
        ("3.141..3.142", 3.1415, 0.0005),
        ("-3.142..-3.141", -3.1415, 0.0005),
        ("5..1", 3, 2),
        (".5", 0.5, 0),
        ("6.02e23\\:1e21", 6.02e23, 1e21),
        ("１８２２：５", 1822, 5),
        ("−5", -5, 0),
    ],
)
def test_a_number_has_a_tolerance_or_bounds(answer: str, value: float, tolerance: float) -> None:
    question = one(f"How much?{{#{answer}}}")
    assert question.accepted == [AcceptedNumber(value=value, tolerance=tolerance)]


@pytest.mark.parametrize("bound", ["3.141", "3.142"])
def test_the_bounds_themselves_are_right(bound: str) -> None:
    assert (mark := grade(one("Pi?{#3.141..3.142}"), bound)) is not None
    assert mark.score == 1


def test_several_numbers_have_credits() -> None:
    assert one("Born?{#\n =1822:0#Yes!\n =%50%1822:2\n =%0%1900 # no}").accepted == [
        AcceptedNumber(value=1822, feedback="Yes!"),
        AcceptedNumber(value=1822, tolerance=2, credit=0.5),
        AcceptedNumber(value=1900, credit=0, feedback="no"),
    ]


def test_feedback_for_all_other_numbers_has_no_place_and_is_told() -> None:
    parsed = parse("\nBetween 1 and 5?{#\n=3:2\n~#Completely wrong}")
    assert isinstance(parsed.questions[0], Numeric)
    assert [(found.line, found.detail) for found in parsed.problems] == [
        (4, "Feedback for all other numbers was left out: Completely wrong")
    ]


def test_pairs_are_matched_and_a_side_alone_is_a_distractor() -> None:
    question = one("Capitals?{=Canada -> Ottawa =Italy->Rome =[html]<b>Vatican</b> -> Rome = -> Oslo}")
    assert isinstance(question, Matching)
    assert [(pair.left, pair.right) for pair in question.pairs] == [
        ("Canada", "Ottawa"),
        ("Italy", "Rome"),
        ("Vatican", "Rome"),
    ]
    assert question.pairs[1].right_id == question.pairs[2].right_id
    assert [entry.text for entry in question.distractors] == ["Oslo"]
    ids = {pair.right_id for pair in question.pairs} | {question.distractors[0].id}
    assert ids == {"A", "B", "C"}


def test_the_ids_of_right_sides_do_not_tell_their_order() -> None:
    pairs = "".join(f"={number} -> right {number}" for number in range(30))
    ids = [pair.right_id for pair in one(f"Match.{{{pairs}}}").pairs]
    assert sorted(ids) != ids


# The text.


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Grant is {~buried =entombed} in Grant's tomb.", "Grant is _____ in Grant's tomb."),
        ("{=Asia} is the largest.", "_____ is the largest."),
        ("Pi is {#3.14:0.01}.", "Pi is _____."),
        ("长江流入{=东海}。", "长江流入_____。"),
        ("The sun rises. {T}  \n ", "The sun rises."),
    ],
)
def test_words_after_the_answers_make_a_gap(text: str, stem: str) -> None:
    assert one(text).question == stem


def test_escapes_are_what_they_stand_for_and_latex_stays() -> None:
    question = one(r"\~ \= \# \{ \} \: a\nb \\n \\ \(x\) \frac \ {=\{\~\}\=\#\:#\#1}")
    assert question.question == "~ = # { } : a\nb \\n \\ \\(x\\) \\frac \\"
    assert question.accepted == [Accepted(text="{~}=#:", feedback="#1")]


def test_lines_of_the_file_are_joined_in_each_language() -> None:
    question = one("A line\n   and another\n，中文一行\n中文另一行\\nnext{=a\n  b#c\n d}")
    assert question.question == "A line and another ，中文一行中文另一行\nnext"
    assert question.accepted == [Accepted(text="a b", feedback="c d")]


def test_a_title_and_general_feedback_are_kept() -> None:
    question = one("::Unit 1\\: \\::: [plain]Why?\n{####Because.\n  Of that.}")
    assert (question.title, question.question) == ("Unit 1: :", "Why?")
    assert question.explanation == "Because.\n  Of that."


def test_html_is_read_as_text_and_markdown_stays() -> None:
    html = one(
        "[html]<p>What does <b>this</b> print&nbsp;?</p>\n<pre>\n  if x\\:\n    y()</pre>{=a &lt; b#<br>no}"
    )
    assert html.question == "What does this print\xa0?\n  if x:\n    y()"
    assert html.accepted == [Accepted(text="a < b", feedback="no")]
    assert one("[html]x<sup>2</sup>{~<i>1</i> ~%100%[plain]<i>4</i>}").options[1].text == "<i>4</i>"
    assert one("[markdown]**Why**  \n- one\n- two{=a}").question == "**Why**  \n- one\n- two"
    assert one("Is Vec<T> a type?{T}").question == "Is Vec<T> a type?"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<ul><li>one<li>two</ul>after", "- one\n- two\nafter"),
        ("a<!-- <b>not --> b --> c", "a b --> c"),
        ("<style>p{}</style>x<script>if (a<b) {}</script>y", "xy"),
        ("1 < 2 &amp;&amp; 3 > 2", "1 < 2 && 3 > 2"),
        ('<img src="a.png" alt="a &lt; cat"><IMG src=x>', "[a < cat][image]"),
        ("<table><tr><td>1<td>2</tr></table>", "1 2"),
        ("<p></p><p> 水 </p>\n<p>\n</p>", "水"),
        ("open <a href=", "open <a href="),
    ],
)
def test_a_learner_sees_no_markup(markup: str, text: str) -> None:
    assert text_of(markup) == text


def test_an_embedded_picture_does_not_make_a_question_too_long() -> None:
    picture = "A" * 2_000_000
    question = one(f'[html]<img src\\="data\\:image/png;base64,{picture}\\=\\=" alt\\="cell">Which?{{}}')
    assert question.question == "[cell]Which?"


# The file.


def test_comments_are_passed_over_and_tell_ids_and_tags() -> None:
    comments = "// [id:q\\]7] [tag:photo\\]synthesis] [tag: 光合作用 ]"
    question = one(f"{comments}\n::a::b{{\n// no\n=c\n\t// no}}\n=d}}\n// [tag:x]")
    assert (question.id, question.concepts) == ("q]7", ["photo]synthesis", "光合作用", "x"])
    assert [found.text for found in question.accepted] == ["c", "d"]
    assert one("// [tag:of no question]\n\n// http://x\na{}").concepts == []


def test_questions_are_parted_by_blank_lines_whatever_ends_them() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = end.join(
            ["\ufeff// first", "a{T}", " \t\u3000", "", "b{", "=1", "}", "$CATEGORY: x/y", "c{F}"]
        )
        assert [found.question for found in parse(text).questions] == ["a", "b", "c"]


def test_categories_name_the_file() -> None:
    parsed = parse("$CATEGORY: $course$/top/TCP//IP: 一\n\na{}\n\n$CATEGORY: tests\nb{}")
    assert (parsed.categories, parsed.title) == (["$course$/top/TCP//IP: 一", "tests"], "TCP/IP: 一")
    assert len(parsed.questions) == 2
    assert parse("a{}").title == ""


def test_a_blank_line_in_the_braces_is_forgiven() -> None:
    parsed = parse("a{\n=1\n\n=2\n\n####because\n}\n\nb{T}")
    assert [found.question for found in parsed.questions] == ["a", "b"]
    assert parsed.questions[0].explanation == "because"


@pytest.mark.parametrize(
    ("text", "line", "detail"),
    [
        ("// c\n\nopen {=a\n~b", 3, "one pair of braces"),
        ("no }", 1, "one pair of braces"),
        ("}{", 1, "one pair of braces"),
        ("a {=1} and\nb {=2}", 2, "one pair of braces"),
        ("$\\frac{1}{2}$ {=a}", 1, "one pair of braces"),
        ("{=a ~b}", 1, "no question before"),
        ("::title::\n{T}", 2, "no question before"),
        ("a{~b ~c}", 1, "No answer is right"),
        ("a{~%-50%b ~%0%c}", 1, "No answer is right"),
        ("a{=%0%b}", 1, "No answer is right"),
        ("a{=b ~}", 1, "at least two"),
        ("a{\n=\n=}", 1, "no answer in the braces"),
        ("a{\n~%50%b\n~%150%c}", 3, "%150% is not from -100 to 100"),
        ("a{#\n=1\n=1,5}", 3, "Not a number: 1,5"),
        ("a{#}", 1, "no number"),
        ("a{#1..b}", 1, "Not a number"),
        ("a{#1e999}", 1, "Not a number"),
        ("a{\n=b -> c\n=d}", 3, "A pair without `->` among others with it: d"),
        ("a{=b -> c =d -> }", 1, "no right side"),
        ("a{= -> c = -> d}", 1, "No pair has a left side"),
        ("Only a text.", 1, "a description, not a question. It was left out: Only a text."),
        ("\n" + "x" * 1_000_001, 2, "too long"),
        ("a{" + "=b" * 201 + "}", 1, "at most 200 answers"),
    ],
)
def test_a_question_that_is_wrong_is_a_problem_with_its_line(text: str, line: int, detail: str) -> None:
    found, told = problem(text)
    assert (found, detail in told) == (line, True), told


def test_a_problem_costs_no_other_question() -> None:
    parsed = parse("a{T}\n\nb{=open\n\nonly text\n\nc{F}\n\nd}\n\ne{=1}")
    assert [found.question for found in parsed.questions] == ["a", "c", "e"]
    assert [found.line for found in parsed.problems] == [3, 5, 9]


def test_only_so_many_questions_and_problems_are_read() -> None:
    parsed = parse("a{}\n\n" * 3, most=2)
    assert len(parsed.questions) == 2
    assert [(found.line, found.detail[:19]) for found in parsed.problems] == [(5, "Only the first 2 qu")]
    assert len(parse("text\n\n" * 1_000).problems) == 201


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from(["{", "}", "~", "=", "#", "####", "::", "->", "%50%", "\\", "\n", "\n\n", "//", "a"])
        | st.sampled_from(["[html]", "<a ", "<!--", "[id:x]", "[type:cloze]", "[gap:1/2]", "1..2", "T", "水"])
        | st.text(max_size=3),
        max_size=30,
    ).map("".join)
)
def test_nothing_that_is_written_stops_it(text: str) -> None:
    parsed = parse(text)
    assert all(1 <= found.line <= text.count("\n") + text.count("\r") + 1 for found in parsed.problems)
    again = parse(export(EXERCISE, parsed.questions, answers=True).decode())
    assert [found.type for found in again.questions] == [found.type for found in parsed.questions]
