"""Arithmetic that stays exact as long as it can, and small always: what a calculation's operations do.

Numbers are whole numbers and fractions; a float only appears where there is no exact value (roots, angles,
logarithms) or where a fraction's would be too long. A whole number is never rounded: one that would be too
long is refused, before it is computed.

What belongs here: values. What does not: reading an expression, and writing the result (`calculator`).
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from freshet.llm.tools import ToolError

Number = int | Fraction | float

MAX_DIGITS = 4000  # of a whole number; Python itself writes no more than 4300
_MAX_BITS = int(MAX_DIGITS * math.log2(10))
_MAX_FRACTION_BITS = 2000  # of both parts of a fraction: 300 digits each; beyond it is a float
_MAX_PLACES = 100  # that `round` can round to
_MAX_CHOSEN = 1000  # by `comb`: a millisecond
_HALF = Fraction(1, 2)
_TOO_LARGE = f"The result is too large: more than {MAX_DIGITS} digits."


def bounded(value: Number) -> Number:
    """The value as the next operation gets it. Raises ToolError if it is too large."""
    if isinstance(value, Fraction):
        return _bounded_fraction(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ToolError("The result is too large.")
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        raise ToolError(_TOO_LARGE)
    return value


def divide(left: Number, right: Number) -> Number:
    """The quotient; of whole numbers it is exact."""
    if isinstance(left, float) or isinstance(right, float):
        return left / right
    if (
        isinstance(left, int)
        and isinstance(right, int)
        and max(_bits(left), _bits(right)) > _MAX_FRACTION_BITS
    ):
        return left // right if left % right == 0 else left / right
    return Fraction(left) / right


def power(base: Number, exponent: Number) -> Number:
    """`base` to the `exponent`. Raises ToolError if a whole number would become too long."""
    if isinstance(base, float) or not isinstance(exponent, int):
        return _real(float(base) ** float(exponent))
    bits = _bits(base) * abs(exponent)
    if base in {-1, 0, 1} or bits <= _MAX_FRACTION_BITS:
        return Fraction(base) ** exponent
    if isinstance(base, Fraction) or exponent < 0:
        return _real(float(base) ** exponent)
    # A number of n bits is at least 2**(n-1): what is too long for sure is not computed.
    _require((_bits(base) - 1) * exponent <= _MAX_BITS)
    return int(base**exponent)


def square_root(value: Number) -> Number:
    """The root; of a square whole number it is a whole number."""
    if isinstance(value, int) and value >= 0:
        root = math.isqrt(value)
        if root * root == value:
            return root
    return math.sqrt(value)


def rounded(value: Number, places: Number = 0) -> Number:
    """`value` with so many decimal places, halves away from zero, as in school and in a spreadsheet."""
    if not isinstance(places, int) or abs(places) > _MAX_PLACES:
        raise ToolError(f"round takes up to {_MAX_PLACES} decimal places.")
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    scale = Fraction(10) ** places
    size = math.floor(abs(exact) * scale + _HALF) / scale
    return size if exact >= 0 else -size


def factorial(value: Number) -> int:
    """n!"""
    number = _whole("factorial", value)
    _require(number * number.bit_length() <= _MAX_BITS)
    return math.factorial(number)


def combinations(total: Number, chosen: Number) -> int:
    """In how many ways `chosen` of `total` can be chosen."""
    n, k = _whole("comb", total), _whole("comb", chosen)
    if k > n:
        return 0
    fewer = min(k, n - k)
    if fewer > _MAX_CHOSEN:
        raise ToolError(f"comb goes up to {_MAX_CHOSEN} chosen, or left, ones.")
    _require(min(n, fewer * n.bit_length()) <= _MAX_BITS)
    return math.comb(n, fewer)


def common_divisor(*values: Number) -> int:
    """The greatest one."""
    return math.gcd(*(_whole("gcd", value if value >= 0 else -value) for value in values))


FUNCTIONS: dict[str, Callable[..., Number]] = {
    "sqrt": square_root,
    "exp": math.exp,
    "log": math.log,
    "ln": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "atan2": math.atan2,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "degrees": math.degrees,
    "radians": math.radians,
    "abs": abs,
    "round": rounded,
    "floor": math.floor,
    "ceil": math.ceil,
    "min": min,
    "max": max,
    "factorial": factorial,
    "comb": combinations,
    "gcd": common_divisor,
}


def _bounded_fraction(value: Fraction) -> Number:
    if value.denominator == 1:
        return bounded(value.numerator)
    return value if _bits(value) <= _MAX_FRACTION_BITS else float(value)


def _bits(value: int | Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _whole(function: str, value: Number) -> int:
    if isinstance(value, Fraction) or value != math.floor(value) or value < 0:
        raise ToolError(f"{function} takes whole numbers from 0 on.")
    return int(value)


def _real(value: Any) -> float:
    """Python's powers of negative numbers may be complex ones."""
    if isinstance(value, complex):
        raise ToolError("The result is not a real number.")
    return float(value)


def _require(small: bool) -> None:
    if not small:
        raise ToolError(_TOO_LARGE)
