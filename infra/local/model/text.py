"""Reading text: its language, its sentences, the terms that carry its meaning.

Lexical, for Latin scripts and CJK: stems and character bigrams, no dictionary and no model. What does not
belong here: prompts (`prompt`) and what is done with the terms (`tasks`, `embeddings`).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_HAS_CJK = re.compile(rf"[{CJK}]")
_STEMMER = snowballstemmer.stemmer("english")

_WORD = re.compile(rf"[^\W_{CJK}]+(?:['’][^\W_{CJK}]+)?")
_CJK_RUN = re.compile(rf"[{CJK}]+")

# A full stop ends a sentence unless an abbreviation, an initial or a number goes on.
_ABBREVIATION = (
    r"(?<!\b[A-Z])(?<!\b(?:Mr|Dr|St|vs|No|cf|Jr|Sr|ca|pp|Co))(?<!\b(?:Mrs|Inc|Ltd|etc|e\.g|i\.e|Fig))"
)
_END = re.compile(
    rf"""(?<=[。！？；…])(?![”’」』）)])      # CJK ends, with the closing quote kept
    |(?<=[。！？][”’」』）)])
    |(?<=[!?])["”')\]]*\s+(?=\S)
    |{_ABBREVIATION}(?<=\.)["”')\]]*\s+(?=["“'(\[]?[A-Z0-9{CJK}])
    |(?<=\.["”')\]])\s+(?=["“'(\[]?[A-Z0-9])""",
    re.VERBOSE,
)

_WRAPPED = 45  # columns from which a line may have been broken by its page
_FINAL = tuple(".。!！?？:：;；|")
_ITEM = re.compile(r"\s*(?:[#|>*•·-]|\d+[.)、]|[一二三四五六七八九十]+、|[(（]\d+[)）])")

STOP_WORDS = frozenset(
    """a an and are as at be been being but by can could did do does doing for from had has have having he her
    hers him his how i if in into is it its itself may me might most my no nor not of on or our ours own she
    should so some such than that the their them then there these they this those to too us very was we were
    what when where which while who whom whose why will with would you your also any each many much please
    tell give know about s t d ll re ve name called""".split()  # noqa: SIM905 - as a list of strings it would be a page
)

# Words of questions and of grammar: they hold no topic, and they break a run of characters in two.
CJK_STOP = re.compile(
    "什么时候|什么时间|什么地方|为什么|是什么|有什么|做什么|叫什么|什么样|什么|甚麼|哪一年|哪一个|哪一|哪些|哪个|哪里|哪儿|哪位|哪年"
    "|哪|多少|多久|多长|多大|怎么样|怎么办|怎么|怎样|如何|是否|能否|可否|是不是|有没有|何时|何地|何处|何人|何种|为何|因何|请问|谁|几"
    "|可以|能够|应该|需要|以及|或者|并且|但是|因为|所以|其中|关于|对于|一个|这个|那个|这些|那些|我们|你们|他们|它们|自己"
    "|^请(?!假)|[的了吗呢吧啊呀么是在有和与及或被把我你您他她它这那其之]"
)


def language(text: str) -> str:
    """`zh` for text with a fair share of CJK, else `en`."""
    han = len(_HAS_CJK.findall(text))
    return "zh" if han * 3 > len(_WORD.findall(text)) else "en"


def normalise(text: str) -> str:
    """Full-width letters and digits as plain ones; case folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def sentences(text: str) -> list[str]:
    """The sentences of `text` in order, each as it stands there; headings, items and rows are sentences."""
    parts = (part.strip() for block in _blocks(text) for part in _END.split(block) if part)
    return [part for part in parts if part.strip("|#*-=>_`: \t")]


def one_line(text: str) -> str:
    """`text` without its line breaks: a space for each, between CJK nothing."""
    return re.sub(rf"(?<=[{CJK}，。；：、])\s*\n\s*(?=[{CJK}])", "", text).replace("\n", " ")


def _blocks(text: str) -> list[str]:
    """The lines, with those joined (by their line break) that only the width of a page has parted."""
    blocks: list[str] = []
    wrapped = False
    for line in text.splitlines():
        if wrapped and line.strip() and not _ITEM.match(line):
            blocks[-1] += "\n" + line
        else:
            blocks.append(line)
        width = len(line) + len(_HAS_CJK.findall(line))  # CJK is twice as wide
        wrapped = width >= _WRAPPED and not line.rstrip().endswith(_FINAL) and line[:1] not in {"#", "|"}
    return blocks


def terms(text: str) -> list[str]:
    """Stems and CJK bigrams without stop words, in order, with repetitions."""
    return list(_terms(normalise(text), keep_stops=False))


def all_terms(text: str) -> list[str]:
    """The same with stop words, for comparing rather than asking."""
    return list(_terms(normalise(text), keep_stops=True))


def _terms(text: str, *, keep_stops: bool) -> Iterator[str]:
    for word in _WORD.findall(text):
        if keep_stops or word not in STOP_WORDS:
            yield stem(word)
    for run in _CJK_RUN.findall(text):
        for part in [run] if keep_stops else CJK_STOP.split(run):
            if len(part) == 1:
                yield part
            yield from (part[i : i + 2] for i in range(len(part) - 1))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """An English stem; other words pass nearly unchanged."""
    stemmed: str = _STEMMER.stemWord(re.sub(r"['’].*", "", word))
    return stemmed
