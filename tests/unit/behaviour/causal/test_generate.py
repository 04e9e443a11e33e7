"""Causal graphs made of a log, with models that are sensible, are not, or are not there."""

import json
from contextlib import aclosing
from typing import Any

import pytest

from freshet.behaviour.causal.edge import CausalEdge, ModelOpinion
from freshet.behaviour.causal.generate import CausalGenerator
from freshet.behaviour.causal.kept import CausalGraphs
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Causal
from freshet.errors import Invalid, NotFound
from freshet.ids import new_id
from freshet.runs.events import Done, Item, RunEvent, Started
from tests.unit.behaviour.causal.conftest import Generating
from tests.unit.llm.upstream import Answer, refuses, says

PAYS, WALKS = ("shop", "付款"), ("付款", "walk")


def answer(*opinions: dict[str, Any]) -> Answer:
    return says(json.dumps({"items": opinions}, ensure_ascii=False))


def opinion(
    edge: int, verdict: str = "supports", kind: str = "causes", reason: str = "因为。"
) -> dict[str, Any]:
    return {"edge": edge, "verdict": verdict, "type": kind, "reason": reason}


async def made(generator: CausalGenerator, owner: str, **asked: Any) -> tuple[list[RunEvent], dict[str, Any]]:
    """The events, and the end of it."""
    events = []
    async with aclosing(generator.generate(owner, new_id(), Causal(**asked))) as coming:
        async for event in coming:
            events.append(event)  # noqa: PERF401 - what came before an error is wanted, too
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Done)
    return events, events[-1].final_response


def shown(events: list[RunEvent]) -> dict[tuple[str, str], CausalEdge]:
    edges = [CausalEdge.model_validate(event.item) for event in events if isinstance(event, Item)]
    return {(edge.cause, edge.effect): edge for edge in edges}


async def test_without_a_model_the_statistics_stand_alone_and_the_graph_is_kept(
    owner: str, generating: Generating, graphs: CausalGraphs
) -> None:
    async with generating(refuses(500)) as generator:
        events, done = await made(generator, owner, user_id="ann", judge=False, model_id=99)
    assert isinstance(events[0], Started)
    assert events[0].data == {"graph_id": done["graph_id"], "of": "behaviors", "by": "action", "steps": 530}
    edges = shown(events)
    assert set(edges) == {PAYS, WALKS}
    assert all(
        edge.evidence and edge.type == "leads_to" and not edge.model_opinion for edge in edges.values()
    )
    kept = await graphs.get(owner, done["graph_id"])
    assert kept.edges == list(edges.values())
    assert {node.label for node in kept.nodes} == {"shop", "付款", "walk"}
    assert (done["nodes"], done["edges"], done["judged"], done["model"], done["note"]) == (
        3,
        2,
        False,
        None,
        "",
    )
    assert (kept.user_id, kept.steps, kept.covered) == ("ann", 530, 1)


async def test_a_models_opinions_stand_on_their_edges_and_others_are_left_out(
    owner: str, generating: Generating, graphs: CausalGraphs
) -> None:
    said = answer(
        opinion(2, "Rejects", "causes", "两者\n无关\u202e"),
        opinion(7),
        opinion(0),
        opinion(1, " supports", "Leads to"),
        opinion(1, "rejects"),
    )
    async with generating(said) as generator:
        plain, _ = await made(generator, owner, user_id="ann", judge=False)
        events, done = await made(generator, owner, user_id="ann")
    first, second = shown(plain).values()
    judged = {edge.id: edge for edge in shown(events).values()}
    assert (done["judged"], done["judged_edges"], done["model"], done["note"]) == (True, 2, "scripted", "")
    assert judged[1].model_opinion == ModelOpinion(verdict="supports", reason="因为。")
    assert first.confidence < judged[1].confidence < 1
    assert judged[2].model_opinion == ModelOpinion(verdict="rejects", reason="两者 无关")
    assert (judged[2].type, judged[2].evidence) == ("leads_to", second.evidence)
    assert judged[2].confidence <= 0.3
    assert [edge.id for edge in (await graphs.newest(owner, "ann")).edges] == [1, 2]
    assert (await graphs.newest(owner, "ann")).edges == [judged[1], judged[2]]


@pytest.mark.parametrize(
    ("said", "judged", "note"),
    [
        (refuses(401), 0, "A model's opinion is missing of 2 edges: "),
        (says("no idea"), 0, "A model's opinion is missing of 2 edges: "),
        (
            says('{"items": [' + json.dumps(opinion(1)) + ', {"edge": 2, "verd'),
            1,
            "opinion is missing of 1 edges: ",
        ),
        (answer(opinion(1), opinion(2, "perhaps")), 1, "opinion is missing of 1 edges: "),
        (answer(opinion(1)), 1, "The model said nothing of 1 edges."),
        (answer(), 0, "The model said nothing of 2 edges."),
    ],
)
async def test_a_model_that_fails_leaves_the_graph_and_a_note(
    owner: str, generating: Generating, said: Answer, judged: int, note: str
) -> None:
    async with generating(said) as generator:
        events, done = await made(generator, owner, user_id="ann")
    assert set(shown(events)) == {PAYS, WALKS}
    assert (done["judged_edges"], done["judged"]) == (judged, judged > 0)
    assert note in done["note"]


async def test_too_few_steps_make_a_graph_without_edges_and_unknown_ones_none_at_all(
    owner: str, generating: Generating, graphs: CausalGraphs
) -> None:
    async with generating(refuses(500)) as generator:
        _, done = await made(generator, owner, user_id="bob")
        assert (done["edges"], done["judged"]) == (0, False)
        assert done["note"].startswith("No two kinds of steps are there 5 times each")
        for asked in ({"user_id": "eve"}, {"model_id": 2}):
            with pytest.raises(NotFound):
                await anext(generator.generate(owner, new_id(), Causal(**asked)))
        with pytest.raises(Invalid, match="of=behaviors"):
            await anext(generator.generate(owner, new_id(), Causal(of="events", within="object")))
    assert (await graphs.newest(owner)).user_id == "bob"


async def test_a_graph_does_not_outlive_the_log_that_it_is_of(
    owner: str, generating: Generating, graphs: CausalGraphs, log: Log
) -> None:
    async with generating(refuses(500)) as generator:
        making = generator.generate(owner, new_id(), Causal(user_id="ann", judge=False))
        await anext(making)
        await log.delete(owner, "ann")
        with pytest.raises(NotFound):
            _ = [event async for event in making]
    assert (await graphs.page(owner, 10)).items == []
