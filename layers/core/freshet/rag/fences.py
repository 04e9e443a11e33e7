"""Fences: other people's text inside a prompt, kept from closing the tag that it stands in.

A fence's bracket becomes `‹`, which quotes and answers are compared with as if it were `<`. What nobody sees
of a text is left out: a model reads orders in Unicode's tag characters as if they were letters. What does not
belong here: the prompts (`prompt`), which say what the fences mean.
"""

import re
from html import escape
from itertools import pairwise

_NAMES = [
    "source",
    "question",
    "conversation",
    "follow_up",
    "document",
    "passage",
    "rubric",
    "answer",
    "key_points",
    "sample",
    "draft",
    "faults",
    "log",
    "events",
    "graph",
    "names",
]
# A model reads over blanks and what can't be seen: Unicode's Default_Ignorable_Code_Point. Fences are looked
# for where one character stands for all of these: a set between any two letters takes 50 ms to compile.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_ANY = "\u00ad"
_GAP = rf"[\s{_ANY}]*"


def _spelled(name: str) -> str:
    return f"{_ANY}*".join(name)


_NAME = f"(?:{'|'.join(map(_spelled, _NAMES))})"
_OPEN, _CLOSE, _SLASH = "[<＜﹤]", "[>＞﹥]", "[/／]"

# What closes a fence is one in any shape. What opens one has a tag's form: `a < answer` compares, and
# `Vec<Sample>` is a type. With a small letter it may as well be prose that a tag stands close behind.
_CLOSES = rf"{_GAP}{_SLASH}{_GAP}{_NAME}(?![a-z\d_-])"
_OPENS = rf"{_ANY}*{_NAME}(?=[\s{_ANY}/／>＞﹥]|\Z)"
_OPENS_APART = rf"{_GAP}{_NAME}{_GAP}(?:{_SLASH}|{_CLOSE}|[\w{_ANY}-]+\s*=)"
_TYPE = r"(?-i:(?<=[A-Za-z\d_:])<[A-Z][a-z]+\s*[>|&=?])"
_FENCES = re.compile(rf"(?!{_TYPE}){_OPEN}(?={_CLOSES}|{_OPENS}|{_OPENS_APART})", re.IGNORECASE)

# A PDF's cut words hold soft hyphens. Joiners stay: emoji, Persian and the scripts of India are written with
# them.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)


def defused(text: str) -> str:
    """The text as it is seen, with whatever looks like one of our fences made harmless."""
    seen = _HIDDEN.sub("", text)
    starts = [found.start() for found in _FENCES.finditer(_UNSEEN.sub(_ANY, seen))]
    return "‹".join(seen[start + 1 : end] for start, end in pairwise([-1, *starts, len(seen)]))


def own(text: str, name: str) -> str:
    """The text up to where it closes a fence of this name that it did not open itself."""
    open_ = 0
    tag = (
        rf"{_OPEN}{_GAP}+(?P<closes>{_SLASH}?){_GAP}+{_spelled(name)}(?![a-z\d_-])"  # gaps give nothing back
    )
    for found in re.finditer(tag, _UNSEEN.sub(_ANY, text), re.IGNORECASE):
        open_ += -1 if found["closes"] else 1
        if open_ < 0:
            return text[: found.start()]
    return text


def attribute(text: str) -> str:
    """The text as the value of an attribute of a fence, between double quotes: on one line."""
    return escape(defused(" ".join(text.split())))
