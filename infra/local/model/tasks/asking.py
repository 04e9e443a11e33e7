"""What a user asks for: something that can be looked up, or the time. By its wording, in English and Chinese.

What does not belong here: arithmetic (`arithmetic`), which tool is for what is asked (`purposes`, `calls`).
"""

import re

from infra.local.model.tasks.arithmetic import besides_expressions
from infra.local.model.tasks.vocabulary import topics
from infra.local.model.tasks.zones import zones
from infra.local.model.text import CJK, normalise

_OPENING = r"^\W*(?:(?:please|hi|hello|hey|so|and|but|then|also|ok|okay|well)\b\W*)*"
# What is asked for, however the text ends.
_BEGINS = re.compile(
    rf"""{_OPENING}(?:who|whom|whose|what|when|where|why|how|which|tell\ me|explain|describe|summari[sz]e
        |outline|find|look\ up|i(?:'d|\ would)?\ (?:want|need|like)\ to\ know|i\ wonder)\b(?!.*[!！]$)
    |什么|多少|几|谁|哪|怎么|怎样|如何|为何|是否|能否|可否|何时|多[久长大高远]|有没有|是不是|能不能|可不可以
    |[吗呢]\W*$
    |^\W*(?:请|你|帮我)*(?:告诉我|介绍|说明|解释|总结|概括|归纳|描述|查一下|查查|讲讲|说说)""",
    re.VERBOSE | re.DOTALL,
)
_BEGINS_YES_NO = re.compile(
    rf"{_OPENING}(?:is|are|am|was|were|do|does|did|has|have|can|could|may|must|shall|should|will|would)\b"
)
_ENDS = re.compile(r"[?？][\s\"'”’)）]*$")
# A model makes these up itself, also if it is asked whether it can.
_CREATE = re.compile(
    rf"""{_OPENING}(?:(?:can|could|would|will)\ you\ (?:please\ )?)?
        (?:write|compose|draft|translate|rewrite|paraphrase|draw|sing|make\ up|tell\ me\ a\ (?:joke|story))\b
    |^\W*(?:请问?|你|可以|能不能|能否|能|麻烦|帮我|给我|为我|替我)*(?:写|翻译|画|编|作一?首|讲[个一])""",
    re.VERBOSE,
)
# What holds no topic at all (`Who are you?`) is no question to search for anyway.
_SMALL_TALK = re.compile(
    rf"{_OPENING}(?:how(?:'s| is) it going|what's (?:up|new))\b"
    r"|^\W*(?:你好|您好|嗨)*\W*(?:[你您](?:是什么|叫什么|会(?:做|些)?什么)|最近(?:好|怎么样))"
)
_TIME = re.compile(
    rf"""\bwhat(?:'s|\ is)?\ (?:the\ )?(?:(?:current|local|exact)\ )?(?:time|date)
        (?:\ and\ (?:the\ )?(?:time|date))?(?:\ is\ it|\ now|\ right\ now|\ today)?\W*$
    |\b(?:current|local|exact)\ (?:time|date)(?:\ (?:and|or)\ (?:the\ )?(?:time|date))?
        (?=\ (?:in|at|now)\b|\W*$)
    |\btime\ (?:is\ it|now|right\ now)\b
    |\b(?:what|which)\ (?:date|day|weekday|month|year)(?:\ of\ the\ (?:week|month))?
        \ (?:is\ (?:it|today)|do\ we\ have)\b
    |\btoday's\ date\b|\bwhat(?:'s|\ is)\ today\b(?!')
    |\bis\ it\ (?:mon|tues|wednes|thurs|fri|satur|sun)day\b
    |几点(?:钟)?[了啦]
    |(?:现在|此刻|目前|当前)[^，。；]{{0,8}}(?:几点钟?(?:几分)?|什么时候|何时)呢?(?![{CJK}])
    |(?:现在|此刻|目前|当前|当地|本地)的?(?:日期|时间)
    |(?:今天|今日|现在)[^，。；]{{0,4}}(?:星期|周|礼拜)[几一二三四五六日天]
    |(?:今天|今日)[^，。；]{{0,4}}(?:几月|几号|几日|日期|哪一?天)|(?:今年|现在)是?(?:哪一?年|几几年)""",
    re.VERBOSE,
)
# Elsewhere: only of a place is it the time; `the time in lieu` is another.
_TIME_IN = re.compile(r"\btime (?:is it )?(?:in|at)\b|(?:几点|时间)(?:钟|是多少)?\W*$", re.IGNORECASE)
_TIME_IN_NAMED = re.compile(rf"\b[Tt]ime (?:is it )?(?:in|at) [A-Z{CJK}]")


def asks(text: str) -> bool:
    """Whether a text asks for what a search may find: it is a question, and about something."""
    folded = normalise(text).strip()
    if _CREATE.search(folded) or _SMALL_TALK.search(folded) or asks_time(text):
        return False
    return bool((_BEGINS.search(folded) or _ENDS.search(folded)) and topics(besides_expressions(text)))


def begins_to_ask(clause: str) -> bool:
    """The same of a clause. A mark at its end is no sign: it may stand after the last value of a list."""
    folded = normalise(clause).strip()
    begins = _BEGINS.search(folded) or (_BEGINS_YES_NO.search(folded) and _ENDS.search(folded))
    return bool(begins) and asks(clause)


def asks_time(text: str) -> bool:
    """Whether a text asks for the present time, date or weekday, here or elsewhere."""
    if _TIME.search(normalise(text)) or _TIME_IN_NAMED.search(text):
        return True
    return bool(_TIME_IN.search(text) and zones(text))
