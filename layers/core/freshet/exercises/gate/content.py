"""Content: what a text is about, as words without those that only hold it together.

What belongs here: which words count when stems, keys and statements are compared. What does not: how a word
is spelled (`wording`), and what follows from two texts sharing them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from freshet.exercises.gate.meaning import uninflected
from freshet.exercises.gate.wording import HAN, MARK, words

_FUNCTION_WORDS = (
    "a an the of to in on at by for from with as into onto upon is are was were be been being am do does did"
    " doing has have had having would may might it its this that these those there here their his her our"
    " your my they he she we you i them us me and or so if then than also such what which who whom whose when"
    " where why how"
)
# Of a question they say that it asks, not what it asks about.
_ASKING_WORDS = (
    "following statement true correct correctly best describe call name term word known refer mean kind type"
    " sort one example given give option answer choice state say city person thing many much we explain"
    " define list identify choose select point item fill blank complete sentence effect purpose role"
)
_NEGATIONS = "not no never none without except neither nor cannot incorrect false"
_FUNCTION = frozenset(_FUNCTION_WORDS.split())
_NEGATION = frozenset(_NEGATIONS.split())
_ASKING = frozenset(map(uninflected, _ASKING_WORDS.split()))

_AGENT = re.compile(r"(?<=\w{4})(?:er|or)$")  # the discoverer of radium is who discovered it
_WRITING = dict.fromkeys(("wrot", "writ", "written", "author"), "write")
_HAN_WRITING = re.compile("作者|写了|写的|撰写|所[写著]|编写")
_HAN_FUNCTION = re.compile(
    "哪(?:一?[个些种项位类里儿座条]|里|儿)?|什么(?:时候|地方)?|谁|多少|几(?=[个种条项位次天年])"
    "|如何|怎么样?|怎样|为什么|为何|何时|何地|下列|以下|下面|请问|请|关于|说法|叙述|描述|选项|正确|名称"
    "|叫做|叫作|被?称为|称作|指的是|是指|属于|根据|以及|可以|因为|所以"
    "|如果|我们|你们|他们|它们|[的了是在和与及或有为于而也都就被这那着之其该吗呢吧啊所把由]"
)
_HAN_NEGATION = re.compile("[不没無无非未别莫]|除了|错误")
_NO_NEGATION = re.compile("不[仅但断同]|无论|未来|非常|没有?人不")
_STOP = re.compile(f'[，。；：！？、（）《》“”…]|(?<=[{HAN}])[,.;:!?()"]|[()](?=[{HAN}])')


@lru_cache(1 << 13)
def content(text: str, *, literal: bool = False) -> frozenset[str]:
    """Words without endings, and pairs of Han characters; neither numbers nor negations.

    `literal`: as they are, where a synonym may be what is asked for.
    """
    return frozenset(_sequence(text, literal=literal) if literal else sequence(text))


@lru_cache(1 << 13)
def asked(text: str) -> frozenset[str]:
    """The content of a question, without the words that only ask."""
    return frozenset(asked_in_order(text)) - _ASKING


@lru_cache(1 << 13)
def asked_in_order(text: str) -> tuple[str, ...]:
    """The content of a question as it stands, with one word for who does something and for doing it."""
    found = sequence(_HAN_WRITING.sub(" 作者 ", text))
    return tuple(_WRITING.get(word) or _AGENT.sub("", word) for word in found)


def only_asks(word: str) -> bool:
    """Whether a word of a question says nothing of what it is about."""
    return word in _ASKING


@lru_cache(1 << 13)
def sequence(text: str) -> tuple[str, ...]:
    """The content in its order; a run of Han characters gives its pairs, one that stands alone itself."""
    return tuple(_sequence(text, literal=False))


def _sequence(text: str, *, literal: bool) -> Iterator[str]:
    kept: list[str] = []
    for word in words(_HAN_FUNCTION.sub(" | ", _STOP.sub(" | ", text)), literal=literal):
        if len(word) == 1 and re.match(f"[{HAN}]", word):
            kept.append(word)
            continue
        yield from _pairs(kept)
        kept = []
        if _tells(word):
            yield uninflected(word)
    yield from _pairs(kept)


def _tells(word: str) -> bool:
    number = word.startswith(MARK) or word[:1].isdecimal()
    return bool(word) and not number and word != "|" and word not in _FUNCTION | _NEGATION


def _pairs(run: list[str]) -> Iterator[str]:
    yield from run if len(run) == 1 else (one + other for one, other in pairwise(run))


@lru_cache(1 << 13)
def numbers(text: str) -> frozenset[str]:
    """The numbers that a text states; not one, which is an article as well."""
    found = frozenset(word for word in words(text) if word.startswith(MARK))
    return found - {f"{MARK}1\ue011"}


@lru_cache(1 << 13)
def negated(text: str) -> bool:
    """Whether a text denies something."""
    found = _NO_NEGATION.sub("", text)
    return bool(_HAN_NEGATION.search(found)) or not _NEGATION.isdisjoint(words(text))


def share(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of both is in both (Jaccard's index)."""
    return len(one & other) / len(one | other) if one or other else 1.0
