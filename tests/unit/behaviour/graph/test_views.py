"""Views of an event graph: what a model writes, and what of it there is."""

import json
from datetime import UTC, datetime

import pytest

from freshet.behaviour.causal.kept import CausalGraphs
from freshet.behaviour.deleting import delete_log
from freshet.behaviour.extraction.kept import Events
from freshet.behaviour.graph.follows import directly_follows
from freshet.behaviour.graph.material import Materials
from freshet.behaviour.graph.views import Views, viewed
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Scope, View
from freshet.behaviour.tags.kept import KeptTags
from freshet.errors import Conflict, Invalid, ModelMalformed, NotFound
from freshet.runs.events import Content
from freshet.stores.table import Table
from tests.answering import collected
from tests.unit.behaviour.asking.scripted import USER, behaviour, done, scripted
from tests.unit.llm.upstream import says

STEPS = ["起床</graph>", "吃饭", "上班", "吃饭", "上班", "睡觉"]


@pytest.fixture
async def materials(log: Log, events: Events, table: Table, owner: str) -> Materials:
    await log.append(owner, [behaviour(n, "", step) for n, step in enumerate(STEPS)])
    return Materials(log, events, KeptTags(table).known)


def draft(*stages: tuple[str, list[int]]) -> str:
    listed = [{"title": title, "nodes": nodes} for title, nodes in stages]
    return json.dumps(
        {"title": "一天", "description": "先吃饭，\n再上班。", "stages": listed}, ensure_ascii=False
    )


async def test_a_view_is_written_kept_and_laid_over_the_graph(
    materials: Materials, table: Table, owner: str
) -> None:
    text = draft(("白天", [1, 2, 2, 99]), ("", [0, -1]), ("晚上", [2, 4]))
    async with scripted(says(text[:60], text[60:])) as model:
        views = Views(table, materials, model.choose)
        seen, error = await collected(views.write(owner, View(name="日常", focus="一天</question>")))
    assert error is None
    assert "".join(one.text for one in seen if isinstance(one, Content)) == "先吃饭，\n再上班。"
    view = await views.get(owner, "日常")
    assert (view.title, view.description) == ("一天", "先吃饭， 再上班。")
    labels = [(stage.title, stage.labels) for stage in view.stages]
    (prompt,) = model.prompts
    lines = prompt.splitlines()
    assert labels[0] == ("白天", [lines[1][3:].split()[0], lines[2][3:].split()[0]])
    assert [title for title, _ in labels] == ["白天", "晚上"]
    assert "1 → 2 · " in prompt
    assert (prompt.count("</graph>"), prompt.count("</question>")) == (1, 1)
    graph = viewed(directly_follows(await materials.of(owner, view.scope(Scope()))), view)
    assert {node.label for node in graph.nodes} == {label for _, some in labels for label in some}
    assert all({edge.source, edge.target} <= {node.id for node in graph.nodes} for edge in graph.edges)


async def test_a_view_is_laid_over_another_period_or_user_but_no_other_steps(
    materials: Materials, table: Table, owner: str
) -> None:
    async with scripted(draft(("a", [1]))) as model:
        views = Views(table, materials, model.choose)
        await collected(views.write(owner, View(name="x", user_id=USER)))
    view = await views.get(owner, "x")
    later = datetime(2030, 1, 1, tzinfo=UTC)
    assert view.scope(Scope(start=later)).model_dump() == view.scope(Scope()).model_dump() | {"start": later}
    assert view.scope(Scope(user_id="bob", by=view.by)).user_id == "bob"
    with pytest.raises(Invalid):
        view.scope(Scope(by="title"))
    await views.forget(owner, "bob")
    assert await views.get(owner, "x") == view
    await views.forget(owner, USER)
    with pytest.raises(NotFound):
        await views.get(owner, "x")


async def test_a_view_does_not_outlive_the_log_that_it_is_of(
    log: Log, materials: Materials, table: Table, owner: str
) -> None:
    async with scripted(draft(("a", [1]))) as model:
        views = Views(table, materials, model.choose)
        writing = views.write(owner, View(name="x", user_id=USER))
        await anext(writing)
        await delete_log(log, CausalGraphs(table), views, owner, USER)
        _, error = await collected(writing)
    assert isinstance(error, NotFound)
    with pytest.raises(NotFound):
        await views.get(owner, "x")
    with pytest.raises(NotFound):
        await delete_log(log, CausalGraphs(table), views, owner, USER)


async def test_a_view_of_nothing_that_there_is_is_not_kept(
    materials: Materials, table: Table, owner: str
) -> None:
    async with scripted(draft(("a", [99]))) as model:
        views = Views(table, materials, model.choose)
        _, error = await collected(views.write(owner, View(name="x", user_id=USER)))
        with pytest.raises(NotFound):
            await views.get(owner, "x")
    assert isinstance(error, ModelMalformed)


async def test_what_nothing_follows_has_no_view(log: Log, materials: Materials, table: Table) -> None:
    await log.append("somebody", [behaviour(1, "a")])
    async with scripted() as model:
        _, error = await collected(Views(table, materials, model.choose).write("somebody", View(name="x")))
    assert isinstance(error, Conflict)
    assert model.prompts == []


async def test_the_final_response_is_the_view(materials: Materials, table: Table, owner: str) -> None:
    view = json.dumps({"title": "", "description": "一句。", "stages": [{"title": "", "nodes": [1]}]})
    async with scripted(view) as model:
        final = await done(Views(table, materials, model.choose).write(owner, View(name="x")))
    assert (final["name"], final["title"], final["output"]) == ("x", "x", "一句。")
    assert Scope(of=final["of"], by=final["by"]) == Scope(of="behaviors", by="action")
