"""Markdown: what becomes which block."""

import pytest

from freshet import errors
from freshet.documents.formats.markdown import parse

from .conftest import Read


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in parse(text)]


def test_headings_of_both_kinds_carry_their_level() -> None:
    found = list(parse("# 标题 #\ntext\n\nSetext\n===\n\ntwo\nlines\n---\n### Deep\n#hashtag"))
    assert [(b.kind, b.text, b.level) for b in found] == [
        ("heading", "标题", 1),
        ("text", "text", 0),
        ("heading", "Setext", 1),
        ("heading", "two lines", 2),
        ("heading", "Deep", 3),
        ("text", "#hashtag", 0),
    ]


@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_fenced_code_is_one_block(fence: str) -> None:
    code = f"{fence}python\n# not a heading\n\n- not a list\n{fence}"
    assert kinds(f"before\n{code}\nafter") == [("text", "before"), ("code", code), ("text", "after")]


def test_an_unclosed_fence_runs_to_the_end() -> None:
    assert kinds("```\na\n\nb") == [("code", "```\na\n\nb")]


def test_tables_know_their_header() -> None:
    text = "| 名称 | 值 |\n|---|:-:|\n| a | 1 |\n| b | 2 |"
    table = next(parse(f"{text}\n\nafter"))
    assert (table.kind, table.text) == ("table", text)
    assert table.header == "| 名称 | 值 |\n|---|:-:|"


def test_lists_keep_nested_items_and_end_at_other_blocks() -> None:
    text = "1. one\n   - inner\n\n2. two\n\nparagraph\n* star\n***\nend"
    assert kinds(text) == [
        ("list", "1. one\n   - inner\n2. two"),
        ("text", "paragraph"),
        ("list", "* star"),
        ("text", "end"),
    ]


def test_every_word_is_kept(blocks: Read) -> None:
    text = "> quote *em* [link](http://x) `code`\n\n<div>html</div>\n\n    indented\n"
    joined = " ".join(block.text for block in blocks(text.encode(), "a.md"))
    assert all(word in joined for word in text.split())


def test_markup_without_words_is_no_text(blocks: Read) -> None:
    with pytest.raises(errors.NoText):
        blocks(b"---\n\n#\n", "a.md")


@pytest.mark.parametrize(
    "metadata",
    ["---\ntitle: '我的 文档'\nauthor: Ann\n---\n", '+++\ntitle = "我的 文档"\nauthor: Ann\n+++\n'],
)
def test_metadata_is_text_and_its_title_a_heading(blocks: Read, metadata: str) -> None:
    found = blocks(f"{metadata}# One\n".encode(), "a.md")
    assert [(b.kind, b.text, b.level) for b in found] == [
        ("heading", "我的 文档", 1),
        ("text", "author: Ann", 0),
        ("heading", "One", 1),
    ]


def test_a_rule_at_the_start_is_no_metadata(blocks: Read) -> None:
    assert [b.text for b in blocks(b"---\n\ntext\n\n---\n\nmore", "a.md")] == ["text", "more"]


def test_comments_are_left_out(blocks: Read) -> None:
    text = b"a\n\n<!-- not\n\nshown -->\n\n<!-- note --> b\n"
    assert [b.text for b in blocks(text, "a.md")] == ["a", "<!-- note --> b"]
