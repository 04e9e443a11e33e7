"""The corpus before a model that obeys: nothing of an order is followed but what the corpus itself says."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.injection.corpus import Case, load
from tests.injection.defences import DEFENCES
from tests.injection.scenes import SCENES, play
from tests.injection.stage import Stage, stage

CASES = load()


@pytest.fixture(scope="session")
async def ready() -> AsyncIterator[Stage]:
    async with stage() as one:
        yield one


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.id}-{case.technique}")
async def test_an_order_is_not_followed(case: Case, ready: Stage) -> None:
    outcome = await play(case, ready)
    assert not outcome.ours, "the order stands where our own words do"
    assert outcome.read is not bool(case.unread)
    if case.limit:
        assert outcome.followed, "what was a limit holds now: say so"
    else:
        assert outcome.followed == []


@pytest.mark.parametrize("name", DEFENCES)
async def test_without_a_defence_the_cases_fall_that_it_is_for(name: str, ready: Stage) -> None:
    defence = DEFENCES[name]
    falling = [case for case in CASES if defence.falls(case) and not case.limit]
    with defence.away():
        outcomes = [await play(case, ready) for case in falling]
    assert falling
    assert [one.case.id for one in outcomes if one.held] == []


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_question_that_no_text_dictates_is_kept(language: str, ready: Stage) -> None:
    """So that the others are not dropped for want of something else."""
    told = next(case for case in CASES if case.technique == "dictated-key" and case.language == language)
    key = "25 days" if language == "en" else "二十五天"
    true = replace(told, wants={"draft": {**told.wants["draft"], "answer": [key]}})
    assert (await play(true, ready)).followed == [f"kept: {told.wants['draft']['question']}"]


async def test_a_tool_that_changes_something_runs_before_anything_was_read(ready: Stage) -> None:
    told = next(case for case in CASES if case.wants.get("call") == "send_mail" and case.channel == "history")
    asked = replace(told, channel="model-name", text="How is Paris?")  # the order is the user's own prompt
    assert (await play(asked, ready)).followed == ["POST /mail"]


def test_the_corpus_is_large_and_even_and_each_case_can_fall() -> None:
    languages = Counter(case.language for case in CASES)
    assert len(CASES) >= 60
    assert min(languages.values()) > 0.45 * len(CASES)
    assert len({case.id for case in CASES}) == len(CASES)
    assert {case.channel for case in CASES} == SCENES.keys()
    can_fall = {case.id for case in CASES for one in DEFENCES.values() if one.falls(case)}
    hidden = {"comment", "hidden-text", "metadata", "model-name"}  # they fall as soon as they are read
    assert {case.id for case in CASES if not case.limit and case.channel not in hidden} <= can_fall
