"""Wording: the words of a text in one spelling, so that what says the same becomes equal.

Width, case, accents, articles, plurals, contractions, British spelling, numbers and their units, synonyms
and the two Chinese scripts are folded; symbols, negations and the order of words stay, and code stays as it
is. What does not belong here: when two texts say the same (`meaning`).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from freshet.exercises.gate.lexicon import PHRASES, VERBS, WORDS
from freshet.exercises.gate.quantities import marked
from freshet.exercises.grading.characters import plain

MARK = "\ue010"  # begins a quantity, as `quantities` marks it
_REMEMBERED = 1 << 13  # texts; a few megabytes

HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPAN = re.compile(r"(?<!`)(`+)([^`]+)\1(?!`)")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1|(?<![\w*_])([*_])(?=\w)([^*_]+)(?<=\w)\3(?![\w*_])")

_STRONG = re.compile(
    r"::|->|=>|[=!<>]=|&&|\|\||\.\.|[-+*/]=|[;{}]|\w\(\)|\w!\(|#\[|</|^\s*(?:#include|//|/\*|\$ )|^\w+ ?=[^=]"
    r"|^[\[{].*[\]}]$|^\(.*\d.*,.*\)$|^(?:let|fn|pub|use|def|const|var|int|char|float|return|import|print\w*)\b.*[\[(=){:;.]"
)
_QUOTED_WHOLE = re.compile(r"""'[^']*'|"[^"]*\"""")
_MACRO = re.compile(r"[a-z_]\w*!")
_CODE = re.compile(
    r"[_&|=<>{}\[\]\\^$@#*+~]|::|->|//|\w!?\(|^\.\w|^!\w|^--?[A-Za-z]|[A-Za-z]-$|;$|\w\.[A-Za-z]\w*(?:\(|$)"
    r"|^[a-z]+[A-Z]|^[A-Z]$"
)
# Of symbols every letter counts: Co is not CO, Aa not aa.
_SYMBOL = re.compile(r"[A-Za-z]{1,2}|(?:([A-Za-z])(?i:\1)){2,}")
_RUN = re.compile("\ue010[^\ue011]*\ue011|[!-~\u00a1-\u0dff]+|\\S")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s.,;:!?'\"()\[\]-]")
_LETTER = re.compile(r"[B-Z][.,;:!?]?")
_END = re.compile(r"(?<![\d.])\.$")  # of a sentence; `0..` and `1.` are code
_EDGE = re.compile(r"""^(?:[,;:!?'"]|\.(?![A-Za-z]))+|[.,;:!?'"]+$""")
_OPENING, _CLOSING = ("(", "["), (")", "]")
_NOT = re.compile(r"\b(can)(?:not|'t)\b|\b(wo)n't\b|n't\b", re.IGNORECASE)
_IS = re.compile(r"(?<=\w)'re\b|(?<=\b[Ii]t)'s\b|(?<=\b[Tt]hat)'s\b|(?<=\b[Tt]here)'s\b")
_OWN = re.compile(r"(?<=\w)'s?(?![\w'])")
_OR_MORE = re.compile("(\ue010[^\ue011]*\ue011) *or (more|greater|above|less|fewer|below)\\b", re.IGNORECASE)
_OR_MORE_HAN = re.compile("(\ue010[^\ue011]*\ue011) *(?:及|或)?(以上|以下)")

_OVER = re.compile("\\b(?:(over|above)|under|below) +(?=\ue010)", re.IGNORECASE)

_LONGEST_RUN = 200  # characters; longer ones are no words
_PHRASE_WORDS = 3
_IDLE_WORDS = {"a", "an", "the", "exactly", "precisely", "simply", "basically", "actually"}
# In phrases only: a word alone may be a form that is asked for.
_FUTURE = {"will", "shall"}
_SAME_FORM = {"are": "is", "be": "is", "were": "was", "have": "has", "does": "do", "which": "that"}
_BRITISH = (
    (re.compile(r"(?<=\w{3})our(?=s?$|ed$|ing$|ful$|able$)"), "or"),
    (re.compile(r"(?<=\w{2})is(?=(?:e|es|ed|ing|ation|ations|er|ers)$)"), "iz"),
    (re.compile(r"(?<=\w{2})ys(?=(?:e|es|ed|ing)$)"), "yz"),
    (re.compile(r"(?<=[a-z][bt])re(?=s?$)"), "er"),
    (re.compile("^grey"), "gray"),
)


@lru_cache(_REMEMBERED)
def bare(text: str) -> str:
    """The text in plain characters and as it is cased, without marks of emphasis and of code."""
    return _unmarked(_SPAN.sub(r"\2", plain(text, cased=True)))


@lru_cache(_REMEMBERED)
def words(text: str, *, literal: bool = False) -> tuple[str, ...]:
    """The words of a text in one spelling: Han characters one by one, quantities, symbols; code as it is.

    `literal`: without synonyms, and with numbers as they are written, for whoever looks for the very words.
    """
    if is_code(text) or _SYMBOL.fullmatch(text.strip(" .。")):
        return (_END.sub("", bare(text)),)
    seen = plain(text, cased=True)
    parts = _SPAN.split(seen.lower() if seen.isupper() and seen.count(" ") > 1 else seen)
    prose, spans = parts[::3], parts[2::3]
    alone = literal or (not spans and len(prose[0].split()) < _PHRASE_WORDS)
    found = list(_prose(prose[0], alone=alone, literal=literal))
    for span, after in zip(spans, prose[1:], strict=True):
        found += [span.strip(), *_prose(after, alone=alone, literal=literal)]
    return tuple(found)


@lru_cache(_REMEMBERED)
def is_code(text: str) -> bool:
    """Whether the text is code rather than words about it: every character of it counts."""
    seen = plain(text, cased=True)
    if _SPAN.fullmatch(seen):
        return True
    seen = _SPAN.sub(r"\2", seen)
    if _QUOTED_WHOLE.fullmatch(text.strip()) or _MACRO.fullmatch(seen):
        return True
    runs = seen.split()
    spoken = sum(len(word) > 1 and word.isalpha() for word in (run.rstrip(".,:!?") for run in runs))
    return bool(_STRONG.search(seen)) and 2 * spoken <= len(runs) and not re.search(f"[{HAN}]", seen)


def width(text: str) -> int:
    """How long a text looks: a Han character is as wide as two letters."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in bare(text))


def _unmarked(text: str) -> str:
    return _EMPHASIS.sub(lambda match: match[2] or match[4], text)


def _prose(text: str, *, alone: bool, literal: bool) -> Iterator[str]:
    text = _OWN.sub("", _IS.sub(" is", _NOT.sub(_negated, _unmarked(text))))
    runs = _RUN.findall(text if literal else _in_one_sense(text))
    # `A mutable reference` begins with an article, `A causes B` with a letter.
    if runs[:1] == ["A"] and not any(_LETTER.fullmatch(run) for run in runs[1:]):
        runs = runs[1:]
    for run in runs:
        if len(run) == 1 and not run.isascii():
            if run.isalnum() or not unicodedata.category(run).startswith("P"):
                yield run
        elif run.startswith(MARK):
            yield run
        else:
            yield from _spaced(run, alone=alone, literal=literal)


def _in_one_sense(text: str) -> str:
    """The text with one phrase for all that say the same, and with its quantities marked."""
    text = _PHRASE.sub(lambda match: f" {PHRASES[match[0].lower()]} ", text)
    text = _OR_MORE_HAN.sub(_bounded, _OR_MORE.sub(_bounded, marked(text)))
    return _OVER.sub(lambda match: "more than " if match[1] else "less than ", text)


def _negated(match: re.Match[str]) -> str:
    return "can not" if match[1] else "will not" if match[2] else " not"


def _bounded(match: re.Match[str]) -> str:
    upwards = match[2].lower() in ("more", "greater", "above", "以上")
    return f"{'at least' if upwards else 'at most'} {match[1]}"


def _spaced(run: str, *, alone: bool, literal: bool) -> Iterator[str]:
    """The words of a stretch without blanks in a script that has them."""
    trimmed = _trimmed(run) if len(run) <= _LONGEST_RUN else run
    if _CODE.search(trimmed):
        yield trimmed
        return
    for word in _WORD.findall(trimmed):
        folded = _folded(word)
        if not alone:
            folded = "" if folded in _FUTURE else _SAME_FORM.get(folded, folded)
        if folded and folded not in _IDLE_WORDS:
            single = _one_form(folded, word)
            yield single if literal else _in_one_word(single, alone=alone)


def _trimmed(run: str) -> str:
    """Without the punctuation around it, and without brackets that it does not both open and close."""
    run = _EDGE.sub("", run)
    while run[:1] in _OPENING and _opens_idly(run):
        run = _EDGE.sub("", run[1:])
    while run[-1:] in _CLOSING and _surplus(run) < 0:
        run = _EDGE.sub("", run[:-1])
    return run


def _surplus(run: str) -> int:
    """How many brackets are opened more than closed."""
    return sum(run.count(one) for one in _OPENING) - sum(run.count(one) for one in _CLOSING)


def _opens_idly(run: str) -> bool:
    return _surplus(run) > 0 or run[-1] in _CLOSING


def _folded(word: str) -> str:
    folded = word.casefold()
    if folded.isascii():
        return folded
    bare_letters = (c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(bare_letters))


@lru_cache(_REMEMBERED)
def _one_form(folded: str, word: str) -> str:
    for british, american in _BRITISH:
        folded = british.sub(american, folded)
    return folded if len(word) > 1 and word.isupper() else singular(folded)


def _in_one_word(single: str, *, alone: bool) -> str:
    found = WORDS.get(single, single)
    return found if alone else VERBS.get(found, found)


def singular(word: str) -> str:
    """Without the ending of a plural, by Harman's rules ("How effective is suffixing?", 1991)."""
    if len(word) < 4 or word == "does" or not word.endswith("s") or not re.search("[aeiouy]", word[:-1]):
        return word
    if word.endswith("ies") and word[-4] not in "ea":
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word if word.endswith(("us", "ss", "is")) else word[:-1]


def _alternatives() -> str:
    longest = sorted(PHRASES, key=len, reverse=True)
    english = "|".join(re.escape(phrase) for phrase in longest if phrase.isascii())
    chinese = "|".join(phrase for phrase in longest if not phrase.isascii())
    return rf"(?<![A-Za-z\d])(?:{english})(?![A-Za-z\d])|{chinese}"


_PHRASE = re.compile(_alternatives(), re.IGNORECASE)
