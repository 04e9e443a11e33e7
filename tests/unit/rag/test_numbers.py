from decimal import Decimal

import pytest

from freshet.rag.numbers import claimed, stated


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25 days", "25"),
        ("２５天", "25"),
        ("25,000.50 euros", "25000.5"),
        ("25\u202f000 people", "25000"),
        ("twenty-five days", "25"),
        ("Ninety days", "90"),
        ("two million people", "2000000"),
        ("three months", "3"),
        ("the 28th", "28"),
        ("二十五天", "25"),
        ("一百零五人", "105"),
        ("一万二千三百元", "12300"),
        ("二〇二四年", "2024"),
        ("25万", "250000"),
        ("二十五万", "250000"),
        ("三个月", "3"),
        ("兩年", "2"),
        ("百分之二十五", "25"),
    ],
)
def test_a_number_is_claimed_in_digits_and_in_words(text: str, value: str) -> None:
    assert claimed(text) == {Decimal(value)}
    assert Decimal(value) in stated(text)


@pytest.mark.parametrize(
    "text", ["one of them", "three reasons", "一般", "十分重要", "三个原因", "千万不要", ""]
)
def test_small_words_that_count_nothing_are_not_claimed(text: str) -> None:
    assert claimed(text) == set()


def test_a_source_may_state_what_a_statement_would_not_claim() -> None:
    assert stated("三个原因, two of them") == {Decimal(3), Decimal(2)}
