"""Options: each says something of its own, and none speaks of the others.

What does not belong here: when two texts say the same (`meaning`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from freshet.exercises.fault import Fault
from freshet.exercises.gate.meaning import same
from freshet.exercises.gate.wording import bare
from freshet.exercises.question import Matching, MultipleChoice, Question, SingleChoice

_WHOLE = "options|choices|answers|statements|ones"
_RIGHT = "(?: (?:is|are)(?: all| both)?(?: not)? (?:correct|true|right|wrong|false|incorrect|possible))"
_OTHERS = re.compile(
    r"(?:all|none|any|both|neither|each|some|two|more than one)(?: of)?(?: the)?"
    rf" (?:above|these|those|others?|previous|preceding|following|given|{_WHOLE})"
    rf"(?: (?:{_WHOLE}))?(?: (?:above|listed|given))?{_RIGHT}?"
    rf"|(?:all|none)(?: of them)?{_RIGHT}|none of them|(?:both|neither)(?: of them)?{_RIGHT}"
    rf"|(?:the )?above(?: (?:{_WHOLE}))?{_RIGHT}?|(?:the )?(?:other|previous) (?:{_WHOLE}){_RIGHT}?",
    re.IGNORECASE,
)
_OTHERS_HAN = re.compile(
    r"(?:以上|上述|上面|前面|前述|其余|其他)?(?:所有|全部|各)?的?(?:选项|项|答案|说法|[几三两二][项者])?"
    r"(?:全部|全都|皆|均|全|都)(?:不?(?:是|对|正确)|非|错误?|有可能|可以)"
    r"|(?:以上|上述|前面)(?:选项)?(?:都|皆|均|全)?(?:没有|不是|不对|不正确|是|对|非|错|正确)(?:正确)?(?:答案|选项)?"
    r"|没有正确(?:答案|选项)|(?:以上|上述).{0,6}(?:都|皆|均|全).{0,4}"
)
_LETTERS = re.compile(
    r"(?:(?i:both|either|neither|only|options?) |选项|答案)?"
    r"[A-F](?:(?:,|、|和|与|及| and | or | & |/|nor| )\s?[A-F])+"
    r"(?: only| are (?:both )?(?:correct|true|right)|都?(?:正确|对|是))?",
)
_STANDS_ALONE = re.compile(r"(?<![A-Za-z])[A-F]{1,2}(?![A-Za-z])")
_VITAMIN = re.compile("vitamin|维生素", re.IGNORECASE)
_FORM = re.compile(
    r"\b(?:spell\w*|plural|singular|tense|conjugat\w+|punctuat\w+|apostrophe|capitali[sz]\w+|grammatical\w*"
    r"|participle|inflect\w+|(?:correct|right|proper) form|form of the|(?:correctly|properly) written"
    r"|written (?:correctly|properly)|lowest terms|simplest form|significant (?:figures|digits)"
    r"|decimal places|time signature)\b|拼写|写法|书写|复数|单数|时态|变位|标点|大小写|语法正确|词形"
    r"|正确形式|最简|有效数字|小数位|字形|拍号|错别字",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"\bpunctuat|标点", re.IGNORECASE)
_CODE_STEM = re.compile(
    r"`|\b(?:python|rust|java|javascript|typescript|c\+\+|c#|golang|sql|code|programs?|prints?|outputs?"
    r"|evaluates?|expression|literal|float|integer|binary|hex\w*|format(?:ted)?)\b|代码|程序|输出|打印|表达式"
    r"|字面量|浮点|整数|二进制|十六进制|格式",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:order|sequence|respectively|first|steps?)\b|顺序|次序|依次|先后|分别|步骤|排列", re.IGNORECASE
)
_GAP = re.compile(r"_{2,}|[(（]\s*[)）]|\.{4,}|…{2,}")
_FORMS = 3  # of one word: they are what is asked for
_FIGURE = re.compile(r"[-+]?[\d.,_]+")
_LABEL = re.compile(r"\s*[(（]?([A-Ja-j])\s*(?:[.)）:：](?:\s+|(?=[^\x00-\x7f]))|、)")


def faults(question: Question) -> Iterator[Fault]:
    """Pairs that say the same, and options like `all of the above`."""
    for detail in _details(question):
        yield Fault("options", detail)


def _details(question: Question) -> Iterator[str]:
    if isinstance(question, Matching):
        yield from _pairs([one.text for one in question.distractors], question.question)
    if isinstance(question, SingleChoice | MultipleChoice):
        texts = _unlabelled([one.text for one in question.options])
        yield from _pairs(texts, question.question)
        for text in texts:
            if _speaks_of_others(text, question.question):
                yield f"the option {text!r} speaks of the other options; write one that stands by itself"


def _pairs(texts: Sequence[str], stem: str) -> Iterator[str]:
    shown = [text for text in texts if text.strip()]
    about_form = bool(_FORM.search(stem)) or _are_forms(shown, stem)
    for one, other in combinations(shown, 2):
        if _alike(one, other, stem, about_form=about_form):
            yield f"the options {one!r} and {other!r} say the same; replace one of them"


def _alike(one: str, other: str, stem: str, *, about_form: bool) -> bool:
    if about_form or (_FIGURE.fullmatch(one) and _FIGURE.fullmatch(other) and _CODE_STEM.search(stem)):
        return _spelled(one, stem) == _spelled(other, stem)
    if not same(one, other):
        return False
    # Asked for an order, `red and blue` is not `blue and red`.
    return not (
        _ORDER.search(stem) and Counter(bare(one)) == Counter(bare(other)) and bare(one) != bare(other)
    )


def _spelled(text: str, stem: str) -> str:
    return bare(text) if _PUNCTUATION.search(stem) else bare(text).rstrip(" .")


def _are_forms(texts: Sequence[str], stem: str) -> bool:
    """Whether they are forms of one word, `go`, `goes` and `going`, or words for a gap that one form fits."""
    single = [text for text in texts if re.fullmatch(r"[A-Za-z]+", text.strip())]
    if len(single) == len(texts) and _GAP.search(stem):
        return True
    if len(single) < _FORMS:
        return False
    from freshet.rag.sparse import tokens  # its stemmer loads thirty languages

    return max(Counter(tokens(text)[0] for text in single).values()) >= _FORMS


def _speaks_of_others(text: str, stem: str) -> bool:
    said = bare(text).strip(" .!。")
    if _OTHERS.fullmatch(said) or _OTHERS_HAN.fullmatch(said):
        return True
    # `A and D` may be vitamins: then the question speaks of letters, too.
    return bool(_LETTERS.fullmatch(said)) and not _STANDS_ALONE.search(stem) and not _VITAMIN.search(stem)


def _unlabelled(texts: Sequence[str]) -> list[str]:
    """Without the letters `A.` to `D.`, if all have one of their own."""
    labels = {match[1].upper() for text in texts if (match := _LABEL.match(text))}
    if len(labels) == len(texts) and labels == set("ABCDEFGHIJ"[: len(texts)]):
        return [_LABEL.sub("", text) for text in texts]
    return list(texts)
