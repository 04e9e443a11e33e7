"""Relevance: which of many events a question is about, by its words and by the times that it names.

What belongs here: the ranking. What does not: times as a question names them (`when`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import log

from freshet.behaviour.asking.when import When, when
from freshet.behaviour.event import Event
from freshet.rag.parts import evenly
from freshet.rag.terms import terms

# What types are called in Chinese, so that 视频 finds a video whose title doesn't say so.
TYPE_NAMES = {
    "work": "工作",
    "study": "学习",
    "communication": "沟通 聊天",
    "social": "社交",
    "video": "视频",
    "music": "音乐",
    "game": "游戏",
    "reading": "阅读",
    "news": "新闻",
    "search": "搜索",
    "shopping": "购物",
    "payment": "支付",
    "travel": "出行 旅行",
    "food": "餐饮 吃饭",
    "exercise": "运动 锻炼",
    "health": "健康",
    "rest": "休息 睡眠",
    "home": "居家",
    "photo": "拍照 照片",
    "finance": "理财 金融",
    "alarm": "报警 告警",
    "maintenance": "维护 维修",
}


def relevant(
    question: str, events: Sequence[Event], said: Mapping[str, str], now: datetime, most: int
) -> list[Event]:
    """At most so many of the events (oldest first), in their order: all, if there are no more.

    `said` are what else belongs to events, by their ids: their behaviours' objects. Where the question tells
    none from the others, they are spread evenly. Work for a thread: a second for some ten thousand.
    """
    if len(events) <= most:
        return list(events)
    scores = _scores(question, events, said, now)
    if not any(scores):
        return list(evenly(events, most))
    best = sorted(range(len(events)), key=lambda place: (-scores[place], -place))[:most]
    return [events[place] for place in sorted(best)]


def _scores(question: str, events: Sequence[Event], said: Mapping[str, str], now: datetime) -> list[float]:
    """Up to 1 for words and as much for times."""
    asked = terms(question)
    texts = [
        terms(f"{event.type} {TYPE_NAMES.get(event.type, '')} {event.title} {said.get(event.id, '')}") & asked
        for event in events
    ]
    counts = Counter(term for text in texts for term in text)
    weights = {term: log(1 + len(events) / count) for term, count in counts.items()}
    words = [sum(weights[term] for term in text) for text in texts]
    most = max(words) or 1
    return [word / most + time for word, time in zip(words, _times(question, events, now), strict=True)]


def _times(question: str, events: Sequence[Event], now: datetime) -> list[float]:
    """How well each event fits the times that are named: seen from today, else from the log's last day."""
    spans = [(datetime.fromisoformat(event.start), datetime.fromisoformat(event.end)) for event in events]
    shares = _shares(when(question, now.date()), spans)
    if any(share == 1 for share in shares):
        return shares
    return _shares(when(question, spans[-1][0].date()), spans)


def _shares(asked: When, spans: Sequence[tuple[datetime, datetime]]) -> list[float]:
    return [asked.share(start, end) if asked else 0.0 for start, end in spans]
