import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.rag.quotes import Folded, quoted


def find(quote: str, text: str) -> tuple[int, int] | None:
    return Folded(text).find(quote)


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
        ("the well\u2011known e\u2011mail team", "the well-known e-mail team"),
        ("employees get **25 days** of leave", "Employees get 25 days of _leave_"),
        ("[e]mployees get leave", "Employees get leave"),
        ("所谓‘带薪年假’是指二十五天", "所谓“带薪年假”是指二十五天。"),
        ("“年假”——即带薪假——为二十五天", "年假—即带薪假—为二十五天。"),
        ("享有二十五天带薪年假", "享有二十五天帶薪年假。"),
        ("5 days", "25 days, not 5 days"),
        ("pages 3 - 5", "pages 3–5"),
    ],
)
def test_a_quote_is_found_however_it_is_spelled_and_broken(quote: str, text: str) -> None:
    place = find(quote, text)
    assert place is not None
    held = text[slice(*place)]
    assert find(held, quote) == find(quote, quote) is not None


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("25 days", "28 days"),
        ("pages 35", "pages 3-5"),
        ("5 days of leave", "25 days of leave"),
        ("5,000 employees", "25,000 employees"),
        ("000 employees", "25,000 employees"),
        ("leave is 25", "leave is 25.5 days"),
        ("1年后享有带薪年假", "工作满11年后享有带薪年假。"),
        ("able to go", "notable to go"),
        ("he was not able to go", "He was notable to go."),
        ("the leave is pay", "the leave is payable"),
        ("costs 15 euros", "costs 1 5 euros"),
        ("of −5 degrees", "of 5 degrees"),
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
            'It says "paid leave of 25 days" and “nothing else stands here”.',
            ["paid leave of 25 days", "nothing else stands here"],
        ),
        ("手册写道「全职员工都享有年假」。", ["全职员工都享有年假"]),
        ("手册写道“每年享有25天带薪年假。”", ["每年享有25天带薪年假"]),
        ("手册写道‘每年享有25天带薪年假’。", ["每年享有25天带薪年假"]),
        ('According to the "Employee Handbook" and “带薪年假制度说明”, leave is paid.', []),
        (
            'He said "all leave is paid ... ask your manager early […] or not".',
            ["all leave is paid", "ask your manager early"],
        ),
        ("It says 'the employer's leave isn't paid' there.", ["the employer's leave isn't paid"]),
        ("It says ‘the employer’s leave isn’t paid’ there.", ["the employer’s leave isn’t paid"]),
        ("No quotes here, don't you see, in the employees' rules and managers' rules?", []),
        ('The 15" model is dear and the 17" model is dearer.', []),
        ('The 15" model is "the dearest of them all".', ["the dearest of them all"]),
    ],
)
def test_quotes_are_what_stands_between_marks_and_is_no_mere_term(text: str, quotes: list[str]) -> None:
    assert [quote for _, quote in quoted(text)] == quotes


def test_a_place_can_be_asked_for_from_a_point_on() -> None:
    text = Folded("paid leave, paid leave")
    assert text.find("paid leave", 1) == (12, 22)
    assert text.find("paid leave", 13) is None
