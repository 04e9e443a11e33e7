import asyncio
import re
from html.parser import HTMLParser

from hypothesis import given, settings

from freshet.exercises.formats import exported
from freshet.exercises.question import Question
from tests.unit.exercises.formats.questions import ALL, EXERCISE, any_questions, asked, squeezed

_VOID = {"br", "meta"}


class Page(HTMLParser):
    """A page as it is parsed: every element closed in its turn, what it says, what it names."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.said: list[str] = []
        self.style = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.said.append(data)


def exported_html(*questions: Question, answers: bool = True, language: str = "en") -> str:
    exercise = EXERCISE.model_copy(update={"language": language})
    return asyncio.run(exported("html", exercise, questions, answers=answers)).data.decode()


def test_a_page_says_its_language() -> None:
    page = exported_html(*ALL, language="zh-Hans")
    assert page.startswith('<!DOCTYPE html>\n<html lang="zh-Hans">')
    assert "参考答案" in page
    assert "Answer key" not in page


def test_an_exercise_of_no_language_speaks_that_of_its_questions() -> None:
    assert 'lang="zh"' in exported_html(ALL[2], language="")


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    page = Page(exported_html(*ALL))
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not {"src", "href", "onclick", "style"} & {name for name, _ in page.attributes}
    assert "url(" not in page.style
    assert "@import" not in page.style
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_the_key_is_printed_on_a_page_of_its_own() -> None:
    page = Page(exported_html(*ALL))
    assert re.search(r"@media print \{.*\.key \{ break-before: page; \}", page.style, re.DOTALL)
    assert ("class", "key") in page.attributes
    assert ("class", "key") not in Page(exported_html(*ALL, answers=False)).attributes


def test_every_question_is_a_group_that_its_text_names() -> None:
    page = Page(exported_html(*ALL))
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids)) == len(ALL) + 2
    assert {value for name, value in page.attributes if name == "aria-labelledby"} == set(ids)
    assert page.attributes.count(("role", "group")) == len(ALL)
    assert [tag for tag in page.tags if tag in {"h1", "h2", "h3"}] == ["h1", "h2", "h3", "h2"]


@settings(max_examples=30)
@given(questions=any_questions())
def test_all_texts_come_back_and_none_becomes_markup(questions: list[Question]) -> None:
    page = Page(exported_html(*questions))
    assert set(page.tags) <= {
        *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "h1", "h2", "h3"),
        *("ol", "ul", "li", "div", "p", "span", "strong", "br"),
    }
    everything = squeezed("".join(page.said))
    for question in questions:
        for text in (*asked(question), question.explanation):
            assert squeezed(text) in everything
