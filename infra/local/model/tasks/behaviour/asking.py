"""Questions about events and about a causal graph: the numbered lines that fit best, as sentences.

It counts and quotes, and draws no conclusions. What does not belong here: sources (`tasks.answer`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from infra.local.model.prompt import NO_ANSWER, Prompt
from infra.local.model.tasks.behaviour.activities import named_in, tongue
from infra.local.model.text import language, normalise, terms

_EVENT = re.compile(
    r"^\[(?P<number>\d+)\] (?P<day>\d{4}-\d\d-\d\d) (?P<weekday>\w{3}) (?P<from>\d\d):(?P<minute>\d\d)–"
    r"(?P<until>(?:\d{4}-\d\d-\d\d )?\d\d:\d\d) (?P<type>[^:]*): (?P<said>.*)$"
)
_EDGE = re.compile(r"^\[(?P<number>\d+)\] (?P<cause>.+?) → (?P<effect>.+) \((?P<told>[^()]*)\)$")
_TODAY = re.compile(r"Today is (\d{4}-\d\d-\d\d)")
_LAST = re.compile(r"last event is from (\d{4}-\d\d-\d\d)")
_WEEKDAYS = {
    "Mon": r"\bmondays?\b|(?:周|星期|礼拜)一",
    "Tue": r"\btuesdays?\b|(?:周|星期|礼拜)二",
    "Wed": r"\bwednesdays?\b|(?:周|星期|礼拜)三",
    "Thu": r"\bthursdays?\b|(?:周|星期|礼拜)四",
    "Fri": r"\bfridays?\b|(?:周|星期|礼拜)五",
    "Sat": r"\bsaturdays?\b|(?:周|星期|礼拜)六",
    "Sun": r"\bsundays?\b|(?:周|星期|礼拜)[日天]",
}
_DAY = re.compile(r"(?:(\d{4})\s*[-年/]\s*)?(\d{1,2})\s*[-月/]\s*(\d{1,2})(?:日|号|\b)")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905 - a line, not twelve
_IN_ENGLISH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\.? (\d{{1,2}})\b")
_AGO = {r"\btoday\b|今天|今日": 0, r"\byesterday\b|昨天|昨日": 1, r"前天": 2}
_HOURS = {
    r"\bmorning\b|早上|早晨|上午": (5, 12),
    r"\bnoon\b|\blunch ?time\b|中午": (11, 14),
    r"\bafternoon\b|下午": (12, 18),
    r"\bevening\b|\bnight\b|晚上|夜里|傍晚": (17, 24),
}
_HOW_MANY = re.compile(r"\bhow (?:many|often)\b|多少次|几次|多少个|几个|多少")
# What any such question says.
_OF_ALL = {
    "user",
    "event",
    "day",
    "happen",
    "thing",
    "time",
    "用户",
    "事情",
    "事件",
    "时间",
    "做过",
    "过哪",
    "次",
}
_MOST = 5
_SAYS = {
    "en": {"count": "{} events fit:", "event": "{} {}–{}: {} [{}]", "joint": "; ", "end": "."},
    "zh": {"count": "有 {} 个相符的事件：", "event": "{} {}–{}，{} [{}]", "joint": "；", "end": "。"},
}
_TELLS = {
    "en": {"edge": "{} brings about {} ({}) [{}]", "begin": "The graph says: ", "joint": "; ", "end": "."},
    "zh": {"edge": "“{}”会导致“{}”（{}）[{}]", "begin": "图中显示：", "joint": "；", "end": "。"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """An event of the list. `hour` is the one in which it began."""

    number: int
    day: date
    weekday: str
    hour: int
    begun: str
    until: str
    type: str
    said: str


def of_events(prompt: Prompt) -> str:
    """The events that the question asks for, each with its marker."""
    question = prompt.question
    found = _fitting(question, list(_lines(prompt)), _days(prompt))
    if not found:
        return _nothing(prompt)
    says = _SAYS[_tongue(prompt)]
    told = [
        says["event"].format(one.day, one.begun, one.until, one.said.partition(" (")[0], one.number)
        for one in found[:_MOST]
    ]
    count = says["count"].format(len(found)) + " " if _HOW_MANY.search(normalise(question)) else ""
    return f"{count}{says['joint'].join(told)}{says['end']}"


def of_graph(prompt: Prompt) -> str:
    """The edges, in their order, as sentences."""
    edges = [match for line in prompt.fenced("graph").splitlines() if (match := _EDGE.match(line.strip()))]
    if not edges:
        return _nothing(prompt)
    says = _TELLS[_tongue(prompt)]
    told = [says["edge"].format(one["cause"], one["effect"], one["told"], one["number"]) for one in edges]
    return f"{says['begin']}{says['joint'].join(told[:_MOST])}{says['end']}"


def _nothing(prompt: Prompt) -> str:
    if prompt.wants_token:
        return NO_ANSWER
    return {"en": "It does not say.", "zh": "其中没有说明。"}[_tongue(prompt)]


def _tongue(prompt: Prompt) -> str:
    return tongue(str(prompt.wanted.get("language") or language(prompt.question)))


def _lines(prompt: Prompt) -> Iterator[Line]:
    for line in prompt.fenced("events").splitlines():
        if event := _EVENT.match(line.strip()):
            yield Line(
                int(event["number"]),
                date.fromisoformat(event["day"]),
                event["weekday"],
                int(event["from"]),
                f"{event['from']}:{event['minute']}",
                event["until"],
                event["type"],
                event["said"],
            )


def _days(prompt: Prompt) -> list[date]:
    """What may be meant by today: the day itself, else that of the last event."""
    found = (_TODAY.search(prompt.rules), _LAST.search(prompt.rules))
    return [date.fromisoformat(match[1]) for match in found if match]


def _fitting(question: str, events: Sequence[Line], todays: Sequence[date]) -> list[Line]:
    """The events at the times that are named, and of those the ones that share most with the question."""
    folded = normalise(question)
    timed = _timed(folded, events, todays)
    types = set(named_in(question))
    asked = {term for term in terms(question) if term not in _OF_ALL and not term.isdigit()}
    scores = {one.number: 2 * (one.type in types) + len(asked & set(terms(one.said))) for one in timed}
    best = max(scores.values(), default=0)
    if best:
        return [one for one in timed if scores[one.number] >= max(1, best - 1)]
    # Only a time was asked about: all that happened then.
    return list(timed) if len(timed) < len(events) and not types else []


def _timed(folded: str, events: Sequence[Line], todays: Sequence[date]) -> Sequence[Line]:
    weekdays = {name for name, pattern in _WEEKDAYS.items() if re.search(pattern, folded)}
    hours = [span for pattern, span in _HOURS.items() if re.search(pattern, folded)]
    named = {(int(month), int(day)) for _, month, day in _DAY.findall(folded)}
    named |= {(_MONTHS.index(month) + 1, int(day)) for month, day in _IN_ENGLISH.findall(folded)}
    ago = [days for pattern, days in _AGO.items() if re.search(pattern, folded)]
    if weekdays:
        events = [one for one in events if one.weekday in weekdays]
    if named:
        events = [one for one in events if (one.day.month, one.day.day) in named]
    if hours:
        events = [one for one in events if any(begin <= one.hour < end for begin, end in hours)]
    for days in ago:
        options = ([one for one in events if one.day == today - timedelta(days=days)] for today in todays)
        events = next(filter(None, options), [])
    return events
