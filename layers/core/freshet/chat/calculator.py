"""The calculator, a tool: reads an expression, computes it, writes the result. Nothing is ever evaluated.

An expression is Python's arithmetic as people type it: `^` is a power, `15%` is 0.15 (but `17 % 5`, with an
operand behind it, is a remainder), full-width digits, brackets and signs count as their ASCII ones. It is
taken apart into known words first; Python's parser only orders those.

What does not belong here: the operations themselves, and their bounds (`arithmetic`).
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, Inexact
from fractions import Fraction

from freshet.chat.arithmetic import FUNCTIONS, Number, bounded, divide, power
from freshet.llm.tools import ToolError

MAX_LENGTH = 500  # characters of an expression
MAX_DEPTH = 200  # of brackets, signs and chained operations: the longest sum that fits is not much longer

_CONSTANTS: dict[str, Number] = {"pi": math.pi, "e": math.e}
_OPERATORS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: divide,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: power,
}

# Full-width ASCII, and the signs of print. Not NFKC: it would make 32 of 3².
_TYPED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans(
    {"×": "*", "✕": "*", "·": "*", "⋅": "*", "÷": "/", "∕": "/", "−": "-", "–": "-", "—": "-", "﹣": "-"}
    | {"％": "%", "﹪": "%", "、": ",", "【": "(", "】": ")", "〔": "(", "〕": ")", "π": "pi", "√": "sqrt"}
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_POWERS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_WORD = re.compile(
    r"\s*(?:(?P<number>(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3}(?!\d))?)"
    r"|(?P<name>[A-Za-z]\w*)|(?P<sign>\*\*|//|[-+*/^%(),])|(?P<other>\S))",
    re.ASCII,
)
_PERCENT = re.compile(r"%(?! *[\w.(])")
_LEADING_ZERO = re.compile(r"0[\d_]")
_PLACES = 15  # significant digits of what has no exact value: those of a float that hold
_EXACT_PLACES = 30  # … of a decimal fraction that ends

_SEPARATORS = "Write numbers without thousands separators: 1000, not 1,000."


def calculator(expression: str) -> str:
    """Computes an arithmetic expression, exactly where that is possible. It knows the operators
    + - * / // % ** (or ^), brackets and percentages such as 15%; the functions sqrt, exp, log(x, base), ln,
    log2, log10, sin, cos, tan, asin, acos, atan, atan2, sinh, cosh, tanh (in radians), degrees, radians, abs,
    round(x, places), floor, ceil, min, max, factorial, comb, gcd; the constants pi and e.

    Args:
        expression: For example `(1 + 5%)^10 * 2000` or `sqrt(2) / 2`.
    """
    if len(expression) > MAX_LENGTH:
        raise ToolError(f"The expression is longer than {MAX_LENGTH} characters: compute it in parts.")
    return _written(_value(*_parsed(expression)))


def _parsed(expression: str) -> tuple[str, ast.expr]:
    """The expression in Python's spelling, and its tree."""
    text = _POWERS.sub(lambda found: f"^{found[0].translate(_RAISED)}", expression.translate(_TYPED))
    # A percent sign binds closer than any operator: an attribute is what does so in Python.
    spelled = _PERCENT.sub(".percent", " ".join(_words(text))).replace("^", "**")
    try:
        return spelled, ast.parse(spelled, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ToolError(f"This is not an expression that can be computed: {expression!r}") from None


def _words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        kind, word = found.lastgroup, found[0].strip()
        if kind == "other":
            raise ToolError(f"{word!r} has no meaning in an expression.")
        if kind == "number" and _LEADING_ZERO.match(word):
            raise ToolError(f"{word} is not a number. {_SEPARATORS}")
        if kind == "name" and word not in FUNCTIONS and word not in _CONSTANTS:
            known = ", ".join([*FUNCTIONS, *_CONSTANTS])
            raise ToolError(f"There is no {word!r}; there are: {known}.")
        yield word


def _value(text: str, node: ast.expr, depth: int = 0) -> Number:
    """What the part `node` of `text` comes to. Raises ToolError."""
    if depth > MAX_DEPTH:
        raise ToolError("The expression is nested too deep: compute it in parts.")

    def value(inner: ast.expr) -> Number:
        return _value(text, inner, depth + 1)

    match node:
        case ast.Constant():
            # From its digits: a float would hold 17 of them.
            return bounded(Fraction(text[node.col_offset : node.end_col_offset]))
        case ast.UnaryOp(op=ast.USub()):
            return -value(node.operand)
        case ast.UnaryOp(op=ast.UAdd()):
            return value(node.operand)
        case ast.BinOp():
            operands = value(node.left), value(node.right)
            return _computed("The operation", _OPERATORS[type(node.op)], *operands)
        case ast.Attribute():
            return _computed("The percentage", divide, value(node.value), 100)
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in FUNCTIONS:
            return _computed(name, FUNCTIONS[name], *map(value, arguments))
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
    raise ToolError(_misread(node))


def _computed(name: str, function: Callable[..., Number], *operands: Number) -> Number:
    try:
        return bounded(function(*operands))
    except ZeroDivisionError:
        raise ToolError("Division by zero.") from None
    except OverflowError:
        raise ToolError("The result is too large.") from None
    except TypeError:
        raise ToolError(f"{name} does not take {len(operands)} numbers.") from None
    except ValueError:
        raise ToolError(f"{name} has no value there.") from None


def _misread(node: ast.expr) -> str:
    match node:
        case ast.Tuple():
            return f"This is more than one expression. {_SEPARATORS}"
        case ast.Call():
            return "Write `*` where numbers are multiplied: 2 * (3 + 4)."
        case ast.Name(id=name):
            return f"{name} needs its numbers in brackets: {name}(…)."
    return "This is not an expression that can be computed."


def _written(value: Number) -> str:
    """Digits: all of them for a whole number and for a short decimal fraction, else the first 15."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _plain(Decimal(f"{value:.{_PLACES}g}"), _PLACES)
    exact = Context(prec=_EXACT_PLACES, traps=[])
    digits = exact.divide(Decimal(value.numerator), Decimal(value.denominator))
    return _plain(digits, _PLACES if exact.flags[Inexact] else _EXACT_PLACES)


def _plain(digits: Decimal, places: int) -> str:
    """Without zeros at the end; with an exponent if it is very small, or larger than its digits are known."""
    if not digits:
        return "0"
    shortest = digits.normalize(Context(prec=places))
    return f"{shortest:f}" if -_PLACES < shortest.adjusted() < places else str(shortest)
