"""Exercises that were begun before go on where they stopped; what was analysed before is asked about."""

from typing import Any

import pytest

from freshet.exercises.analysis.result import Analysis
from freshet.exercises.collection import Collection
from freshet.exercises.material.sections import Materials
from freshet.ids import new_id
from freshet.stores.table import Table
from freshet.wiring import study
from tests.unit.exercises.generation.examiner import FACTS, TEXT, examiner, short, written
from tests.unit.exercises.generation.making import facts, final, generated, items, said, texts
from tests.unit.llm.upstream import refuses

pytestmark = pytest.mark.usefixtures("cloud")


async def test_a_finished_one_is_only_shown_again(owner: str) -> None:
    id_ = new_id()
    bad = short(0, quote="The Moon is made of cheese and nothing else.")
    async with examiner(written(short(1), bad)) as model:
        events, _ = await generated(model, owner, id_, count=2)
        calls = len(model.calls)
        again, _ = await generated(model, owner, id_, count=2)
    assert len(model.calls) == calls
    assert items(again) == items(events)
    assert final(again) == final(events)


async def test_what_goes_on_asks_about_the_very_text_that_it_began_with(
    owner: str, exercises: Collection, materials: Materials
) -> None:
    id_ = new_id()
    async with examiner(written(short(0)), refuses(400)) as model:
        await generated(model, owner, id_, count=2, title="Facts", text=f"{FACTS[0][0]}\n\n{FACTS[1][0]}")
    assert (await exercises.get(owner, id_)).state == "partial"
    async with examiner(written(short(1))) as model:
        events, error = await generated(model, owner, id_, count=2, text=FACTS[2][0])
    assert error is None
    assert sorted(texts(events)) == sorted(facts(0, 1))
    (call,) = model.of("write")
    assert f"{FACTS[0][0]}\n\n{FACTS[1][0]}" in call
    assert 'filename="Facts"' in call
    assert said(call)["language"] == "en"
    kept = await materials.get(owner, id_)
    assert [section.text for section in kept.sections] == [f"{FACTS[0][0]}\n\n{FACTS[1][0]}"]
    assert (await exercises.get(owner, id_)).title == "Facts"


async def analysed(owner: str) -> str:
    """The id of an analysis of the facts that has one key point."""
    material = study.reader().of_text("Facts", TEXT)
    place = material.place(FACTS[2][0])
    made = Analysis.model_validate(
        {
            "analysis_id": (analysis_id := new_id()),
            "title": "Facts",
            "language": "en",
            "level": "secondary",
            "difficulty": "easy",
            "key_points": [{"text": "Gutenberg worked in Mainz.", "concepts": ["printing"], "source": place}],
            "concepts": [{"name": "printing", "count": 1}],
            "suggested": {"short_answer": 1},
            "document_ids": [],
            "covered": 1.0,
        }
    )
    await study.analyses().keep(owner, made, material)
    return analysis_id


async def test_an_analysis_tells_what_to_ask_about(owner: str, exercises: Collection) -> None:
    analysis_id, id_ = await analysed(owner), new_id()
    async with examiner(written(short(2))) as model:
        events, _ = await generated(model, owner, id_, text=None, analysis_id=analysis_id, count=1)
    assert texts(events) == facts(2)
    (call,) = model.of("write")
    assert "<key_points>\n- Gutenberg worked in Mainz.\n</key_points>" in call
    head = await exercises.get(owner, id_)
    assert (head.title, head.language) == ("Facts", "en")


async def test_what_goes_on_knows_the_key_points_as_long_as_there_are_any(owner: str, table: Table) -> None:
    analysis_id, id_ = await analysed(owner), new_id()
    wanted: dict[str, Any] = {"text": None, "analysis_id": analysis_id, "count": 3}
    points = "<key_points>\n- Gutenberg worked in Mainz.\n</key_points>"
    for number in (0, 1):
        async with examiner(written(short(number)), refuses(400)) as model:
            await generated(model, owner, id_, **wanted)
        assert points in model.of("write")[0]
    await table.delete(f"{owner}/analyses", analysis_id)
    async with examiner(written(short(2))) as model:
        events, error = await generated(model, owner, id_, **wanted)
    assert error is None
    assert sorted(texts(events)) == sorted(facts(0, 1, 2))
    assert points not in model.of("write")[0]
