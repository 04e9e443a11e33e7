"""Languages: which one a text is in, and which one we say things in ourselves.

Chinese, Japanese and Korean are told by their scripts; of others the model is believed, if it names a tag.
Where no model has said anything, English is told by its small words.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

# BCP 47, as far as anybody asks for it: `en`, `zh-Hans`, `pt-BR`.
Language = Annotated[str, Field(max_length=35, pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]

_NONE = "und"  # of ISO 639: undetermined
# BCP 47, as far as languages are named by it: language, script or region, variants.
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-(?:[A-Za-z]{2}|\d{3}))?(-[A-Za-z0-9]{5,8})*")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_WORD = re.compile("[A-Za-z\u00c0-\u1fff]+")
_SMALL = frozenset(
    """the and of to in is that for with as are by on be it from this which not or a an we you your can will
    have has if but they their at was were its what when how""".split()  # noqa: SIM905 - a page as a list
)
_TELLING = {
    "the",
    "and",
    "of",
    "this",
    "that",
    "what",
    "which",
    "are",
    "you",
    "your",
    "how",
}  # of English alone
_SMALL_SHARE = 0.18  # of an English text's words, and hardly of any other's
_KANA_SHARE = 0.1  # of its characters in Japanese, at least; a Chinese text quotes less


def language_of(text: str, said: Iterable[str] = ()) -> str:
    """The BCP 47 tag of a text's language, about which models may have `said` something; empty if unknown."""
    tags = [tag for one in said if (tag := _tag(one))]
    script = _by_script(text)
    if script:
        tags = [tag for tag in tags if tag.partition("-")[0] == script]
    if tags:
        return Counter(tags).most_common(1)[0][0]
    return script or ("en" if _is_english(text) else "")


def spoken(language: str) -> Literal["zh", "en"]:
    """The language of what we say ourselves to somebody of this one: Chinese, or else English."""
    return "zh" if language.startswith("zh") else "en"


def _tag(said: str) -> str:
    """The tag in its usual case; empty for what is none."""
    if not _TAG.fullmatch(said.strip()):
        return ""
    language, *rest = said.strip().lower().split("-")
    shaped = {2: str.upper, 4: str.title}
    return (
        "" if language == _NONE else "-".join([language, *(shaped.get(len(one), str)(one) for one in rest)])
    )


def _by_script(text: str) -> str:
    """`zh`, `ja` or `ko` where most of the text is; a word of another script counts as a character."""
    han, kana, hangul, words = (len(one.findall(text)) for one in (_HAN, _KANA, _HANGUL, _WORD))
    if han + kana + hangul <= words:
        return ""
    if hangul > han + kana:
        return "ko"
    return "ja" if kana > _KANA_SHARE * (han + kana) else "zh"


def _is_english(text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(text)]
    return sum(word in _SMALL for word in words) > _SMALL_SHARE * len(words) and bool(_TELLING & set(words))
