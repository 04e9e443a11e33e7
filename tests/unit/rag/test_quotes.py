import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.rag.quotes import find, quoted


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("25 days of paid leave", "staff have 25 days\nof  paid leave a year"),
        ("an example of hyphenation", "It is an exam-\nple of hyphen\u00adation."),
        ("well-known rule", "the well-\nknown rule"),
        ("café au lait", "a cafe\u0301 au lait"),
        ("２５天带薪年假", "享有25天带薪年假。"),
        ("25天带薪年假", "享有２５天 带薪\n年假。"),
        ("it’s “fine”", 'it\'s "fine"'),
        ("Pages 3—5", "see pages 3–5 there"),
        ("office files", "oﬃce ﬁles"),
    ],
)
def test_a_quote_is_found_however_it_is_spelled_and_broken(quote: str, text: str) -> None:
    place = find(quote, text)
    assert place is not None
    held = text[slice(*place)]
    assert find(held, quote) == (0, len(quote))


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("25 days", "28 days"),
        ("pages 35", "pages 3-5"),
        ("", "anything"),
        (" \n", "a b"),
        ("年假", ""),
    ],
)
def test_other_words_are_not_found(quote: str, text: str) -> None:
    assert find(quote, text) is None


@given(st.text(max_size=60), st.text(max_size=40), st.text(max_size=60))
def test_what_a_text_holds_is_found_in_it(before: str, quote: str, after: str) -> None:
    text = f"{before} {quote} {after}"
    place = find(quote, text)
    assert place is None or 0 <= place[0] < place[1] <= len(text)
    if quote.strip() and quote.isalnum():
        assert place is not None


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        (
            'It says "paid leave of 25 days" and “nothing else here”.',
            ["paid leave of 25 days", "nothing else here"],
        ),
        ("手册写道「全职员工享有年假」。", ["全职员工享有年假"]),
        ("手册写道“每年享有25天带薪年假。”", ["每年享有25天带薪年假"]),
        ('It is called "flex" there.', []),
        ('He said "leave is paid ... ask your manager".', ["leave is paid", "ask your manager"]),
        ("No quotes here, don't you see?", []),
    ],
)
def test_quotes_are_what_stands_between_marks_and_is_no_mere_term(text: str, quotes: list[str]) -> None:
    assert [quote for _, quote in quoted(text)] == quotes
