import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from freshet.download import writable
from freshet.exercises.formats import exported
from freshet.exercises.formats.markdown import plain
from freshet.exercises.question import Question
from tests.unit.exercises.formats.questions import ALL, EXERCISE, any_questions, asked, nasty, squeezed

_READER = MarkdownIt("gfm-like", {"linkify": False, "html": True})
_OURS = {"heading", "paragraph", "ordered_list", "bullet_list", "list_item", "strong"}


def exported_text(*questions: Question, answers: bool = True, language: str = "en") -> str:
    exercise = EXERCISE.model_copy(update={"language": language})
    return asyncio.run(exported("md", exercise, questions, answers=answers)).data.decode()


def tokens(text: str) -> list[Token]:
    return [token for block in _READER.parse(text) for token in (block, *(block.children or ()))]


def said(found: list[Token]) -> str:
    breaks = {"hardbreak": "\n", "softbreak": "\n", "paragraph_close": "\n", "heading_close": "\n"}
    return "".join(token.content if token.type == "text" else breaks.get(token.type, "") for token in found)


def test_the_questions_come_first_and_their_answers_last() -> None:
    headings = [line for line in exported_text(*ALL).splitlines() if line.startswith("#")]
    assert headings == ["# 热学 Heat", "## Questions", "## Answer key"]
    assert exported_text(*ALL, language="zh").count("\n## 参考答案\n") == 1


def test_questions_and_answers_have_the_same_numbers() -> None:
    found = tokens(exported_text(*ALL))
    numbers = [token.info for token in found if token.type == "list_item_open" and token.level == 1]
    assert numbers == [str(at) for at in range(1, len(ALL) + 1)] * 2


def test_a_choice_is_a_list_with_letters() -> None:
    assert "1. At how many degrees does water boil? (1 point)\n\n   - A: 90\n   - B: 100\n" in exported_text(
        *ALL
    )


def test_both_sides_of_a_matching_are_lists_of_their_own() -> None:
    found = said(tokens(exported_text(ALL[7], answers=False)))
    assert found.split("\n")[3:] == [
        "France → ________",
        "德国 → ________",
        "A: 柏林",
        "B: Rome",
        "C: Paris",
        "",
    ]


_FORMATTED = [
    *("# no heading", "- no list", "+ no list", "12. no list", "3) no list", "> no quote", "    no code"),
    *("```\nno code\n```", "a\n===", "a\n---", "***", "<b>bold</b>", "&lt;", "[a](http://b)", "![a](b)"),
    *("~~no~~", "| a |\n| - |", "*a* _b_ **c**", "`code`", "\\*", "a  \nb", "-", "=", "$x_1$", "a\n\n\nb"),
    *("<!-- a -->", "[^1]: b"),
]


@pytest.mark.parametrize("text", _FORMATTED)
def test_no_text_formats(text: str) -> None:
    found = _READER.parse(plain(text))
    assert [token.type for token in found] == ["paragraph_open", "inline", "paragraph_close"]
    assert {token.type for token in found[1].children or ()} <= {"text", "hardbreak", "text_special"}
    assert said(found[1].children or []).replace("\xa0", " ") == "\n".join(map(str.rstrip, text.split("\n")))


@given(nasty | st.text())
def test_no_text_whatsoever_formats(text: str) -> None:
    found = tokens(plain(writable(text)))
    assert {token.type for token in found} <= {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "hardbreak",
    }
    assert squeezed(said(found)) == squeezed(text)


@settings(max_examples=30)
@given(questions=any_questions())
def test_all_texts_come_back(questions: list[Question]) -> None:
    found = tokens(exported_text(*questions))
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in found}
    assert kinds <= {*_OURS, "inline", "text", "hardbreak", "softbreak"}
    everything = squeezed(said(found))
    for question in questions:
        for text in (*asked(question), question.explanation):
            assert squeezed(text) in everything
