"""The stand-in reads logs, events and graphs as the product puts them before a model."""

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from freshet.behaviour.asking.prompt import events_messages, graph_messages, link_messages
from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.causal.edge import CausalEdge
from freshet.behaviour.causal.judge import Opinion
from freshet.behaviour.causal.judge import _messages as judge_messages
from freshet.behaviour.event import TYPES, Event
from freshet.behaviour.extraction.batches import Batch, batches
from freshet.behaviour.extraction.draft import EventDraft
from freshet.behaviour.extraction.prompt import extraction_messages
from freshet.behaviour.extraction.sheet import Sheet, Wanted
from freshet.behaviour.graph.follows import Edge, EventGraph, Node
from freshet.behaviour.graph.views import ViewDraft
from freshet.behaviour.graph.views import _messages as view_messages
from freshet.behaviour.intake.intake import read
from freshet.behaviour.intake.outcome import Intake
from freshet.behaviour.prompt import NO_ANSWER
from freshet.behaviour.requests import Reading, View
from freshet.behaviour.sequences.session import sessions
from freshet.behaviour.summary import _messages as summary_messages
from freshet.behaviour.tags.prompt import Tagging, tagging_messages
from freshet.behaviour.tags.vocabulary import built_in
from freshet.llm.structured import Schema
from infra.local.demo import behaviors
from infra.local.model.tasks import reply

DEMO = Path(behaviors.__file__).with_name("behaviors.csv")
USERS = [f"user_000{number}" for number in range(1, 6)]
LANGUAGES = ["zh", "en", "zh", "en", "zh"]
NOW = datetime(2026, 3, 10, tzinfo=UTC)


def said(messages: list[dict[str, Any]], schema: Schema | None = None) -> str:
    wanted = {"response_format": schema.response_format()} if schema else {}
    return str(reply({"messages": messages, **wanted}))


@cache
def log() -> Intake:
    return read(DEMO.read_bytes(), "text/csv", "", Reading())


def log_of(user_id: str) -> list[Behaviour]:
    return [row for row in log().rows if row.user_id == user_id]


def found(batch: Batch, language: str, types: tuple[str, ...] = TYPES) -> tuple[list[Event], Sheet]:
    """The events that the product takes from the stand-in's drafts."""
    answer = said(extraction_messages(batch, language=language, types=types), Schema.of_items(EventDraft))
    sheet = Sheet(batch, Wanted(language, types), {session.key: [] for session in batch.sessions})
    for item in json.loads(answer)["items"]:
        sheet.take(EventDraft.model_validate(item))
    return [event for events in sheet.found.values() for event in events], sheet


def test_the_demo_is_what_its_routines_draw() -> None:
    assert DEMO.read_bytes() == behaviors.drawn()
    assert not log().bad
    assert {row.user_id for row in log().rows} == set(USERS)


@pytest.mark.parametrize(("user_id", "language"), list(zip(USERS, LANGUAGES, strict=True)))
def test_one_call_finds_tens_of_events_in_a_demo_users_log(user_id: str, language: str) -> None:
    rows = log_of(user_id)
    (batch,) = batches(sessions(rows, gap_s=1800))
    events, sheet = found(batch, language)
    assert 150 <= len(rows) <= 250
    assert 40 <= len(events) < len(rows)
    assert not sheet.rejected
    assert {id_ for event in events for id_ in event.behaviours} == {row.id for row in rows}
    assert sum(event.type == "other" for event in events) < 5
    assert all(("：" in event.title) == (language == "zh") for event in events)
    assert {len(event.behaviours) > 1 for event in events} == {True, False}


def test_a_vocabulary_of_ones_own_is_kept_to() -> None:
    (batch,) = batches(sessions(log_of("user_0001")[:40], gap_s=1800))
    events, sheet = found(batch, "zh", ("work", "other"))
    assert {event.type for event in events} == {"work", "other"}
    assert not sheet.rejected


def events_of(user_id: str) -> list[Event]:
    (batch,) = batches(sessions(log_of(user_id), gap_s=1800))
    return found(batch, "zh")[0]


@pytest.mark.parametrize(
    ("question", "type_", "day"),
    [
        ("周三我看了什么视频？", "video", "2026-03-04"),
        ("What did I buy on March 3?", "shopping", "2026-03-03"),
        ("3月2日我付款了几次？", "payment", "2026-03-02"),
    ],
)
def test_a_question_about_events_is_answered_by_those_that_fit(question: str, type_: str, day: str) -> None:
    listed = events_of("user_0001")
    answer = said(events_messages(question, listed, {}, of=listed, now=NOW, language=None))
    marked = [listed[int(number) - 1] for number in re.findall(r"\[(\d+)\]", answer)]
    assert {(one.type, one.start[:10]) for one in marked} == {(type_, day)}


def test_what_no_event_says_is_not_answered() -> None:
    listed = events_of("user_0001")
    for question in ("Who won the world cup?", "我去过南极吗？"):
        messages = events_messages(question, listed, {}, of=listed, now=NOW, language=None)
        assert said(messages) == NO_ANSWER


def edge(id_: int, cause: str, effect: str, lift: float = 4.2, lag: float = 40) -> CausalEdge:
    return CausalEdge(
        id=id_,
        cause=cause,
        effect=effect,
        lag=lag,
        lift=lift,
        p=0.001,
        support=35,
        confidence=0.8,
        evidence=["a", "b"],
    )


EDGES = [
    edge(1, "low battery (20%)", "charge"),
    edge(2, "微信消息", "打开微信", 1.6, 400),
    edge(3, "a", "b", 4e4),
]


def test_every_edge_gets_an_opinion_by_its_numbers() -> None:
    opinions = json.loads(said(judge_messages(EDGES, "zh"), Schema.of_items(Opinion)))["items"]
    told = [Opinion.model_validate(one) for one in opinions]
    assert [(one.edge, one.verdict, one.type) for one in told] == [
        (1, "supports", "triggers"),
        (2, "doubts", "leads_to"),
        (3, "supports", "triggers"),
    ]
    assert all("统计" in one.reason for one in told)


def test_a_question_about_a_graph_is_answered_edge_by_edge() -> None:
    english = said(graph_messages("Why is it charging?", EDGES[:1], [], language="en"))
    assert "low battery (20%) brings about charge" in english
    assert "[1]" in english
    assert "会导致" in said(graph_messages("收到微信消息会怎样？", EDGES[1:2], [], language="zh"))


@pytest.mark.parametrize(
    ("question", "names", "entities", "whole"),
    [
        ("Why does he go shopping?", ["购物", "工作"], [1], False),
        ("为什么会充电？", ["alarm", "charge"], [2], False),
        ("What is the strongest cause?", ["alarm", "charge"], [], True),
        ("今天天气如何？", ["alarm", "charge"], [], False),
    ],
)
def test_names_are_linked_across_languages(
    question: str, names: list[str], entities: list[int], whole: bool
) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "Linked", "schema": {}}}
    answer = json.loads(str(reply({"messages": link_messages(question, names), "response_format": wanted})))
    assert answer == {"entities": entities, "whole": whole}


@pytest.mark.parametrize(
    ("language", "tags"), [("zh", ["通讯", "地图", "视频"]), ("en", ["communication", "transport", "video"])]
)
def test_names_get_tags_of_the_vocabulary(language: str, tags: list[str]) -> None:
    vocabulary = built_in("apps", language)
    messages = tagging_messages(
        "apps", ["微信", "Google Maps", "抖音"], vocabulary=vocabulary, language=language
    )
    told = [
        Tagging.model_validate(one) for one in json.loads(said(messages, Schema.of_items(Tagging)))["items"]
    ]
    assert [one.name for one in told] == [1, 2, 3]
    assert all(set(one.tags) <= set(vocabulary) for one in told)
    assert {told[0].tags[0], told[2].tags[0]} == {tags[0], tags[2]}


def test_a_view_puts_every_node_in_one_stage() -> None:
    nodes = [
        Node(id=at, label=f"第 {at} 步 (x)", count=9, users=1, starts=at == 1, ends=0) for at in range(5)
    ]
    edges = [
        Edge(source=a, target=b, count=3, users=1, median_lag_seconds=2000, p90_lag_seconds=9)
        for a, b in ((1, 0), (0, 2), (2, 1))
    ]
    graph = EventGraph(
        of="events",
        by="type",
        covered=1,
        sequences=1,
        steps=9,
        node_count=5,
        edge_count=3,
        nodes=nodes,
        edges=edges,
    )
    answer = said(view_messages(View(name="main"), graph), Schema.of(ViewDraft))
    view = ViewDraft.model_validate_json(answer)
    assert [stage.nodes for stage in view.stages] == [[2], [1], [3], [4, 5]]
    assert "第 1 步" in view.description


@pytest.mark.parametrize(("language", "telling"), [("zh", "{} 条"), ("en", "{} rows on 5 days")])
def test_a_log_is_summed_up(language: str, telling: str) -> None:
    rows = log_of("user_0001")
    assert telling.format(len(rows)) in said(summary_messages(rows, language))
    assert "2026-03-02" in said(summary_messages(rows * 2, language))
