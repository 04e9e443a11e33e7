from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from freshet.behaviour.extraction.kept import Events
from freshet.behaviour.graph.material import Materials
from freshet.behaviour.graph.trace import Traced
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Scope
from freshet.behaviour.tags.kept import KeptTags
from freshet.errors import Invalid, NotFound
from freshet.stores.table import Table
from tests.unit.behaviour.kept import keep_events, rows_of

ANN = rows_of(
    "ann",
    (8.0, "open", "微信"),
    (8.1, "play", "新闻"),
    (8.2, "lock", ""),
    (20.0, "open", "微信"),
    (32.0, "play", "音乐"),
)
BOB = rows_of("鲍勃", (9.0, "use", "maps"), (9.1, "use", "微信"), (9.2, "use", "mail"))


@pytest.fixture
async def materials(log: Log, events: Events, table: Table, owner: str) -> Materials:
    await log.append(owner, [*ANN, *BOB])
    return Materials(log, events, KeptTags(table).known)


def read(traced: Traced) -> list[tuple[str, list[str]]]:
    return [(trace.user_id, [traced.labels[label] for label in trace.labels]) for trace in traced.traces]


@pytest.mark.parametrize(
    ("scope", "by", "steps"),
    [
        ({"user_id": "ann"}, "action", [["open", "play", "lock"], ["open"], ["play"]]),
        ({"user_id": "ann", "by": "object"}, "object", [["微信", "新闻", "lock"], ["微信"], ["音乐"]]),
        ({"user_id": "鲍勃"}, "object", [["maps", "微信", "mail"]]),
        ({"user_id": "鲍勃", "by": "action"}, "action", [["use", "use", "use"]]),
        ({"start": datetime(2026, 3, 3, tzinfo=UTC)}, "action", [["play"]]),
        ({"start": "2026-03-02T08:05:00", "end": "2026-03-02T17:00:00+08:00"}, "action", [["play", "lock"]]),
        ({"start": datetime(2030, 1, 1, tzinfo=UTC)}, "action", []),
    ],
)
async def test_behaviours_are_told_apart_by_action_unless_hardly_any_differ(
    materials: Materials, owner: str, scope: dict[str, object], by: str, steps: list[list[str]]
) -> None:
    traced = await materials.of(owner, Scope.model_validate(scope))
    assert (traced.of, traced.by, traced.covered) == ("behaviors", by, 1.0)
    assert [labels for _, labels in read(traced)] == steps


async def test_a_step_is_the_behaviour_that_it_was(materials: Materials, owner: str) -> None:
    traced = await materials.of(owner, Scope())
    assert [trace.user_id for trace in traced.traces] == ["ann", "ann", "ann", "鲍勃"]
    assert [id_ for trace in traced.traces for id_ in trace.ids] == [row.id for row in [*ANN, *BOB]]
    assert [at for trace in traced.traces for at in trace.starts] == [row.at.seconds for row in [*ANN, *BOB]]
    objects = [traced.objects[what] for trace in traced.traces for what in trace.objects]
    assert objects == [row.object for row in [*ANN, *BOB]]


async def test_events_are_taken_where_there_are_some(
    materials: Materials, log: Log, events: Events, owner: str
) -> None:
    found = await keep_events(log, events, owner, ANN, ["news", "music"])
    traced = await materials.of(owner, Scope())
    assert (traced.of, traced.by) == ("events", "type")
    assert read(traced) == [("ann", ["news"]), ("ann", ["music"]), ("ann", ["news"])]
    assert [list(trace.ids) for trace in traced.traces] == [[event.id] for event in found]
    titled = await materials.of(owner, Scope(user_id="ann", by="title"))
    assert [label for _, (label,) in read(titled)] == ["事 0", "事 1", "事 2"]
    assert (await materials.of(owner, Scope(by="action"))).of == "behaviors"
    assert (await materials.of(owner, Scope(user_id="鲍勃"))).of == "behaviors"
    assert (await materials.of(owner, Scope(user_id="鲍勃", of="events"))).traces == []
    assert (
        await materials.of(owner, Scope(start=datetime(2026, 3, 2, 12, tzinfo=UTC), by="type"))
    ).steps == 2


async def test_tags_are_those_that_are_kept(
    materials: Materials, log: Log, events: Events, table: Table, owner: str
) -> None:
    await keep_events(log, events, owner, ANN, ["news"])
    with pytest.raises(Invalid, match="has tags yet"):
        await materials.of(owner, Scope(by="tag"))
    for name, tags in {"微信": ["social", "chat"], "maps": ["travel"]}.items():
        await KeptTags(table).keep(owner, "apps", name, "en", tags)
    traced = await materials.of(owner, Scope(by="tag"))
    assert read(traced) == [("ann", ["social"]), ("ann", ["social"]), ("鲍勃", ["travel", "social"])]
    assert (traced.of, traced.covered) == ("behaviors", 0.5)
    of_events = await materials.of(owner, Scope(by="tag", of="events"))
    assert read(of_events) == [("ann", ["social"]), ("ann", ["social"])]


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"of": "behaviors", "by": "type"}, "Behaviors have no type: .* by action or object or tag"),
        ({"of": "events", "by": "object"}, "Events have no object: .* by type or title or tag"),
    ],
)
async def test_what_does_not_go_together_is_refused(
    materials: Materials, owner: str, scope: dict[str, object], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        await materials.of(owner, Scope.model_validate(scope))


async def test_a_user_of_whom_nothing_is_known_is_not_found(materials: Materials, owner: str) -> None:
    with pytest.raises(NotFound, match="carol"):
        await materials.of(owner, Scope(user_id="carol"))
    nobody: Sequence[object] = (await materials.of("nobody", Scope())).traces
    assert nobody == []
