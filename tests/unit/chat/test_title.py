import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.chat.title import MAX_MADE, UNTITLED, cleaned, title_of

FAMILY = "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("写一首关于人工智能的诗", "写一首关于人工智能的诗"),
        ("\n \t\n  Why is\tthe sky   blue?\r\nAnd the sea?", "Why is the sky blue?"),
        ("", UNTITLED),
        (" \u200b\n\x00\ufeff", UNTITLED),
        ("\x1b[31mred\x07", "[31mred"),
        ("a\u202eevil", "aevil"),
        ("half \ud83d", "half"),
        ("第一行\u2028第二行", "第一行"),
        ("word " * 30, "word " * 11 + "word…"),
        ("internationalisation " * 5, "internationalisation internationalisation…"),
        ("Sie sagte: " + "水" * 60, "Sie sagte: " + "水" * 48 + "…"),
        ("水" * 200, "水" * 59 + "…"),
        ("x" * 200, "x" * 59 + "…"),
        ("🇩🇪" * 60, "🇩🇪" * 29 + "…"),
    ],
)
def test_a_title_is_the_first_line_cut_where_it_reads_well(prompt: str, title: str) -> None:
    assert title_of(prompt) == title


@pytest.mark.parametrize("before", range(50, 60))
def test_no_character_is_cut_in_two(before: int) -> None:
    for whole in (FAMILY, "e\u0301\u0323", "👍🏽", "❤️", "한"):
        title = title_of("水" * before + whole * 20).removesuffix("…")
        rest = title.removeprefix("水" * before)
        composed = unicodedata.normalize("NFC", whole)
        assert rest == composed * (len(rest) // len(composed))


@given(st.text(max_size=300))
def test_any_text_makes_a_title(text: str) -> None:
    title = title_of(text)
    assert 0 < len(title) <= MAX_MADE
    assert title == title_of(title) == cleaned(title)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in title)
