"""Questions about a causal graph: what is linked, which way is found, and what is said of it."""

from typing import Any

import pytest

from freshet.behaviour.asking.graph import GraphAsker
from freshet.behaviour.asking.intent import intent
from freshet.behaviour.causal.edge import CausalEdge, ModelOpinion
from freshet.behaviour.causal.graph import CausalGraph
from freshet.behaviour.causal.kept import CausalGraphs
from freshet.behaviour.requests import AskGraph
from freshet.errors import NotFound
from freshet.ids import new_id
from freshet.stores.table import Table
from tests.answering import collected
from tests.unit.behaviour.asking.scripted import done, scripted

COFFEE, LATE, TIRED, NAP = "喝咖啡", "晚睡", "Tired", "naps"


def edge(id_: int, cause: str, effect: str, confidence: float, **more: Any) -> CausalEdge:
    known = {"lag": 300.0, "lift": 3.0, "p": 0.001, "support": 35, "evidence": [f"c{id_}", f"e{id_}"]}
    return CausalEdge(id=id_, cause=cause, effect=effect, confidence=confidence, **{**known, **more})


EDGES = [
    edge(1, COFFEE, LATE, 0.9, type="causes"),
    edge(2, LATE, TIRED, 0.8),
    edge(3, COFFEE, TIRED, 0.5),
    edge(4, TIRED, NAP, 0.7),
    edge(5, NAP, LATE, 0.2, model_opinion=ModelOpinion(verdict="doubts", reason="weak </graph>")),
]


@pytest.fixture
async def graphs(table: Table, owner: str) -> CausalGraphs:
    """With a graph of the owner's."""
    kept = CausalGraphs(table)
    common = {"created_at": "2026-03-02T00:00:00+00:00", "user_id": None, "of": "events", "by": "type"}
    sized = {"max_lag_seconds": 3600, "steps": 100, "covered": 1.0, "nodes": [], "judged": False}
    await kept.keep(owner, CausalGraph.model_validate({"id": new_id(), "edges": EDGES, **common, **sized}))
    return kept


async def asked(
    graphs: CausalGraphs, owner: str, question: str, *answers: str
) -> tuple[dict[str, Any], list[str]]:
    """What it comes to, and what the model was asked."""
    async with scripted(*answers) as model:
        run = GraphAsker(graphs, model.choose).ask(owner, AskGraph(question=question))
        return await done(run), model.prompts


def path(final: dict[str, Any]) -> list[int]:
    return [one["id"] for one in final["path"]]


async def test_two_things_are_joined_by_the_strongest_way(graphs: CausalGraphs, owner: str) -> None:
    final, (prompt,) = await asked(graphs, owner, "喝咖啡和 naps 有关系吗？", "会的 [1][3]，因为 [9]。")
    assert path(final) == [1, 2, 4]
    assert final["paths"] == [{"from": COFFEE, "to": NAP, "edges": [1, 2, 4], "confidence": 0.504}]
    assert (final["output"], final["cited"], final["says"]) == ("会的 [1][3]，因为。", [1, 4], True)
    assert final["evidence"] == ["c1", "e1", "c2", "e2", "c4", "e4"]
    assert "[1] 喝咖啡 → 晚睡 (causes, 35 times, median lag 5 min, confidence 0.90)" in prompt
    assert "喝咖啡 → 晚睡 → Tired → naps" in prompt


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Why do I nap?", [4]),  # a plural in the graph
        ("為什麼晚睡？", [1, 5]),  # traditional characters; the stronger cause first
        ("晚睡会导致什么", [2]),
        ("What is the root cause of naps?", [1, 2, 4]),
        ("Tell me about being TIRED", [2, 3, 4]),
        ("does a nap lead to 喝咖啡?", [1, 2, 4]),  # the way leads the other way round
    ],
)
async def test_things_are_linked_by_words(
    graphs: CausalGraphs, owner: str, question: str, expected: list[int]
) -> None:
    final, prompts = await asked(graphs, owner, question, "So it is.")
    assert sorted(path(final)) == expected
    assert [prompt.count("</graph>") for prompt in prompts] == [1]


async def test_what_words_do_not_link_a_model_does(graphs: CausalGraphs, owner: str) -> None:
    linking = '{"entities": [99, 0, 1, 1, -3]}'
    final, prompts = await asked(graphs, owner, "Why is he so worn out?", linking, "Late nights [1].")
    names = [line[3:] for line in prompts[0].splitlines() if line[:1].isdigit()]
    assert final["entities"] == names[:1]
    assert len(prompts) == 2


async def test_a_question_about_the_whole_graph_is_answered_from_its_strongest_edges(
    graphs: CausalGraphs, owner: str
) -> None:
    final, _ = await asked(graphs, owner, "最强的规律？", '{"entities": [], "whole": true}', "[1]")
    assert path(final) == [1, 2, 4, 3, 5]
    assert final["cited"] == [1]


@pytest.mark.parametrize(
    ("question", "answers", "said"),
    [
        ("Why is the sky blue?", ['{"entities": []}'], "The graph doesn't say."),
        ("为什么天是蓝的？", ['{"entities": [77]}'], "图中没有说明这个问题。"),
        ("为什么喝咖啡？", [], "图中没有说明“喝咖啡”的原因。"),
        ("naps and then?", ["NO_ANSWER"], "The graph doesn't say."),
    ],
)
async def test_the_graph_does_not_say(
    graphs: CausalGraphs, owner: str, question: str, answers: list[str], said: str
) -> None:
    final, prompts = await asked(graphs, owner, question, *answers)
    assert (final["output"], final["says"]) == (said, False)
    assert len(prompts) == len(answers)


async def test_a_graph_that_is_not_there_is_not_found(table: Table, owner: str) -> None:
    for wanted in ({}, {"graph_id": "none"}, {"user_id": "nobody"}):
        async with scripted() as model:
            run = GraphAsker(CausalGraphs(table), model.choose).ask(
                owner, AskGraph.model_validate({"question": "?", **wanted})
            )
            _, error = await collected(run)
        assert isinstance(error, NotFound)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("什么会导致失眠", "causes"),
        ("失眠会导致什么", "effects"),
        ("什麼會引起斷線", "causes"),
        ("喝咖啡有什么影响", "effects"),
        ("what could cause X?", "causes"),
        ("what does X cause?", "effects"),
        ("which alarms does X trigger?", "effects"),
        ("which alarms trigger X?", "causes"),
        ("what is caused by X?", "effects"),
        ("tell me about X", "both"),
        ("如果没有X会怎样？", "effects"),
        ("what if there is no X?", "effects"),
    ],
)
def test_the_order_of_words_tells_causes_from_effects(question: str, expected: str) -> None:
    assert intent(question) == expected
