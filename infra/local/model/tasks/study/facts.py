"""Facts: the sentences of some material that can be asked about, and the terms in them.

No dictionary and no grammar: a term of a Latin script is a word that stands after an article somewhere, is
emphasised or looks like code; a Chinese one is a run of characters that comes back.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from infra.local.model.text import CJK, STOP_WORDS, language, one_line, sentences, stem

_LENGTHS = {"en": (40, 260), "zh": (10, 120)}
_MARKUP = re.compile(r"^\s*(?:>\s*)*(?:[-*+]\s+|\d+[.)]\s+|#+\s+)?")
_EMPHASIS = re.compile(r"(?<!\w)(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_COMMENT = re.compile(r"<!--.*?-->|<[^>]+>", re.DOTALL)
_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1[^\n]*$", re.DOTALL | re.MULTILINE)
_HAN = re.compile(rf"[{CJK}]+")
_BROKEN = re.compile(r"```|~~~|https?://|\||\{\{|^\W*[a-z]|\bListing \d|\b[Ff]igure \d|\bFilename\b")
# What points elsewhere can't stand alone.
_POINTING = re.compile(
    r"^(?:this|that|these|those|it|its|he|she|they|their|we|our|you|your|so|then|here|there|now|also|but|and|or"
    r"|however|therefore|thus|instead|otherwise|next|finally|first|second|in this|for example|for instance"
    r"|as you|let['’]s|note|because of|if you|when you|keep|think|try|see|look|remember|consider|such)\b",
    re.IGNORECASE,
)
_SPEAKING = re.compile(r"\b(?:we|we['’]\w+|let['’]s|you['’]ve|you['’]ll|our|I)\b|\?$|[:：]$")
_POINTING_ZH = re.compile(
    r"^(?:这|那|它|他|她|因此|所以|但|然而|此外|另外|同时|例如|比如|其中|于是|我们|如上|如下|接下来)"
)
# Words that part a Chinese sentence into the things that it is about.
_VERBS = re.compile(
    "转化为|转变为|分为|称为|成为|作为|定义为|包括|包含|含有|具有|拥有|属于|位于|来自|产生|形成|组成|构成|利用|使用|采用|通过|进行"
    "|释放|吸收|分解|合成|提供|负责|决定|影响|发现|提出|建立|创建|发明|表示|说明|认为|需要|要求|导致|引起|造成|增加|减少|下降|上升"
    "|降低|提高|达到|超过|不再|开始|结束|保持|支持|允许|主要|通常|一般|往往|同时|随之|只有|只能|只|又称|又叫|又|称|叫|由|从|到"
    "|把|将|对|为|于|以后|以前|之后|之前|之间|时|后|前|中|上|下|内|外|里|能|会|可|要|就|都|也|还|很|更|最|不|没|并|而|则|即|等"
    "|大多数|所有|每|各|该|此|两|一|二(?!氧)|三|四|五|六|七|八|九|十|个|种|次|位|名|过程|阶段|因素|方式|情况|问题|不同|过高|过低|固定|相反|随|含|[的了吗呢吧啊呀么是在和与及或被我你您他她它这那其之]"
)
_AFTER_ARTICLE = re.compile(r"\b(?:an?|the|each|every|of|no|any)\s+([a-z][a-z-]{3,})\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z-]{3,}")
_CODE = re.compile(r"`([^`\s]{2,24})`")
_MARKED = re.compile(r"[「“《『]([^「」“”《》『』]{2,12})[」”》』]")
_VAGUE = frozenset(
    """thing things example way ways case chapter section book lot time same following number part kind first
    second other others most more many fact rest end beginning next last previous different new whole entire
    only current above below point word words text listing figure code""".split()  # noqa: SIM905 - a page as a list
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence that says something by itself: as it is read, and as it stands in the material."""

    text: str
    quote: str
    terms: tuple[str, ...]  # that stand in it once, the most telling one first
    position: int  # among the material's sentences


@lru_cache(maxsize=64)
def facts(document: str) -> tuple[Fact, ...]:
    """The material's facts, in their order."""
    told = language(document)
    known = terms_of(document)
    found: dict[str, Fact] = {}
    for position, sentence in enumerate(sentences(_FENCE.sub("\n", document))):
        text = plain(sentence)
        low, high = _LENGTHS[told]
        if not low <= len(text) <= high or not text.endswith(tuple(".!。！")) or _unfit(text, told):
            continue
        within = tuple(term for term in known if occurrences(term, _apart(text, term, known)) == 1)
        if within:
            found.setdefault(text, Fact(text, sentence, within, position))
    return tuple(found.values())


def plain(sentence: str) -> str:
    """The sentence on one line, without Markdown."""
    text = "\n".join(_MARKUP.sub("", line) for line in sentence.splitlines())
    text = _LINK.sub(r"\1", _COMMENT.sub("", one_line(text)))
    return " ".join(_EMPHASIS.sub(r"\2", text).split())


@lru_cache(maxsize=64)
def terms_of(document: str) -> tuple[str, ...]:
    """The terms that the material is about, the most telling one first."""
    text = plain(_FENCE.sub("\n", document))
    counted = _han_terms(text) if language(document) == "zh" else _latin_terms(document, text)
    return tuple(term for term, _ in counted.most_common(60))


def occurrences(term: str, text: str) -> int:
    """How often the text has the term, as a whole word."""
    if _HAN.search(term):
        return text.count(term)
    return len(re.findall(rf"(?<![\w`]){re.escape(term)}(?:s|es)?(?![\w`])", text, re.IGNORECASE))


def _apart(text: str, term: str, known: Sequence[str]) -> str:
    """The text without the longer terms that hold the term: there it is only a piece of a word."""
    for longer in known:
        if term in longer and len(term) < len(longer):
            text = text.replace(longer, " ")
    return text


def _unfit(text: str, told: str) -> bool:
    if told == "zh":
        return bool(_BROKEN.search(text) or _POINTING_ZH.search(text))
    return bool(_BROKEN.search(text) or _POINTING.search(text) or _SPEAKING.search(text))


def _latin_terms(document: str, text: str) -> Counter[str]:
    nouns = Counter(word.casefold() for word in _AFTER_ARTICLE.findall(text))
    words = Counter(word.casefold() for word in _WORD.findall(text))
    counted: Counter[str] = Counter()
    for word, times in words.items():
        if (
            nouns[word]
            and word not in STOP_WORDS
            and word not in _VAGUE
            and not word.endswith(("ly", "ing", "ed"))
        ):
            counted[word] = times + 2 * nouns[word]
    for _, marked in _EMPHASIS.findall(document):
        term = one_line(marked).strip(" .,;:").casefold()
        if (
            3 < len(term) <= 30
            and len(term.split()) <= 3
            and term.replace(" ", "").replace("-", "").isalpha()
        ):
            counted[term] += 6
    for code in _CODE.findall(document):
        counted[code] += 3
    return _merged(counted)


def _merged(counted: Counter[str]) -> Counter[str]:
    """Of forms of one word only the most frequent."""
    best: dict[str, str] = {}
    for term, _ in counted.most_common():
        best.setdefault(" ".join(stem(word) for word in term.split()), term)
    return Counter({term: counted[term] for term in best.values()})


def _han_terms(text: str) -> Counter[str]:
    segments = [part for run in _HAN.findall(text) for part in _VERBS.split(run) if 2 <= len(part) <= 7]
    counted = Counter({segment: text.count(segment) + len(segment) // 3 for segment in segments})
    counted.update(dict.fromkeys(_MARKED.findall(text), 6))
    return counted
