"""Causal graphs made: counted, judged if that is wanted, kept. Each edge is shown once it is final.

What does not belong here: the statistics (`statistics`), the model's call (`judge`).
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass

from freshet.behaviour.causal.edge import CausalEdge
from freshet.behaviour.causal.graph import CausalGraph
from freshet.behaviour.causal.judge import MOST_JUDGED, judged
from freshet.behaviour.causal.kept import CausalGraphs
from freshet.behaviour.causal.statistics import Findings, causes
from freshet.behaviour.graph.material import Materials
from freshet.behaviour.graph.trace import Traced
from freshet.behaviour.requests import Causal, Scope
from freshet.errors import FreshetError, Invalid, NotFound
from freshet.llm.writer import Choose, Writer
from freshet.observe import logger
from freshet.runs.events import Done, Item, RunEvent, Started
from freshet.runs.record import iso


@dataclass(slots=True)
class _Judging:
    """The edges by number, as they are so far; `judged` of them have the opinion of `model`."""

    edges: dict[int, CausalEdge]
    model: str | None
    notes: list[str]
    judged: int = 0
    failure: FreshetError | None = None


class CausalGenerator:
    """Makes causal graphs of what an owner's users did."""

    def __init__(self, materials: Materials, graphs: CausalGraphs, choose: Choose) -> None:
        self._materials = materials
        self._graphs = graphs
        self._choose = choose

    async def generate(self, owner: str, graph_id: str, asked: Causal) -> AsyncGenerator[RunEvent, None]:
        """Started, an Item an edge, Done (a CausalGraph with `graph_id`, and with the numbers of its
        nodes and edges in place of them).

        A model that fails leaves the edges as the statistics have them. Raises, before Started, NotFound (the
        user, the model) and Invalid; NotFound at the end if the log was deleted meanwhile.
        """
        writer = await self._choose(owner, asked.model_id) if asked.judge else None
        generation = await self._materials.generation(owner, asked.user_id)
        traced = await self._materials.of(owner, _scope(asked))
        if asked.within == "object" and traced.of == "events" and traced.by != "tag":
            raise Invalid("Events are not of one object: within=object needs of=behaviors, or by=tag.")
        model = writer.client.model if writer else None
        about = {"graph_id": graph_id, "of": traced.of, "by": traced.by, "steps": traced.steps}
        yield Started({**about, "model": model} if model else about)
        found = await asyncio.to_thread(causes, traced, max_lag_s=asked.max_lag_seconds, within=asked.within)
        judging = _Judging({edge.id: edge for edge in found.edges}, model, list(found.notes))
        async with aclosing(_final(judging, writer, asked.language)) as edges:
            async for edge in edges:
                yield Item(edge.model_dump(mode="json"))
        kept = await self._keep(owner, _graph(graph_id, asked, traced, found, judging), generation)
        shown = kept.model_dump(mode="json", exclude={"id", "nodes", "edges"})
        counts = {"nodes": len(kept.nodes), "edges": len(kept.edges), "judged_edges": judging.judged}
        yield Done({"graph_id": graph_id, **shown, **counts})

    async def _keep(self, owner: str, graph: CausalGraph, generation: int) -> CausalGraph:
        kept = await self._graphs.keep(owner, graph)
        try:
            await self._materials.require(owner, graph.user_id, generation)
        except NotFound:
            with suppress(NotFound):
                await self._graphs.delete(owner, graph.id)
            raise
        return kept


def _scope(asked: Causal) -> Scope:
    return Scope(user_id=asked.user_id, of=asked.of, by=asked.by, start=asked.start, end=asked.end)


async def _final(
    judging: _Judging, writer: Writer | None, language: str | None
) -> AsyncGenerator[CausalEdge, None]:
    """The edges as they become final: those that are judged first, then the others."""
    left = dict(judging.edges)
    if writer and left:
        try:
            async with aclosing(judged(writer, list(left.values()), language)) as edges:
                async for edge in edges:
                    judging.edges[edge.id] = edge
                    judging.judged += 1
                    del left[edge.id]
                    yield edge
        except FreshetError as error:
            logger.warning("a causal graph was not judged to its end", code=error.code)
            judging.failure = error
        judging.notes += _unjudged(judging, len(left))
    for edge in left.values():
        yield edge


def _unjudged(judging: _Judging, left: int) -> list[str]:
    """Why edges are as the statistics have them, if some are."""
    if judging.failure:
        return [f"A model's opinion is missing of {left} edges: {judging.failure.detail}"]
    if left and len(judging.edges) > MOST_JUDGED:
        return [f"A model gave its opinion of the {MOST_JUDGED} surest edges at most."]
    return [f"The model said nothing of {left} edges."] if left else []


def _graph(graph_id: str, asked: Causal, traced: Traced, found: Findings, judging: _Judging) -> CausalGraph:
    return CausalGraph(
        id=graph_id,
        created_at=iso(time.time()),
        user_id=asked.user_id,
        of=traced.of,
        by=traced.by,
        within=found.within,
        max_lag_seconds=asked.max_lag_seconds,
        steps=traced.steps,
        covered=traced.covered,
        nodes=list(found.nodes),
        edges=list(judging.edges.values()),
        model=judging.model if judging.judged else None,
        judged=judging.judged > 0,
        note=" ".join(judging.notes),
    )
