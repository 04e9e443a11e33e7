"""Summaries: what a user did in a period, in words.

A short log is read row by row; of a longer one a digest by day, week, month or year is, with counts, hours
and what was used most. What does not belong here: events and their titles (`extraction`).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import date
from itertools import groupby
from typing import Any

from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.extraction.lines import WEEKDAYS
from freshet.behaviour.extraction.lines import line as row_line
from freshet.behaviour.extraction.prompt import language_of_log
from freshet.behaviour.log.log import Log
from freshet.behaviour.prompt import DATA, Messages, chat, fenced, line, wanted
from freshet.behaviour.prose import Prose, written
from freshet.behaviour.requests import Listing, SummariseLog
from freshet.languages import spoken
from freshet.llm.writer import Choose
from freshet.runs.events import Content, Done, RunEvent, Started

_MOST_ROWS = 300  # that are read one by one
_MOST_PARTS = 62  # of a digest: two months of days; then weeks, months, years
_MOST_OBJECTS = 8  # that a part of a digest names
_WIDTH = 80  # characters of a name
_EPOCH = date(1970, 1, 1).toordinal()

_RULES = f"""You summarise a log of what somebody, or something, did, for a reader who has not seen it.
- Write 4 to 8 sentences in the wanted language: the main things done, when and how long; what recurs from day
  to day, and what is out of the ordinary. Name things as the log does.
- A long log is given as a digest: of each day, week, month or year how much happened, when, and with what.
- Keep to what the log says, with its numbers; never invent, judge or advise.
- Begin with the summary itself: plain sentences, no preamble, no heading, no list.
- {DATA}"""
_NOTHING = {"zh": "这段时间内没有行为记录。", "en": "There are no behaviours in this period."}


class Summariser:
    """Summarises the logs of an owner's users."""

    def __init__(self, log: Log, choose: Choose) -> None:
        self._log = log
        self._choose = choose

    async def summarise(
        self, owner: str, user_id: str, asked: SummariseLog
    ) -> AsyncGenerator[RunEvent, None]:
        """Started, the text as it is written, Done (`output`, how many `behaviors` from `start` to `end`).

        Raises NotFound (user, model), ModelError.
        """
        await self._log.head(owner, user_id)
        rows = await self._log.read(owner, user_id, asked.start, asked.end)
        about = await asyncio.to_thread(_about, user_id, rows)
        if not rows:
            language = asked.language or await self._language(owner, user_id)
            text = _NOTHING[spoken(language)]
            yield Started(about)
            yield Content(text)
            yield Done({"output": text, **about, "finish_reason": "stop"})
            return
        writer = await self._choose(owner, asked.model_id)
        messages = await asyncio.to_thread(_messages, rows, asked.language)
        yield Started({"model": writer.client.model, **about})
        prose = Prose()
        async with aclosing(written(writer, messages, prose)) as pieces:
            async for piece in pieces:
                yield piece
        yield Done({"output": prose.text, **about, "finish_reason": prose.finish})

    async def _language(self, owner: str, user_id: str) -> str:
        """The log's, by its first rows."""
        rows, _ = await self._log.page(owner, Listing(user_id=user_id))
        return language_of_log(rows)


def _about(user_id: str, rows: Sequence[Behaviour]) -> dict[str, Any]:
    start, end = (rows[0].at.iso(), _over(rows).iso()) if rows else (None, None)
    return {"user_id": user_id, "behaviors": len(rows), "start": start, "end": end}


def _over(rows: Sequence[Behaviour]) -> Moment:
    """When the last of them was over, which need not be the last one."""
    return max(rows, key=lambda row: row.at.seconds + (row.duration or 0)).end


def _messages(rows: Sequence[Behaviour], language: str | None) -> Messages:
    """Work for a thread."""
    lines = _days(rows) if len(rows) <= _MOST_ROWS else digest(rows)
    task = wanted("Summarise the log.", language=language or language_of_log(rows))
    return chat(_RULES, fenced("log", lines), task)


def _days(rows: Sequence[Behaviour]) -> Iterator[str]:
    """Each row, under its day."""
    for day, some in groupby(rows, key=_day):
        yield f"{day:%Y-%m-%d} {WEEKDAYS[day.weekday()]}"
        for row in some:
            yield f"- {row_line(row, _WIDTH)}"


def digest(rows: Sequence[Behaviour]) -> list[str]:
    """A line for each day, week, month or year of a log, oldest first: no more than 62 but of years."""
    by_day: dict[date, list[Behaviour]] = {}
    for day, some in groupby(rows, key=_day):
        by_day.setdefault(day, []).extend(some)
    for part in (_by_day, _by_week, _by_month):
        if len({part(day) for day in by_day}) <= _MOST_PARTS:
            return _parts(by_day, part)
    return _parts(by_day, _by_year)


def _parts(by_day: Mapping[date, list[Behaviour]], part: Callable[[date], str]) -> list[str]:
    days = sorted(by_day)
    grouped = [(name, list(some)) for name, some in groupby(days, key=part)]
    return [f"- {name}: {_told([row for day in some for row in by_day[day]])}" for name, some in grouped]


def _told(rows: Sequence[Behaviour]) -> str:
    """`42 rows, between 08:02 and 22:40, most at 08, 12, 21 h; open 微信 (12 times, 2.5 h), …`."""
    minutes = [int(row.at.local() % 86_400) // 60 for row in rows]
    hours = Counter(minute // 60 for minute in minutes)
    busy = ", ".join(f"{hour:02}" for hour in sorted(hour for hour, _ in hours.most_common(3)))
    first, last = (f"{minute // 60:02}:{minute % 60:02}" for minute in (min(minutes), max(minutes)))
    return f"{len(rows)} rows, between {first} and {last}, most at {busy} h; {_things(rows)}"


def _things(rows: Sequence[Behaviour]) -> str:
    """What was done most."""
    counts = Counter((row.action, row.object) for row in rows)
    lasted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        lasted[row.action, row.object] += round(row.duration or 0)
    told = []
    for (action, thing), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST_OBJECTS]:
        seconds = lasted[action, thing]
        length = f", {seconds / 3600:.1f} h" if seconds >= 360 else ""
        told.append(f"{line(f'{action} {thing}', _WIDTH)} ({count} times{length})")
    others = len(counts) - len(told)
    return ", ".join(told) + (f" and {others} others" if others else "")


def _by_day(day: date) -> str:
    return f"{day:%Y-%m-%d} {WEEKDAYS[day.weekday()]}"


def _by_week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year} week {week} from {date.fromisocalendar(year, week, 1):%Y-%m-%d}"


def _by_month(day: date) -> str:
    return f"{day:%Y-%m}"


def _by_year(day: date) -> str:
    return f"{day:%Y}"


def _day(row: Behaviour) -> date:
    """The day on the log's clock."""
    return date.fromordinal(_EPOCH + int(row.at.local() // 86_400))
