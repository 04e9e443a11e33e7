"""Arithmetic in a question, in signs and in words, as a calculator reads it: `17% of 350` is `17% * 350`.

What does not belong here: computing it; that is what the tool is for.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_SIGNS = str.maketrans("０１２３４５６７８９（）＋＊／％＾．×✕÷−－", "0123456789()+*/%^.**/--")
_FUNCTIONS = "sqrt|exp|log2|log10|log|ln|a?sin|a?cos|a?tan|abs|round|floor|ceil|min|max|factorial|comb|gcd"
# One line a kind. A number has no letter at its sides, but for an `x` that multiplies.
_TOKEN = re.compile(
    rf"""(?P<number>(?<![A-WYZa-wyz_.])(?<!(?<!\d)[xX])(?:[$€£¥￥]\s?)?
        (?:\d{{1,3}}(?:,\d{{3}})+(?![\d,])|\d+)(?:\.\d+)?(?![A-WYZa-wyz_]|[xX](?!\s*\d)))
    |(?P<function>\b(?:{_FUNCTIONS})(?=\())
    |(?P<root>(?:\bthe\s+)?\bsquare\s+root\s+of\b|根号|√)
    |(?P<rooted>的(?:算术)?平方根)
    |(?P<squared>\bsquared\b|的平方)
    |(?P<cubed>\bcubed\b|的立方)
    |(?P<add>\+|\bplus\b|加上?)
    |(?P<power>\*\*|\^|\b(?:raised\s+)?to\s+the\s+power\s+of\b)
    |(?P<times>\*|\btimes\b|\bmultiplied\s+by\b|乘以?)
    |(?P<whole>//)
    |(?P<over>\bdivided\s+by\b|除以)
    |(?P<less>\bminus\b|减去?)
    |(?P<weak>[-/–]|(?<=[\d\s])[xX](?=\s*\d))
    |(?P<percent>%)
    |(?P<per_cent>\bper\s?cent\b|百分之(?=\s*\d))
    |(?P<of>\bof\b|的)
    |(?P<then>再|然后|接着|\bthen\b)
    |(?P<exponent>次[方幂])
    |(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<other>\S|\n)""",
    re.VERBOSE | re.IGNORECASE,
)
_SPELLED = {"add": "+", "power": "^", "times": "*", "whole": "//", "over": "/", "less": "-"}
_OPERATORS = {*_SPELLED, "weak"}
_STARTS = {"number", "function", "root", "open"}
_MAX_DEPTH = 10  # of brackets
# Around a date, a range or a fraction stand other words than these.
_ASKING = re.compile(
    r"(?:\W|_|\b(?:what(?:'s|’s)?|whats|how|much|many|is|are|does|do|the|result|answer|value|of|equals?|to|a|me|us"
    r"|calculate|compute|evaluate|solve|work|out|please|can|could|you|tell|give|for|use|calculator|hi|hey|hello)\b"
    r"|请问?|帮我|帮忙|计算|运算|算|一下|等于|多少|几|是|得|结果|的|用|给我|告诉我|你|能|吗|呢|啊)*+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Expression:
    """What stands in a text from `start` to `end`, and how a calculator would have it written."""

    start: int
    end: int
    text: str


@lru_cache(maxsize=256)
def expressions(text: str) -> tuple[Expression, ...]:
    """The expressions in `text`, in their order.

    What a hyphen or a slash joins is one only if nothing but that is asked: `24/7` is rarely a quotient.
    """
    read = list(_read(text))
    alone = not _besides(text, [one for one, _ in read])
    return tuple(one for one, is_plain in read if is_plain or alone)


def besides_expressions(text: str) -> str:
    """What a text says besides its expressions; nothing if it only asks for their values."""
    return _besides(text, expressions(text))


def _besides(text: str, found: Sequence[Expression]) -> str:
    for one in reversed(found):
        text = f"{text[: one.start]} {text[one.end :]}"
    return "" if _ASKING.fullmatch(text) else text


def _read(text: str) -> Iterator[tuple[Expression, bool]]:
    """Each expression, and whether its operators leave no doubt that it is one."""
    signs = text.translate(_SIGNS)
    tokens = [found for found in _TOKEN.finditer(signs) if found.lastgroup != "then"]
    at = 0
    while at < len(tokens):
        reader = _Reader(signs, tokens, at)
        spelled = reader.expression()
        if spelled and reader.operators and not _is_part(tokens, at, reader.at):
            span = tokens[at].start(), tokens[reader.at - 1].end()
            yield Expression(*span, spelled), not reader.operators <= {"weak"}
        at = max(reader.at, at + 1) if spelled else at + 1


def _is_part(tokens: list[re.Match[str]], start: int, end: int) -> bool:
    """Whether it belongs to something that can't be read: of `x * 3 + 2` nothing is computed."""
    before = tokens[start - 1] if start else None
    is_argument = (
        before and before.end() == tokens[start].start() and before[0].isascii() and before[0].isalnum()
    )
    after = tokens[end].lastgroup if end < len(tokens) else ""
    return bool(is_argument or (before and before.lastgroup in _SPELLED) or after in _SPELLED)


class _Reader:
    """Reads one expression from a token on, as far as it goes: `at` is behind it then."""

    def __init__(self, text: str, tokens: list[re.Match[str]], at: int) -> None:
        self._text = text
        self._tokens = tokens
        self._depth = 0
        self.at = at
        self.operators: set[str] = set()

    def expression(self) -> str | None:
        """Operands with operators between them; None if there is no operand."""
        left = self._operand()
        while left is not None:
            start, seen = self.at, set(self.operators)
            more = self._more(left)
            if more is None:
                self.at, self.operators = start, seen
                break
            left = more
        return left

    def _more(self, left: str) -> str | None:
        """`left` with one more operator and its operand."""
        kind, spaced = self._kind(), self._gap()
        if kind == "percent" and self._kind(1) in _STARTS:
            operator = "%"  # a remainder
        elif kind == "of":
            return self._share(left, spaced)
        elif kind == "open" and not spaced:
            return self._product(left)
        elif kind in _OPERATORS:
            operator = _SPELLED.get(kind) or {"–": "-", "x": "*", "X": "*"}.get(self._word(), self._word())
        else:
            return None
        self.at += 1
        gap, right = self._gap(), self._operand()
        if right is None:
            return None
        self.operators.add(kind)
        return f"{left}{spaced}{operator}{gap}{right}"

    def _share(self, left: str, spaced: str) -> str | None:
        """`17% of 350`, `350的17%`, `2的10次方`."""
        self.at += 1
        gap, right = self._gap(), self._operand()
        if right is None:
            return None
        self.operators.add("of")
        if self._kind() == "exponent":
            self.at += 1
            return f"{left}^{right}"
        is_share = left.endswith("%") or right.endswith("%")
        return f"{left}{spaced}*{gap}{right}" if is_share else None

    def _product(self, left: str) -> str | None:
        """`2(3+4)`"""
        right = self._operand()
        self.operators.add("weak")
        return None if right is None else f"{left}*{right}"

    def _operand(self) -> str | None:
        sign = ""
        if self._kind() in {"add", "weak"} and self._word() in {"+", "-"}:
            sign = self._word().removeprefix("+")
            self.at += 1
        value = self._value()
        return None if value is None else sign + self._with_suffixes(value)

    def _value(self) -> str | None:
        kind, word = self._kind(), self._word()
        if kind not in _STARTS | {"per_cent"} or self._depth == _MAX_DEPTH:
            return None
        self.at += 1
        if kind == "number":
            return word.lstrip("$€£¥￥ ").replace(",", "")
        if kind == "per_cent":
            return _marked("", self._value(), "%")
        self.operators |= {"function"} if kind in {"function", "root"} else set()
        if kind == "root":
            return _marked("sqrt(", self._value(), ")")
        if kind == "function":
            self.at += 1  # its bracket
        return self._bracketed("(" if kind == "open" else f"{word}(")

    def _bracketed(self, written: str) -> str | None:
        self._depth += 1
        end = "comma"
        while end == "comma" and (inner := self.expression()) is not None:
            end = self._kind()
            self.at += 1
            written += inner + {"close": ")", "comma": ", "}.get(end, "")
        self._depth -= 1
        return written if end == "close" else None

    def _with_suffixes(self, value: str) -> str:
        while True:
            match self._kind():
                case "percent" if self._kind(1) not in _STARTS:
                    value += "%"
                case "per_cent" if self._word()[0] != "百":
                    value += "%"
                case "squared" | "cubed" as kind:
                    value = f"({value})" if value[-1] not in ")0123456789" else value
                    value += "^2" if kind == "squared" else "^3"
                    self.operators.add(kind)
                case "rooted":
                    value = f"sqrt({value})"
                    self.operators.add("rooted")
                case _:
                    return value
            self.at += 1

    def _kind(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self._tokens[at].lastgroup or "" if at < len(self._tokens) else ""

    def _word(self) -> str:
        return self._tokens[self.at][0] if self.at < len(self._tokens) else ""

    def _gap(self) -> str:
        """The space before the next token, if there is any."""
        if not 0 < self.at < len(self._tokens):
            return ""
        return " " if self._text[self._tokens[self.at - 1].end() : self._tokens[self.at].start()] else ""


def _marked(before: str, value: str | None, after: str) -> str | None:
    return None if value is None else f"{before}{value}{after}"
