"""Questions about a causal graph: what is meant is linked, a way is looked for, a model says it in words.

The way and its evidence are the answer; the model only words it. Where nothing is linked or no way leads,
the graph doesn't say, and no model is asked to. What does not belong here: names found in words
(`entities`), which side is asked about (`intent`), ways (`paths`).
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from freshet.behaviour.asking.entities import MOST, linked
from freshet.behaviour.asking.intent import Intent, asks_far, intent
from freshet.behaviour.asking.paths import Way, around, ways_between
from freshet.behaviour.asking.prompt import graph_messages, link_messages
from freshet.behaviour.causal.edge import CausalEdge
from freshet.behaviour.causal.graph import CausalGraph
from freshet.behaviour.causal.kept import CausalGraphs
from freshet.behaviour.prose import Prose, written
from freshet.behaviour.requests import AskGraph
from freshet.errors import ModelMalformed
from freshet.languages import language_of, spoken
from freshet.llm.options import ToolOptions
from freshet.llm.writer import Choose, Writer
from freshet.runs.events import Content, Done, RunEvent, Started

_MOST_NAMES = 300  # that a model links a question to: the best connected ones
_LINK_TOKENS = 2_000  # a few numbers, and what a model may think before it
_MOST_WAYS = 8  # around a thing, on each side
_MOST_EDGES = 30  # that an answer is made from
_MOST_EVIDENCE = 100  # ids

_SAYS_NOTHING = {
    "zh": "图中没有说明这个问题。",
    "en": "The graph doesn't say.",
}
_NOTHING_ABOUT = {
    "zh": "图中没有说明{what}的{side}。",
    "en": "The graph doesn't say anything about the {side} of {what}.",
}
_NO_WAY = {
    "zh": "图中没有说明{what}之间有因果联系。",
    "en": "The graph doesn't say that {what} bring each other about.",
}
_SIDES: dict[str, dict[Intent, str]] = {
    "zh": {"causes": "原因", "effects": "影响", "both": "原因或影响"},
    "en": {"causes": "causes", "effects": "effects", "both": "causes or effects"},
}


class Linked(BaseModel):
    """What a question is about, as a model links it."""

    entities: list[int] = Field([], description="numbers of names, in the order of the question")
    whole: bool = Field(False, description="true if the question is about all of the graph")


@dataclass(frozen=True, slots=True)
class _Found:
    """The things that a question means, and the ways that lead there; `side`: of one thing, what is asked."""

    things: Sequence[str] = ()
    ways: Sequence[Way] = ()
    side: Intent = "both"

    @property
    def edges(self) -> list[CausalEdge]:
        """Those of all ways, each once, in their order."""
        every = {edge.id: edge for way in self.ways for edge in way.edges}
        return list(every.values())[:_MOST_EDGES]


class GraphAsker:
    """Answers questions from an owner's causal graphs."""

    def __init__(self, graphs: CausalGraphs, choose: Choose) -> None:
        self._graphs = graphs
        self._choose = choose

    async def ask(self, owner: str, asked: AskGraph) -> AsyncGenerator[RunEvent, None]:
        """Started (with the way that was found), the answer as it is written, Done.

        Done has `output`, `entities`, `path` (the edges that the answer is made from, each with its marker),
        `paths` (how they hang together), `evidence` (ids), and whether the graph `says` anything of it.
        Raises NotFound (graph, model), ModelError.
        """
        graph = await self._graph(owner, asked)
        found = await asyncio.to_thread(_by_words, graph, asked.question)
        writer: Writer | None = None
        if graph.edges and not found.things:
            writer = await self._choose(owner, asked.model_id)
            found = await self._by_model(writer, graph, asked.question)
        if not found.edges:
            for event in _silent(graph, asked, found):
                yield event
            return
        writer = writer or await self._choose(owner, asked.model_id)
        async with aclosing(_worded(writer, graph, asked, found)) as events:
            async for event in events:
                yield event

    async def _graph(self, owner: str, asked: AskGraph) -> CausalGraph:
        if asked.graph_id is not None:
            return await self._graphs.get(owner, asked.graph_id)
        return await self._graphs.newest(owner, asked.user_id)

    async def _by_model(self, writer: Writer, graph: CausalGraph, question: str) -> _Found:
        """What a model links the question to; numbers that are none are dropped."""
        names = _names(graph)[:_MOST_NAMES]
        options: ToolOptions = {"max_tokens": _LINK_TOKENS, **writer.options}
        messages = link_messages(question, names)
        completion = await writer.client.complete(messages, response_model=Linked, **options)
        if not isinstance(completion.parsed, Linked):
            raise ModelMalformed("The model called a tool instead of answering.")
        meant = [names[number - 1] for number in completion.parsed.entities if 1 <= number <= len(names)]
        things = list(dict.fromkeys(meant))[:MOST]
        if not things and completion.parsed.whole:
            best = sorted(graph.edges, key=lambda edge: (-edge.confidence, edge.id))
            return _Found(ways=[Way((edge,)) for edge in best[:_MOST_WAYS]])
        return await asyncio.to_thread(_about, graph, question, things)


async def _worded(
    writer: Writer, graph: CausalGraph, asked: AskGraph, found: _Found
) -> AsyncGenerator[RunEvent, None]:
    edges = found.edges
    about = _shown(graph, found)
    yield Started({"model": writer.client.model, **about})
    language = asked.language or language_of(asked.question) or None
    chains = [way.text for way in found.ways if len(way.edges) > 1]
    prose = Prose()
    messages = graph_messages(asked.question, edges, chains, language=language)
    async with aclosing(written(writer, messages, prose, things=len(edges))) as pieces:
        async for piece in pieces:
            yield piece
    if prose.nothing:
        prose.text = _SAYS_NOTHING[_tongue(asked)]
        yield Content(prose.text)
    final = {"output": prose.text, **about, "says": not prose.nothing, "finish_reason": prose.finish}
    yield Done(final | {"cited": [edges[number - 1].id for number in prose.named]})


def _silent(graph: CausalGraph, asked: AskGraph, found: _Found) -> list[RunEvent]:
    """An answer without a model: that there is none in the graph."""
    about, text = _shown(graph, found), _silence(_tongue(asked), found)
    final = {"output": text, **about, "cited": [], "says": False, "finish_reason": "stop"}
    return [Started(about), Content(text), Done(final)]


def _silence(tongue: str, found: _Found) -> str:
    quoted = [f"“{thing}”" for thing in found.things]
    if not quoted:
        return _SAYS_NOTHING[tongue]
    what = ("、" if tongue == "zh" else " and ").join(quoted)
    template = (_NO_WAY if len(quoted) > 1 else _NOTHING_ABOUT)[tongue]
    return template.replace("{side}", _SIDES[tongue][found.side]).replace("{what}", what)


def _by_words(graph: CausalGraph, question: str) -> _Found:
    """What the question's own words lead to. Work for a thread."""
    return _about(graph, question, linked(question, _names(graph)))


def _about(graph: CausalGraph, question: str, things: Sequence[str]) -> _Found:
    """The ways between things, or around the one there is."""
    if len(things) != 1:
        return _Found(things, ways_between(graph.edges, things))
    side, far = intent(question), asks_far(question)
    sides = [True] if side == "causes" else [False] if side == "effects" else [True, False]
    ways = [
        way
        for causes in sides
        for way in around(graph.edges, things[0], causes=causes, far=far, most=_MOST_WAYS)
    ]
    return _Found(things, ways, side)


def _names(graph: CausalGraph) -> list[str]:
    """What the edges lead from and to, the best connected first."""
    weight: dict[str, float] = {}
    for edge in graph.edges:
        for name in (edge.cause, edge.effect):
            weight[name] = weight.get(name, 0) + edge.confidence
    return sorted(weight, key=lambda name: (-weight[name], name))


def _shown(graph: CausalGraph, found: _Found) -> dict[str, Any]:
    """What Started and Done say of the way."""
    edges = found.edges
    evidence = dict.fromkeys(id_ for edge in edges for id_ in edge.evidence)
    return {
        "graph_id": graph.id,
        "entities": list(found.things),
        "path": [{"marker": n, **edge.model_dump(mode="json")} for n, edge in enumerate(edges, 1)],
        "paths": [
            {
                "from": way.edges[0].cause,
                "to": way.edges[-1].effect,
                "edges": [edge.id for edge in way.edges],
                "confidence": round(way.strength, 4),
            }
            for way in found.ways
        ],
        "evidence": list(evidence)[:_MOST_EVIDENCE],
    }


def _tongue(asked: AskGraph) -> str:
    """The language of what we say ourselves: zh or en."""
    return spoken(asked.language or language_of(asked.question))
