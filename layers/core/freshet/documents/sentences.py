"""Sentences: cutting running text, Chinese and Latin, into parts that lose nothing when joined again.

Rules and no model: full stops of abbreviations, initials and numbers don't end a sentence.
What does not belong here: how parts become chunks (`chunk`).
"""

import re
from collections.abc import Iterator

_JOINT = re.compile(r"[。！？；…]+[”’」』）》】]*\s*|(?<![.!?;])[.!?;]++[\"'”’)\]]*+\s+|\n\s*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[“\"'])(?:[A-Za-z]|Mrs?|Ms|Dr|Prof|Rev|Gen|Sen|Gov|Capt|Lt|Col|Sgt|St|Mt|Jr|Sr|vs|etc|"
    r"e\.\s?g|i\.\s?e|cf|al|ca|approx|resp|Figs?|Eqs?|Nos?|Vol|Ch|Sec|pp?|ed|eds|Inc|Ltd|Co|Corp|Dept|Univ|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|(?:[A-Za-z]\.)+[A-Za-z])\.\s+$"
)
_CLAUSE = re.compile(r"(?<=[，、：,:])|(?<=\s)")


def sentences(text: str) -> Iterator[str]:
    """The text's sentences, each with the blanks after it; joined they are the text again."""
    start = 0
    for joint in _JOINT.finditer(text):
        end = joint.end()
        if end == len(text):
            break
        if joint[0][0] in ".;" and text[end].islower():
            continue
        if joint[0][0] == "." and _ABBREVIATION.search(text, max(start, end - 20), end):
            continue
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def clauses(text: str, limit: int) -> Iterator[str]:
    """Parts of at most `limit` characters, cut after commas or blanks where there are any."""
    while len(text) > limit:
        cuts = [match.end() for match in _CLAUSE.finditer(text, limit // 2, limit)]
        at = cuts[-1] if cuts else limit
        yield text[:at]
        text = text[at:]
    yield text
