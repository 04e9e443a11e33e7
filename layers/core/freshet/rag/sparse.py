"""BM25 as sparse vectors, for Qdrant's sparse index with the IDF modifier.

The score of a document is the sum over the query's tokens of IDF x `encode_document`'s value: Qdrant
knows the IDF (`ln(1 + (N - n + 0.5) / (n + 0.5))`), the rest of BM25 is in the document's vector
(Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009):

    tf * (K + 1) / (tf + K * (1 - B + B * length / AVERAGE_LENGTH))

Specification of the index, which stored vectors depend on: CRC-32 (zlib's) of the token in UTF-16-LE.
CRC-32 is a bijection on four bytes, so no two pairs of Han characters share an index.

Tokens, after NFKC:
- words of scripts with spaces: case and accents folded, stemmed by Snowball's English algorithm where
  they are plain a-z; identifiers (`parseUserId`, `user_id`, `user-id`, `docs.example`) whole and in parts;
- scripts without spaces (Han, kana, Hangul, Thai, Lao, Myanmar, Khmer): characters and pairs of characters,
  traditional Chinese folded to simplified.

Documents keep their stop words, queries drop them unless they have nothing else: `The Who` finds The Who.
Pairs rank, single characters make sure that `茶` and `什么是茶` find tea; together they rank better than
pairs alone (nDCG@10 on XQuAD zh 0.969 against 0.963).

Not here: which vectors a search combines (`freshet.stores.vectors`).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from zlib import crc32

from freshet.rag.han import FOLD

K = 1.2  # how soon repetition stops to count; the literature's and Qdrant's default
B = 0.75  # how much length counts; likewise
AVERAGE_LENGTH = 256  # tokens; Qdrant's default. Fixed, so that vectors don't depend on what else is stored

_KEPT_WHOLE = 64  # characters; longer runs are keys, hashes or base64: not split, stemmed or remembered
_REMEMBERED = 1 << 15  # words; about 8 MB. The vocabulary of a large text is smaller

_SPELLING = "utf-16-le"  # of tokens, when they are hashed
_STOP_WORDS = frozenset(
    word.encode(_SPELLING)
    for line in (
        "a an and are as at be but by did do for from had has have how i if in into is it of on or",
        "s t that the their there these they this to was were what when where which who will with",
    )
    for word in line.split()
)

_PAIRED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Myanmar, Khmer
    "\u1100-\u11ff\uac00-\ud7ff"  # Hangul
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana, 々〆〇
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han; of those beyond the BMP each run is a word
)
_RUN = re.compile(f"[{_PAIRED}]+")
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0900-\u0963\u0966-\u0dff"  # accents, points, vowel signs
_LETTERS_RUN = rf"[^\W_{_PAIRED}]+(?:[{_MARKS}]+[^\W_{_PAIRED}]*)*"
_WORD = re.compile(rf"{_LETTERS_RUN}(?:(?:[-.]|_+){_LETTERS_RUN})*")
_SEPARATOR = re.compile("[-._]+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")  # parse|User|Id, HTML|5
_TRADITIONAL = re.compile(f"[{''.join(map(chr, FOLD))}]")
# What NFKC could change; but not full-width punctuation, which ends words as it is, and is everywhere.
_UNSETTLED = re.compile(
    "[^\0-\x7f\u2014\u2018-\u201d\u3000-\u302f\u3041-\u3096\u30a1-\u30fe\u3400-\u9fff\uac00-\ud7a3！（），：；？]"
)
_ACCENT = re.compile("[\u0300-\u036f]")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})  # no decomposition


def encode_document(text: str) -> dict[int, float]:
    """The sparse vector a document is stored under: index to BM25's share without IDF, 0 < value < K + 1."""
    found = _tokens(text)
    norm = K * (1 - B + B * len(found) / AVERAGE_LENGTH)
    counts = Counter(found)
    # Four significant digits: nothing more is in the score, and it halves the request that carries them.
    values = {count: float(f"{count * (K + 1) / (count + norm):.4g}") for count in set(counts.values())}
    return {crc32(token): values[count] for token, count in counts.items()}


def encode_query(text: str) -> dict[int, float]:
    """The sparse vector to search with: 1.0 for each token of the query."""
    found = set(_tokens(text))
    return dict.fromkeys(map(crc32, found - _STOP_WORDS or found), 1.0)


def tokens(text: str) -> list[str]:
    """What a document is indexed under, repetitions included: words, then characters and pairs."""
    return [token.decode(_SPELLING) for token in _tokens(text)]


def _tokens(text: str) -> list[bytes]:
    """`tokens`, spelled as they are hashed: slicing bytes costs a third of joining characters."""
    normal = _normal(text)
    found = [token for word in _WORD.findall(normal) for token in _word_tokens(word)]
    for run in _runs(normal):
        found += _characters(run)
        found += _pairs(run)
    return found


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\xad", "") if _UNSETTLED.search(text) else text


def _runs(text: str) -> list[bytes]:
    """The stretches of scripts without spaces."""
    if text.isascii():
        return []
    folded = text.translate(FOLD) if _TRADITIONAL.search(text) else text
    return [run.encode(_SPELLING) for run in _RUN.findall(folded)]


def _characters(run: bytes) -> list[bytes]:
    return [run[i : i + 2] for i in range(0, len(run), 2)]


def _pairs(run: bytes) -> list[bytes]:
    return [run[i : i + 4] for i in range(0, len(run) - 2, 2)]


def _word_tokens(word: str) -> Iterable[bytes]:
    if len(word) <= _KEPT_WHOLE:
        return _short_word_tokens(word)
    return [_fold(segment).encode(_SPELLING) for segment in _SEPARATOR.split(word)]


@lru_cache(_REMEMBERED)
def _short_word_tokens(word: str) -> tuple[bytes, ...]:
    """The word, its segments, their parts, each once: `api.parseId` is api.parseid, api, parseid, parse, id.

    The whole drops hyphens and underscores: `user-id`, `user_id` and `userId` are one.
    """
    segments = _SEPARATOR.split(word)
    parts = [part for segment in segments for part in (segment, *_camel_parts(segment))]
    spelled = dict.fromkeys((re.sub("[-_]", "", word), *parts))  # stemming is what costs
    terms = dict.fromkeys(map(_term, spelled))
    return tuple(term.encode(_SPELLING) for term in terms)


def _camel_parts(segment: str) -> list[str]:
    return _PART.findall(segment) if segment.isascii() else []


def _term(word: str) -> str:
    folded = _fold(word)
    return _stem(folded) if folded.isascii() and folded.isalpha() else folded


def _fold(word: str) -> str:
    word = word.casefold()
    if word.isascii():
        return word
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", word))
    return unicodedata.normalize("NFKC", bare).translate(_LETTERS)


def _stem(word: str) -> str:
    import snowballstemmer  # on first use: 27 ms, it loads thirty languages

    stemmer = snowballstemmer.stemmer("english")  # a new one each time: they are not thread-safe
    stem: str = stemmer.stemWord(word)
    return stem
