"""What Word's styles and numbering say about a paragraph: heading level, list marker.

What does not belong here: walking the document (`docx`).
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from freshet.documents.formats.ooxml import Element, attribute, child, local

# Word keeps the English name of built-in styles; other writers and hand-made styles use their own language.
_HEADING = re.compile(
    r"(?:heading|标题|標題|見出し|제목|titre|überschrift|berschrift|título|titolo|заголовок|nagłówek|kop)\s*([1-9])$",
    re.IGNORECASE,
)
_TITLE = {"title", "标题", "標題", "表題", "제목", "titre", "titel", "título", "titolo", "название"}
_NO_LIST = (None, 0)
_DEPTH = 20  # styles may be based on each other in a circle
_HAN_DIGITS = "零一二三四五六七八九"
_HAN = {
    "chineseCounting",
    "chineseCountingThousand",
    "ideographDigital",
    "japaneseCounting",
    "taiwaneseCounting",
}
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_SMALL = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class Styles:
    """Paragraph styles by id, each with the properties it inherits."""

    def __init__(self, root: Element | None) -> None:
        styles = [e for e in root if local(e) == "style"] if root is not None else []
        self._by_id = {attribute(style, "styleId"): style for style in styles}
        self._hiding = {name for name in self._by_id if self._hides(name)}

    def level(self, properties: Element | None, style: str | None) -> int:
        """The heading level of a paragraph, 0 for body text: its outline level, else its style's name."""
        own = _outline(properties)
        if own is not None:
            return own
        for link in self._chain(style):
            name = (attribute(child(link, "name"), "val") or style or "").strip()
            match = _HEADING.match(name) or _HEADING.match(attribute(link, "styleId") or "")
            if match:
                return int(match[1])
            if name.lower() in _TITLE:
                return 1
            outline = _outline(child(link, "pPr"))
            if outline is not None:
                return outline
        return 0

    def hide(self, style: str | None) -> bool:
        """Whether text in a style is hidden."""
        return style in self._hiding

    def _hides(self, style: str | None) -> bool:
        own = (switched(child(link, "rPr"), "vanish") for link in self._chain(style))
        return next((value for value in own if value is not None), False)

    def list_position(self, properties: Element | None, style: str | None) -> tuple[str | None, int]:
        """The list (its `numId`) and the depth in it."""
        for source in (properties, *(child(link, "pPr") for link in self._chain(style))):
            numbers = child(source, "numPr")
            if numbers is not None:
                number = attribute(child(numbers, "numId"), "val")
                return (
                    (number, _integer(attribute(child(numbers, "ilvl"), "val"), 0))
                    if number != "0"
                    else _NO_LIST
                )
        return _NO_LIST

    def _chain(self, style: str | None) -> list[Element]:
        chain: list[Element] = []
        while style in self._by_id and len(chain) < _DEPTH:
            chain.append(self._by_id[style])
            style = attribute(child(chain[-1], "basedOn"), "val")
        return chain


@dataclass(slots=True)
class _Level:
    kind: str = "bullet"
    text: str = ""
    start: int = 1


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counters: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts list items as Word does; lists that share a definition share their counters."""

    def __init__(self, root: Element | None) -> None:
        self._lists: dict[str, _List] = defaultdict(_List)
        definitions = {}
        for element in root if root is not None else ():
            if local(element) == "abstractNum":
                definitions[attribute(element, "abstractNumId")] = _List(_levels(element))
            elif local(element) == "num":
                shared = definitions.get(attribute(child(element, "abstractNumId"), "val"), _List())
                self._lists[attribute(element, "numId") or ""] = _overridden(element, shared)

    def marker(self, number: str | None, depth: int) -> str:
        """The indented marker of the next item, "" for a paragraph that is no item."""
        if number is None:
            return ""
        items = self._lists[number]
        level = items.levels.get(depth, _Level())
        items.counters[depth] = items.counters.get(depth, level.start - 1) + 1
        for deeper in [d for d in items.counters if d > depth]:
            del items.counters[deeper]
        return "  " * min(depth, 8) + (_label(items, depth, level) or "-") + " "


def _label(items: _List, depth: int, level: _Level) -> str:
    if level.kind in {"bullet", "none"}:
        return ""

    def replace(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        other = items.levels.get(at, level)
        return _count(other.kind, items.counters.get(at, other.start))

    return re.sub(r"%([1-9])", replace, level.text)


def _count(kind: str, value: int) -> str:
    if kind in {"lowerLetter", "upperLetter"}:
        letter = chr(ord("a") + (value - 1) % 26) * min((value - 1) // 26 + 1, 8)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in {"lowerRoman", "upperRoman"}:
        return _roman(value).upper() if kind == "upperRoman" else _roman(value)
    if kind in _HAN and 0 < value < 100:
        return _han(value)
    return str(value)


def _roman(value: int) -> str:
    out = ""
    for size, letters in (*_ROMAN, *_ROMAN_SMALL):
        while value >= size and len(out) < 20:
            out, value = out + letters, value - size
    return out


def _han(value: int) -> str:
    tens, ones = divmod(value, 10)
    ten = ("" if tens == 1 else _HAN_DIGITS[tens]) + "十" if tens else ""
    return ten + (_HAN_DIGITS[ones] if ones else "")


def _levels(element: Element) -> dict[int, _Level]:
    found = {}
    for level in element:
        if local(level) == "lvl":
            found[_integer(attribute(level, "ilvl"), 0)] = _Level(
                attribute(child(level, "numFmt"), "val") or "decimal",
                attribute(child(level, "lvlText"), "val") or "",
                _integer(attribute(child(level, "start"), "val"), 1),
            )
    return found


def _overridden(element: Element, shared: _List) -> _List:
    """A list of its own where it restarts or redefines levels, else the shared one."""
    overrides = [e for e in element if local(e) == "lvlOverride"]
    if not overrides:
        return shared
    own = _List(dict(shared.levels))
    for override in overrides:
        depth = _integer(attribute(override, "ilvl"), 0)
        own.levels.update(_levels(override))
        start = attribute(child(override, "startOverride"), "val")
        if start is not None:
            level = own.levels.get(depth, _Level())
            own.levels[depth] = _Level(level.kind, level.text, _integer(start, 1))
    return own


def _outline(properties: Element | None) -> int | None:
    """An explicit outline level as heading level; Word's 9 is body text."""
    value = attribute(child(properties, "outlineLvl"), "val")
    if value is None:
        return None
    level = _integer(value, 9)
    return level + 1 if 0 <= level < 9 else 0


def switched(properties: Element | None, name: str) -> bool | None:
    """Whether a property that is on or off is on, None where it is not set."""
    found = child(properties, name)
    return None if found is None else attribute(found, "val") not in {"0", "false", "off"}


def _integer(value: str | None, default: int) -> int:
    try:
        return int(value or "")
    except ValueError:
        return default
