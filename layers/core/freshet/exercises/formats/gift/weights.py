"""Weights: `%50%` before an answer, the share of the points that it gets."""

import re
from decimal import Decimal
from fractions import Fraction

from freshet.exercises.formats.gift.source import Source, Unreadable

_WEIGHT = re.compile(r"%\s*(?P<number>[+-]?\d{1,20}(?:\.(?P<decimals>\d{0,400}))?)\s*%", re.ASCII)
_PARTS = 20  # Moodle's own weights are none of smaller parts than twentieths
_ROUNDED = range(4, 9)  # decimals of a weight that may be a rounded third


def read(source: Source) -> tuple[float | None, Source]:
    """The credit that an answer begins with, if it does, and the rest of it. Raises Unreadable."""
    source = source.strip()
    found = _WEIGHT.match(source.raw)
    if found is None:
        return None, source
    credit = _credit(found["number"], len(found["decimals"] or ""))
    if abs(credit) > 1:
        raise Unreadable(f"The weight {found[0][:40]} is not from -100 to 100.", source.at)
    return credit, source.part(found.end())


def written(credit: float) -> str:
    """The weight that is read as this credit; the shortest that Moodle knows, too."""
    exact = format(Decimal(repr(credit)).scaleb(2).normalize(), "f")
    rounded = f"{credit * 100:.5f}"
    # Of one that looks like a rounded third, more digits say that it is none.
    numbers = (rounded.rstrip("0").rstrip("."), exact, f"{exact}{'0' * _ROUNDED.stop}")
    return next(f"%{number}%" for number in numbers if _read_back(number) == credit)


def _read_back(number: str) -> float:
    return _credit(number, len(number.partition(".")[2]))


def _credit(number: str, decimals: int) -> float:
    """33.33333 is a third."""
    percent = float(number)
    if decimals in _ROUNDED and abs(percent) <= 100:
        share = Fraction(percent / 100).limit_denominator(_PARTS)
        if round(float(share * 100), decimals) == percent:
            return float(share)
    return float(f"{number}e-2")
