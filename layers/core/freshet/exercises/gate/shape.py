"""Shape: whether every part of a question is there and fits its type, and whether the question stands alone.

What does not belong here: how many keys there are (`key`), and what the parts say (`options`, `giveaway`).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from freshet.exercises.fault import Fault
from freshet.exercises.gate.absent import reference
from freshet.exercises.gate.wording import HAN, is_code
from freshet.exercises.question import (
    Cloze,
    Essay,
    Matching,
    MultipleChoice,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

LONGEST_STEM, LONGEST_PART = 4000, 1500  # characters; a longer one is no question, and costs time
LEAST_ENTRIES = 3  # two can be guessed
BLANK = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)

_SEEN = re.compile(r"\w")
_PLACEHOLDER = re.compile(
    r"^\W*(?-i:TODO|TBD|FIXME)\b|\b(?-i:TODO|TBD|FIXME)\b\s*[:：]|\bx{4,}\b|lorem ipsum|待(?:补充|填写|完善)"
    r"|[\[<({【（]\s*(?:insert|your|enter|to be (?:added|filled|completed)|todo|tbd)\b"
    r"[^\])>}】）`]{0,60}[\])>}】）]"
    r"|[\[{【](?:question|answer|text|stem|term|topic|subject|concept)(?: (?:here|text|\d+))?[\]}】]"
    r"|[\[【（<](?:插入|填写|在此|此处|题目|问题|选项|占位)[^\]】）>]{0,30}[\]】）>]"
    r"|^\W*(?:question|statement|sample question|example question|题目|问题|题干|示例题)\W*\d*\W*$",
    re.IGNORECASE,
)
_ROLE = "option|choice|answer|distractor"
_PART = "entry|item|text|left side|right side"
_ROLE_HAN = "选项|答案|干扰项|条目"
_KIND = "wrong|right|correct|incorrect|another|plausible"
_PLACEHOLDER_PART = re.compile(
    rf"\W*+(?:(?:(?:{_KIND}) )?(?:(?:{_ROLE})\W*|(?:{_PART})\W+)(?:[a-h]|\d{{1,2}})|(?:{_KIND}) (?:{_ROLE})"
    rf"|(?:{_ROLE_HAN})\W*(?:[a-h]|\d{{1,2}}|[一二三四五六七八])|(?:错误|正确)(?:{_ROLE_HAN})[a-h\d一二三四五六七八]?"
    r"|placeholder|todo|tbd|(?-i:x{3,})|_{3,})\W*|\s*(?-i:TODO|TBD|FIXME)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_ASKS = re.compile(
    r"^\W*(?:(?i:is|are|was|were|does|do|did|can|could|should|would|has|have)"
    r" (?:(?i:the|a|an|it|this|there|all|any)\b|[A-Z]\w+)"
    r"|(?i:which (?:of|one|statement|is|are)|why (?:is|are|do|does|did|was|were)"
    r"|how (?:many|much|do|does|did)|what (?:is|are|was|were|does|do|did|happens))\b)"
)
_COMMANDS = re.compile(
    r"^\W*(?:explain|describe|discuss|identify|choose|define) (?:the|an?|how|why|what|which|one|two)\b",
    re.IGNORECASE,
)
_ASKS_HAN = re.compile(
    r"^\W*(?:什么是|哪[个些种一项]|下列哪|以下哪|请问|请(?:解释|说明|选择|列出|简述|描述)|为什么|是否)|(?:吗|呢|什么|多少|哪[里个些]"
    r"|谁)\W*$|^(?!.*(?:取决|决定|关系|无关)).*(?:是不是|对不对|有没有|能不能|会不会)"
)
_VERDICT = re.compile(
    r"(?<![\s(（])[\s(（]*(?:true or false|t/f|right or wrong|判断(?:正误|对错)|对还是错|正确还是错误"
    r"|是否正确)\W*$"
    r"|^\W*(?:true or false|判断(?:正误|对错|题)?|t/f)\W*[:：?？]",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(
    r"^\W*(?:what|which|who|whom|whose|where|when|why|how|does|do|did|is|are|was|were)\b", re.IGNORECASE
)
_GAP_AT_THE_END = re.compile(r"(?:_{2,}|…+|\.{3,}|（\s*）|\(\s*\))[.。]?\s*$")
_TORN = re.compile(r"(?:[,，、;；(（\[-]|\b(?:and|or|but))$", re.IGNORECASE)
_LINKED = re.compile(r"\b(?:because|that|which|than|if)$", re.IGNORECASE)
_CLAUSE = re.compile(
    r"^\W*(?:when|if|after|before|as|while|because|since|once|although|unless)\b|^\W*(?:当|如果|若|由于|因为|假如)|时[,，]$",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:the|an?|of|to|in|on|at|for|with|by|from|into|and|or|is|are|does|do|following)$", re.IGNORECASE
)

# `Where does it come from` is a question to its end, `What is the capital of` is none.
_VERB_AT_THE_END = re.compile(
    r"\b(?:come|go|belong|refer|consist|stand|look|lead|depend|work|live|apply|result|relate|made|used|composed"
    r"|built|based|known|measured|stored|found|written|named|located|part)s?"
    r" (?:of|to|in|on|at|for|with|by|from|into|as)$",
    re.IGNORECASE,
)


def is_too_long(question: Question) -> bool:
    """Whether a part of it is longer than a question's parts are; the other rules would take their time."""
    long = any(len(text) > LONGEST_PART for _, text in _texts(question))
    return long or len(question.question) > LONGEST_STEM


def faults(question: Question) -> Iterator[Fault]:
    """What is missing or does not fit."""
    if is_too_long(question):
        yield Fault("shape", "the question, or a part of it, is far too long; say it shortly")
        return
    structure = _BY_TYPE.get(type(question))
    found = (*_stem(question), *_written(question), *(structure(question) if structure else ()))
    for detail in found:
        yield Fault("shape", detail)


def _stem(question: Question) -> Iterator[str]:
    text = question.question
    if not _SEEN.search(BLANK.sub("", text)):
        yield "the question is empty; ask something"
        return
    if match := _PLACEHOLDER.search(text):
        yield f"{match[0].strip()!r} in the question is a placeholder; write what belongs there"
    if found := reference(text):
        yield f"{found!r} refers to a text that the learner does not see; let the question stand alone"
    if _is_unfinished(question):
        yield "the question breaks off; write it to its end"
    if not isinstance(question, Cloze) and re.search(r"\{\{\d+\}\}", text):
        yield f"a blank like {{{{1}}}} stands in a question of type {question.type}"


def _is_unfinished(question: Question) -> bool:
    whole = question.question.strip()
    text = _GAP_AT_THE_END.sub("", whole)
    if text != whole:
        return not _SEEN.search(text)  # the answer fills the gap
    if whole.count("```") % 2:
        return True
    if isinstance(question, SingleChoice | MultipleChoice) and _TORN.search(text):
        return not _CLAUSE.search(text)
    if isinstance(question, SingleChoice | MultipleChoice) and not _QUESTION_WORD.search(text):
        return False  # the options may end what begins with `The code does not compile because`
    asks = isinstance(question, TrueFalse) or (
        bool(_QUESTION_WORD.search(text)) and not isinstance(question, Cloze)
    )
    open_ = asks and bool(_OPEN.search(text)) and not _VERB_AT_THE_END.search(text)
    return open_ or bool(_TORN.search(text) or _LINKED.search(text))


def _texts(question: Question) -> Iterator[tuple[str, str]]:
    """Its parts beside the stem: (what each is, its text)."""
    match question:
        case SingleChoice() | MultipleChoice():
            yield from (("option", one.text) for one in question.options)
        case Cloze():
            yield from (("filling", one.text) for blank in question.blanks for one in blank.accepted)
        case ShortAnswer():
            yield from (("accepted answer", one.text) for one in question.accepted)
        case Matching():
            yield from (("left side", pair.left) for pair in question.pairs)
            yield from (("right side", pair.right) for pair in question.pairs)
            yield from (("distractor", one.text) for one in question.distractors)
        case Ordering():
            yield from (("entry", one.text) for one in question.entries)
        case Essay():
            yield from (("criterion", one.text) for one in question.rubric)


def _written(question: Question) -> Iterator[str]:
    for part, text in _texts(question):
        if not text.strip():
            yield f"one {part} is empty"
        elif _PLACEHOLDER_PART.fullmatch(text) and not is_code(text):
            yield f"the {part} {text!r} is a placeholder; write what belongs there"


def _choice(question: SingleChoice | MultipleChoice) -> Iterator[str]:
    yield from _ids([one.id for one in question.options])
    if len(question.options) < 2:
        yield "a choice needs at least two options"


def _ordering(question: Ordering) -> Iterator[str]:
    yield from _ids([one.id for one in question.entries])
    if len(question.entries) < LEAST_ENTRIES:
        yield f"an ordering needs at least {LEAST_ENTRIES} entries"


def _essay(question: Essay) -> Iterator[str]:
    if not question.rubric:
        yield "an essay needs a rubric of criteria with points"


def _ids(ids: Sequence[str]) -> Iterator[str]:
    for id_, times in Counter(ids).items():
        if times > 1:
            yield f"the id {id_!r} is used {times} times"


def _statement(question: TrueFalse) -> Iterator[str]:
    said = _VERDICT.sub("", question.question.strip()).strip()
    if re.search(r"[?？]\s*$", said) or _ASKS.match(said) or _ASKS_HAN.search(said) or _COMMANDS.match(said):
        yield "a true_false item is a statement that is true or false, not a question"


def _cloze(question: Cloze) -> Iterator[str]:
    marks = Counter(match[1] for match in BLANK.finditer(question.question))
    blanks = [blank.id for blank in question.blanks]
    yield from _ids(blanks)
    if not blanks:
        yield "a cloze needs a blank"
    for id_, times in marks.items():
        if id_ not in blanks:
            yield f"the mark {{{{{id_}}}}} has no blank"
        if times > 1:
            yield f"the mark {{{{{id_}}}}} stands {times} times in the text"
    for id_ in blanks:
        if id_ not in marks:
            yield f"blank {id_} has no mark {{{{{id_}}}}} in the text"
    rest = re.findall(rf"[{HAN}]|[^\W{HAN}]+", BLANK.sub(" ", question.question))
    wide = sum(1 if re.match(f"[{HAN}]", word) else 2 for word in rest)
    if blanks and wide < 4 * max(1, len(blanks) - 1):
        yield "too little of the text is left around the blanks to tell what belongs there"


def _matching(question: Matching) -> Iterator[str]:
    yield from _ids([pair.id for pair in question.pairs])
    if len(question.pairs) < 2:
        yield "a matching needs at least two pairs"
    elif len({pair.right_id for pair in question.pairs} | {one.id for one in question.distractors}) < 2:
        yield "all left sides have the same right side, so there is nothing to match"
    rights = {pair.right_id for pair in question.pairs}
    for one in question.distractors:
        if one.id in rights:
            yield f"the distractor {one.text!r} has the id of a right side"


_BY_TYPE: dict[type, Callable[..., Iterator[str]]] = {
    SingleChoice: _choice,
    MultipleChoice: _choice,
    TrueFalse: _statement,
    Cloze: _cloze,
    Matching: _matching,
    Ordering: _ordering,
    Essay: _essay,
}
