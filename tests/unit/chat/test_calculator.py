"""The calculator: exact where it can be, small always, and never Python."""

import math
import operator
import time
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.chat.calculator import MAX_LENGTH, calculator
from freshet.llm import ToolError, tool

LONGEST_S = 0.2  # of CPU; a quarter of it on a machine that does nothing else
Tree = tuple[Any, str | None, Any]  # a number, or two trees with a sign between them
SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def filled(term: str, sign: str) -> str:
    """The longest expression of one term again and again."""
    return sign.join([term] * ((MAX_LENGTH + len(sign)) // (len(term) + len(sign))))


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1 + 2 * 3", "7"),
        ("-2 ** 2", "-4"),
        ("2 ** 3 ** 2", "512"),
        ("(1 + 2) * -3", "-9"),
        ("7 // 2", "3"),
        ("-7 // 2", "-4"),
        ("2^10", "1024"),
        ("2 * 3^2", "18"),
        ("6 / 3", "2"),
        ("1 / 3", "0.333333333333333"),
        ("1 / 1024", "0.0009765625"),
        ("2 ** 0.5", "1.4142135623731"),
        ("10 ** 400 / 3", "3.33333333333333E+399"),
        ("1e3", "1000"),
        ("sqrt(16) + abs(-3.5)", "7.5"),
        ("log(8, 2)", "3"),
        ("ln(e)", "1"),
        ("max(1, 2.5, 2)", "2.5"),
        ("factorial(20)", str(math.factorial(20))),
        ("gcd(12, -18, 27)", "3"),
        ("comb(52, 5)", "2598960"),
        ("comb(2, 5)", "0"),
        ("floor(-2.1) + ceil(2.1)", "0"),
        ("degrees(pi)", "180"),
    ],
)
def test_arithmetic_as_people_write_it(expression: str, result: str) -> None:
    assert calculator(expression) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("0.1 + 0.2", "0.3"),
        ("0.07 * 100", "7"),
        ("0.3 // 0.1", "3"),
        ("19.99 * 3", "59.97"),
        ("1 / 3 * 3", "1"),
        ("12345678901234567890.5 + 1", "12345678901234567891.5"),
        ("10**30 / 10", str(10**29)),
        ("sqrt(10**40)", str(10**20)),
        ("2**200 - 1", str(2**200 - 1)),
        ("(1 + 5%)^10 * 2000", "3257.7892535548828125"),
    ],
)
def test_what_has_an_exact_value_is_exact(expression: str, result: str) -> None:
    assert calculator(expression) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("15%", "0.15"),
        ("200 * 15%", "30"),
        ("100 / 15%", "666.666666666667"),
        ("(5 + 5)%", "0.1"),
        ("-50% + 1", "0.5"),
        ("10% - 3", "-2.9"),
        ("17 % 5", "2"),
        ("17%5", "2"),
        ("17 % (2 + 3)", "2"),
    ],
)
def test_a_percent_sign_is_a_percentage_unless_an_operand_follows(expression: str, result: str) -> None:
    assert calculator(expression) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("（１＋２）×３÷４", "2.25"),
        ("５－２．５", "2.5"),
        ("max（1，2）", "2"),
        ("max(1、2)", "2"),
        ("200×15％", "30"),
        ("3²+4²", "25"),
        ("2¹⁰", "1024"),
        ("√(2×8)", "4"),
        ("2−1", "1"),
        ("π－pi", "0"),
    ],
)
def test_full_width_digits_and_the_signs_of_print_are_read(expression: str, result: str) -> None:
    assert calculator(expression) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [("round(2.5)", "3"), ("round(-2.5)", "-3"), ("round(2.675, 2)", "2.68"), ("round(1250, -2)", "1300")],
)
def test_halves_are_rounded_away_from_zero(expression: str, result: str) -> None:
    assert calculator(expression) == result


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("1/0", "Division by zero"),
        ("0 ** -1", "Division by zero"),
        ("sqrt(-1)", "sqrt has no value there"),
        ("(-8) ** (1/3)", "not a real number"),
        ("sin(1, 2)", "sin does not take 2 numbers"),
        ("factorial(2.5)", "factorial takes whole numbers"),
        ("1,000 + 1", "without thousands separators: 1000"),
        ("1,234", "more than one expression"),
        ("2(3 + 4)", r"Write `\*` where numbers are multiplied"),
        ("sin", r"sin needs its numbers in brackets: sin\(…\)"),
        ("sinus(1)", "There is no 'sinus'; there are: sqrt, exp"),
        ("三加五", "'三' has no meaning"),
        ("½", "'½' has no meaning"),
        ("1 +", "not an expression"),
        ("", "not an expression"),
        ("(" * 450, "not an expression"),
        ("-" * 450 + "1", "nested too deep"),
        ("1" * 501, "longer than 500 characters"),
        ("round(1, 1000)", "decimal places"),
    ],
)
def test_what_can_not_be_computed_is_told_in_a_sentence(expression: str, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        calculator(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('true')",
        "().__class__",
        "(1).real",
        "(1).percent",
        "[1][0]",
        "lambda: 1",
        "f'{1}'",
        "1 if 1 else 2",
        "True",
        "max(*(1, 2))",
        "round(1, ndigits=2)",
        "x := 1",
        "1 == 1",
        "1\x00",
        "0x10",
        "2j",
    ],
)
def test_nothing_but_arithmetic_is_read(expression: str) -> None:
    with pytest.raises(ToolError):
        calculator(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "9**9**9",
        "factorial(10**6)",
        "comb(10**6, 5*10**5)",
        "10**4000 * 10",
        "exp(1000)",
        "1.1 ** 10**9",
        "10**3999 + 0.1 * 10**4000",
        "2 ** 10**3000",
        "(9**4000)%",
        "round(10**3999, -100) * 11",
    ],
)
def test_what_would_be_too_large_is_refused_before_it_is_computed(expression: str) -> None:
    begun = time.thread_time()
    with pytest.raises(ToolError, match=r"too large|goes up to"):
        calculator(expression)
    assert time.thread_time() - begun < LONGEST_S


@pytest.mark.parametrize(
    "expression",
    [
        filled("factorial(1207)", "-"),
        filled("gcd(9**4000,7**4700)", "+"),
        filled("comb(13000,1000)", "-"),
        filled("9**4000/7**4700", "+"),
        filled("9**4000%7**4000", "+"),
        filled("1/7**600", "+"),
        filled("sqrt(9**4000)", "+"),
        filled("1/3", "+"),
        filled("1e-999", "*"),
    ],
)
def test_the_most_expensive_expressions_take_a_moment(expression: str) -> None:
    begun = time.thread_time()
    with suppress(ToolError):
        calculator(expression)
    assert time.thread_time() - begun < LONGEST_S


@given(
    st.recursive(
        st.tuples(st.integers(0, 10**12).map(str), st.none(), st.none()),
        lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner),
        max_leaves=12,
    )
)
def test_whole_numbers_come_out_as_they_would_on_paper(tree: Tree) -> None:
    def text(node: Tree) -> str:
        left, sign, right = node
        return str(left) if sign is None else f"({text(left)}{sign}{text(right)})"

    def value(node: Tree) -> int:
        left, sign, right = node
        return int(left) if sign is None else int(SIGNS[sign](value(left), value(right)))

    assert calculator(text(tree)) == str(value(tree))


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_a_quotient_is_right_to_its_last_digit(numerator: int, denominator: int) -> None:
    written = Fraction(calculator(f"{numerator} / {denominator}"))
    exact = Fraction(numerator, denominator)
    assert abs(written - exact) <= abs(exact) / 10**14


@given(st.text("0123456789.eE+-*/^%(), ，％×√²πsqrtminlogfactorial", max_size=60))
def test_whatever_is_typed_gives_a_number_or_a_sentence(expression: str) -> None:
    with suppress(ToolError):
        Fraction(calculator(expression))


async def test_a_model_calls_it() -> None:
    calculated = tool(calculator)
    assert await calculated.call('{"expression": "（１＋１）×２"}') == "4"
    assert "15%" in calculated.description
    with pytest.raises(ToolError, match="expression"):
        await calculated.call("{}")
