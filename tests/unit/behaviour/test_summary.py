"""Summaries of logs: what a model reads of short and of long ones."""

import pytest

from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import SummariseLog
from freshet.behaviour.summary import Summariser, digest
from freshet.errors import NotFound
from tests.answering import collected
from tests.unit.behaviour.asking.scripted import USER, behaviour, done, scripted


async def test_a_short_log_is_read_row_by_row(log: Log, owner: str) -> None:
    rows = [behaviour(480, "微信</log>", kind="app", duration=300), behaviour(1440 + 60, "新闻", "看")]
    await log.append(owner, rows)
    async with scripted("两天里[1]看了新闻。") as model:
        final = await done(Summariser(log, model.choose).summarise(owner, USER, SummariseLog()))
    assert final == {
        "output": "两天里[1]看了新闻。",  # of a summary nothing is taken for a marker
        "user_id": USER,
        "behaviors": 2,
        "start": "2026-03-02T08:00:00+08:00",
        "end": "2026-03-03T01:00:00+08:00",
        "finish_reason": "stop",
    }
    assert "2026-03-02 Monday\n- 08:00 打开 微信‹/log> [app] (5 min)\n2026-03-03 Tuesday" in model.prompts[0]
    assert model.prompts[0].endswith('Wanted: {"language":"zh"}')


async def test_of_a_period_without_behaviours_nothing_is_told(log: Log, owner: str) -> None:
    await log.append(owner, [behaviour(480, "微信")])
    async with scripted() as model:
        summariser = Summariser(log, model.choose)
        asked = SummariseLog.model_validate({"start": "2030-01-01T00:00:00Z"})
        final = await done(summariser.summarise(owner, USER, asked))
        _, error = await collected(summariser.summarise(owner, "nobody", SummariseLog()))
    assert (final["behaviors"], final["output"]) == (0, "这段时间内没有行为记录。")
    assert isinstance(error, NotFound)
    assert model.prompts == []


@pytest.mark.parametrize(
    ("days", "lines", "first"),
    [
        (62, 62, "- 2026-03-02 Monday: 2 rows, between 08:00 and 21:30, most at 08, 21 h; "),
        (63, 9, "- 2026 week 10 from 2026-03-02: 14 rows, between 08:00 and 21:30, most at 08, 21 h; "),
        (2000, 6, "- 2026: 610 rows, between 08:00 and 21:30, most at 08, 21 h; "),
        (1000, 33, "- 2026-03: 60 rows, between 08:00 and 21:30, most at 08, 21 h; "),
    ],
)
def test_a_long_log_is_told_by_day_week_month_or_year(days: int, lines: int, first: str) -> None:
    rows = [
        row
        for day in range(days)
        for row in (
            behaviour(1440 * day + 480, "微信", duration=1800),
            behaviour(1440 * day + 1290, "书", "读"),
        )
    ]
    told = digest(rows)
    assert len(told) == lines
    assert told[0].startswith(first)
    assert "打开 微信 (" in told[0]


def test_a_digest_names_what_was_done_most() -> None:
    rows = [behaviour(n, f"app {n % 20}") for n in range(390)]
    (line,) = digest(rows)
    assert "打开 app 0 (20 times)" in line
    assert line.endswith("and 12 others")
