"""Excel's number formats: what a cell's number looks like to the one who sees the sheet.

Decimals, thousands, percent, currency and dates; dates are written as in ISO 8601, whatever order the format
has, so that they are found. Fractions, colours and conditions are left aside.
What does not belong here: where formats are kept (`xlsx`).
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache

_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: "$#,##0",
    6: "$#,##0",
    7: "$#,##0.00",
    8: "$#,##0.00",
    9: "0%",
    10: "0.00%",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm",
    19: "h:mm:ss",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss",
    # In East Asian versions of Excel.
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
}
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|[_*].')
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_DIGITS = re.compile(r"([#0?][#0?,]*)(?:\.([#0?]*))?(,*)")
_LAST_DAY = 2_958_466  # 10000-01-01
_DECIMALS = 15  # what a double can show


def built_in(number: int) -> str:
    """The format that a number below 164 stands for, "" for General."""
    return _BUILT_IN.get(number, "")


def shown(value: float, code: str, *, since_1904: bool = False) -> str:
    """A number as its format shows it."""
    literal, date, kind = _kind(code, value < 0)
    if kind == "date" and 0 <= value < _LAST_DAY:
        return _date(value, date, since_1904)
    if kind == "elapsed" and abs(value) < _LAST_DAY:
        minutes, seconds = divmod(round(value * 86_400), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if "s" in date else "")
    if kind == "number":
        return _number(value, literal)
    return general(value)


def general(value: float) -> str:
    """A number without a format, as Excel writes it into a cell that is wide enough."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.11g}" if abs(value) < 1e11 else f"{value:.15g}"


@lru_cache(maxsize=512)
def _kind(code: str, negative: bool) -> tuple[str, str, str]:
    """The section of a format for a number: with its literals, only its letters, and what it is."""
    sections = code.split(";")
    section = sections[1] if negative and len(sections) > 1 and sections[1] else sections[0]
    section = _CURRENCY.sub(lambda match: f'"{match[1]}"', section)
    letters = _QUOTED.sub("", section)
    if _ELAPSED.search(letters):
        return section, letters.lower(), "elapsed"
    letters = _BRACKETS.sub("", letters).lower()
    if "general" in letters or ("/" in letters.replace("am/pm", "") and "?" in letters) or "e+" in letters:
        return section, letters, "general"
    if re.search("[ymdhs]", letters.replace("am/pm", "")):
        return section, letters, "date"
    return section, letters, "number" if _DIGITS.search(letters) else "general"


def _date(value: float, letters: str, since_1904: bool) -> str:
    """ISO 8601, as exact as the format; the year is told even where the format leaves it out."""
    # Excel believes in 29 February 1900: before that its days are one off.
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if value < 60 else 30)  # noqa: DTZ001 - a sheet knows no zones
    moment = start + timedelta(seconds=round(value * 86_400))
    with_time = "h" in letters or "s" in letters
    if with_time and not re.search("[yd]", letters):
        return moment.strftime("%H:%M:%S" if "s" in letters else "%H:%M")
    day = "%Y-%m-%d" if "d" in letters else "%Y-%m" if "m" in letters else "%Y"
    clock = (" %H:%M:%S" if "s" in letters else " %H:%M") if with_time else ""
    return moment.strftime(day + clock)


def _number(value: float, section: str) -> str:
    """The number between the literals of its format's section."""
    text = _BRACKETS.sub("", _QUOTED.sub(lambda match: _escaped(match[1] or match[2] or ""), section))
    digits = _DIGITS.search(text)
    if digits is None:
        return general(value)
    if "%" in text:
        value *= 100
    places = digits[1].rstrip(",")
    value /= 1000 ** (len(digits[1]) - len(places) + len(digits[3]))  # commas at the end: thousands, millions
    decimals = digits[2] or ""
    number = f"{abs(value):,.{min(len(decimals), _DECIMALS)}f}"
    for place in reversed(decimals):  # "#" shows no zeros at the end
        if place == "0" or not number.endswith("0"):
            break
        number = number[:-1]
    number = number.rstrip(".") if decimals else number
    if "," not in places:
        number = number.replace(",", "")
    sign = "-" if value < 0 and "-" not in text and "(" not in text and number.strip("0.,") else ""
    return _unescaped(sign + text[: digits.start()] + number + text[digits.end() :]).strip()


def _escaped(literal: str) -> str:
    """A literal in private characters, so that its digits are no places of the format."""
    return "".join(chr(0xF0000 + ord(char)) if ord(char) < 0x80 else char for char in literal)


def _unescaped(text: str) -> str:
    return "".join(chr(ord(char) - 0xF0000) if 0xF0000 <= ord(char) < 0xF0080 else char for char in text)
