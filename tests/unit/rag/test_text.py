from hypothesis import given
from hypothesis import strategies as st

from freshet.rag.text import MAX_QUOTE, is_chinese, quotable


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in quotable(text)]


def test_english_and_chinese_sentences_end_where_a_reader_ends_them() -> None:
    assert split("Pi is 3.14. Really? Yes.") == ["Pi is 3.14.", "Really?", "Yes."]
    assert split("员工享有25天年假。他说：“可以！”真的？") == [
        "员工享有25天年假。",
        "他说：“可以！”",
        "真的？",
    ]
    assert split("see file.txt, e.g.this\nnext line") == ["see file.txt, e.g.this", "next line"]


@given(st.text(max_size=1500))
def test_sentences_are_in_order_bounded_and_lose_only_white_space(text: str) -> None:
    places = list(quotable(text))
    assert all(end - start <= MAX_QUOTE for start, end in places)
    assert places == sorted(places)
    joined = "".join("".join(text[start:end].split()) for start, end in places)
    assert joined == "".join(text.split())


def test_han_characters_make_a_text_chinese() -> None:
    assert is_chinese("how 你好")
    assert not is_chinese("naïve café")
