"""Numbers as people type them: what they come to, exactly.

What belongs here: how digits, signs, separators, fractions, powers and units are read. What does not:
numbers in words (`numerals`), tolerance (`closed`).
"""

import re
from decimal import Decimal

from freshet.exercises.grading.characters import plain
from freshet.exercises.grading.numerals import in_digits
from freshet.exercises.grading.units import same_unit, without_numerals

MAX_NUMBER = 200  # characters: a number that somebody types, with its unit

_INTRODUCED = re.compile(
    r"(?:[^\W\d]\w{0,9} ?)?= ?|(?:≈|~|大?约|about|around|approximately) ?", re.IGNORECASE
)
_SIGN = re.compile(r"(?:(?P<minus>-|负|minus |negative )|\+)? ?", re.IGNORECASE)
_GROUPED = r"\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)|\d{1,3}(?:[ '_]\d{3})+(?!\d)|\d{1,3}(?:\.\d{3})+(?=,\d)"
_GROUPS = re.compile(rf"(?P<whole>{_GROUPED})(?:[.,](?P<part>\d*))?")
_DECIMAL = rf"(?:(?:{_GROUPED}|\d+)(?:[.,]\d+|\.)?|\.\d+)"
_POWER = r"(?:\^|\*\*) ?(?P<power>[+-]?\d{1,4})(?!\d)"
_FIGURES = re.compile(
    rf"(?:(?P<whole>\d+) )?(?P<over>\d+) ?/ ?(?P<under>\d+)"
    rf"|(?:(?P<factor>{_DECIMAL}) ?[x×*·] ?)?10 ?{_POWER}"
    rf"|(?P<decimal>{_DECIMAL})(?:e(?P<exponent>[+-]?\d{{1,4}})(?!\d))?",
    re.IGNORECASE,
)
_START = re.compile(r"(?<![A-Za-z])\.\d|\d")
_SHARES = {"%": 2, "percent": 2, "per cent": 2, "‰": 3}  # by how many places


def exact(text: str, unit: str = "") -> Decimal | None:
    """The number that the text is, None if it is none, or of another unit than `unit`.

    Full width, 1,000 and 1 000, 1/2, 50%, 1.5e3 and 1.5×10³, 三十二 and thirty-two, a decimal comma.
    """
    if len(text) > MAX_NUMBER:
        return None
    written = in_digits(without_numerals(plain(text, cased=True).replace("零下", "负"), unit)).rstrip(" .,;")
    if introduced := _INTRODUCED.match(written):
        written = written[introduced.end() :]
    negative, written = _signed(written)
    if unit and not negative:
        negative, written = _signed(_without_prefix(written, unit))
    elif unit:
        written = _without_prefix(written, unit)
    figures = _FIGURES.match(written)
    value = _value(figures) if figures else None
    if figures is None or value is None:
        return None
    value = _of_unit(value, written[figures.end() :].strip(), unit)
    return -value if value is not None and negative else value


def around(written: str) -> tuple[str, Decimal, str] | None:
    """The first number of a text that is in digits, between what stands before and after it; no sign."""
    start = _START.search(written)
    figures = _FIGURES.match(written, start.start()) if start else None
    value = _value(figures) if figures else None
    if figures is None or value is None:
        return None
    return written[: figures.start()], value, written[figures.end() :]


def _signed(written: str) -> tuple[bool, str]:
    sign = _SIGN.match(written)
    assert sign  # it may be empty
    return bool(sign["minus"]), written[sign.end() :]


def _without_prefix(written: str, unit: str) -> str:
    """What follows a unit that stands before its number, as currencies do."""
    figure = re.search(r"[\d.+-]", written)
    if figure and figure.start() and same_unit(written[: figure.start()], unit):
        return written[figure.start() :]
    return written


def _value(figures: re.Match[str]) -> Decimal | None:
    if figures["under"]:
        under = Decimal(figures["under"])
        return Decimal(figures["whole"] or 0) + Decimal(figures["over"]) / under if under else None
    if figures["power"]:
        return _decimal(figures["factor"] or "1").scaleb(int(figures["power"]))
    return _decimal(figures["decimal"]).scaleb(int(figures["exponent"] or 0))


def _decimal(written: str) -> Decimal:
    if grouped := _GROUPS.fullmatch(written):
        return Decimal(re.sub(r"\D", "", grouped["whole"]) + "." + (grouped["part"] or ""))
    return Decimal(written.replace(",", "."))


def _of_unit(value: Decimal, rest: str, unit: str) -> Decimal | None:
    if not rest or (unit and same_unit(rest, unit)):
        return value
    places = _SHARES.get(rest.lower())
    return value.scaleb(-places) if places else None
