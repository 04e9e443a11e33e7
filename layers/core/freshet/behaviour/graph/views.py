"""Views: an event graph as a model tells it, in stages, under a name.

What belongs here: the call, what is kept of it, and how a view is laid over a graph. What does not: what
follows what (`follows`).
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

from pydantic import BaseModel, Field

from freshet.behaviour.forgetting import forget
from freshet.behaviour.graph.follows import EventGraph, directly_follows
from freshet.behaviour.graph.material import Materials
from freshet.behaviour.prompt import DATA, Messages, chat, fenced, line, question, wanted
from freshet.behaviour.requests import By, Of, Scope, View
from freshet.errors import Conflict, Invalid, ModelMalformed, NotFound
from freshet.languages import language_of
from freshet.llm.events import Reset as Again
from freshet.llm.options import ToolOptions
from freshet.llm.structured import Preview
from freshet.llm.writer import Choose, Writer
from freshet.runs.events import Content, Done, Reset, RunEvent, Started
from freshet.stores.table import Table

_MOST_NODES, _MOST_EDGES = 60, 150  # that a model reads
_MOST_STAGES = 12
_MOST_TITLE, _MOST_DESCRIPTION, _MOST_LABEL = 120, 4_000, 100  # characters
_MOST_TOKENS = 6_000  # a view takes some 1,000; a model that never ends is cut

_RULES = f"""You describe what usually follows what, for a reader who has not seen the data. <graph> holds the
most frequent kinds of events, each with its number, and below which of them directly followed which, how
often and how much later.
- title: a few words. description: 3 to 8 plain sentences on the main course of things, with its numbers, on
  its branches and loops, and on what starts and ends it. A question, if there is one, says what matters.
- stages: the kinds of events in the order in which things go, in 2 to 8 groups that a person would make;
  nodes are their numbers. Each is in one stage at most; what does not matter is left out.
- Write in the wanted language. That one thing follows another does not say that it causes it.
- Keep to the graph; never invent. {DATA}"""


class StageDraft(BaseModel):
    title: str = ""
    nodes: list[int] = []


class ViewDraft(BaseModel):
    """A view as a model writes it."""

    title: str = ""
    description: str = Field(description="3 to 8 plain sentences")
    stages: list[StageDraft]


class Stage(BaseModel):
    """Kinds of steps that belong together, by their labels."""

    title: str
    labels: list[str]


class KeptView(BaseModel):
    """A view as clients see it, and what it was made of."""

    name: str
    title: str
    description: str
    stages: list[Stage]
    user_id: str | None
    of: Of
    by: By
    model: str
    created_at: str

    def scope(self, asked: Scope) -> Scope:
        """What the view's graph is made of, in the period and of the user that are asked for, if any is.

        Raises Invalid for steps that the view is not of.
        """
        if asked.of not in (None, self.of) or asked.by not in (None, self.by):
            raise Invalid(f"The view {self.name} is of {self.of} by {self.by}.")
        return Scope(
            user_id=asked.user_id or self.user_id, of=self.of, by=self.by, start=asked.start, end=asked.end
        )


class Views:
    """The views of all owners."""

    def __init__(self, table: Table, materials: Materials, choose: Choose) -> None:
        self._table = table
        self._materials = materials
        self._choose = choose

    async def write(self, owner: str, asked: View) -> AsyncGenerator[RunEvent, None]:
        """Started, the description as it is written, Done (the KeptView, and `output`: its description).

        It takes the place of the view that had its name. Raises NotFound (user, model), Invalid, Conflict
        where nothing follows anything, ModelError; NotFound at the end if the log was deleted meanwhile.
        """
        generation = await self._materials.generation(owner, asked.user_id)
        traced = await self._materials.of(owner, Scope(user_id=asked.user_id, of=asked.of, by=asked.by))
        graph = await asyncio.to_thread(directly_follows, traced, limit=_MOST_EDGES)
        if not graph.edges:
            raise Conflict("Nothing follows anything yet, so there is nothing to view.")
        writer = await self._choose(owner, asked.model_id)
        yield Started({"model": writer.client.model, "name": asked.name, "of": graph.of, "by": graph.by})
        draft: ViewDraft | None = None
        async with aclosing(_drafted(writer, _messages(asked, graph))) as pieces:
            async for piece in pieces:
                if isinstance(piece, ViewDraft):
                    draft = piece
                else:
                    yield piece
        if draft is None:
            raise ModelMalformed("The model called a tool instead of answering.")
        view = _view(asked, graph, draft, writer.client.model)
        await self._keep(owner, view, generation)
        yield Done({"output": view.description, **view.model_dump(mode="json")})

    async def get(self, owner: str, name: str) -> KeptView:
        """The view of a name. Raises NotFound."""
        item = await self._table.get(owner, _id(name))
        if item is None:
            raise NotFound(f"There is no view {name}.")
        return KeptView.model_validate_json(item["text"])

    async def forget(self, owner: str, user_id: str) -> None:
        """Removes the views of a user; safe to repeat."""
        await forget(self._table, owner, _id(""), user_id)

    async def _keep(self, owner: str, view: KeptView, generation: int) -> None:
        item = {"id": _id(view.name), "text": view.model_dump_json()}
        await self._table.write(owner, item | ({"user": view.user_id} if view.user_id else {}))
        try:
            await self._materials.require(owner, view.user_id, generation)
        except NotFound:
            await self._table.delete(owner, _id(view.name))
            raise


def viewed(graph: EventGraph, view: KeptView) -> EventGraph:
    """The part of a graph that the view is of: its nodes, and the edges between them."""
    labels = {label for stage in view.stages for label in stage.labels}
    nodes = [node for node in graph.nodes if node.label in labels]
    ids = {node.id for node in nodes}
    edges = [edge for edge in graph.edges if edge.source in ids and edge.target in ids]
    return graph.model_copy(update={"nodes": nodes, "edges": edges})


async def _drafted(writer: Writer, messages: Messages) -> AsyncGenerator[Content | Reset | ViewDraft, None]:
    """The pieces of the description, then the draft."""
    options: ToolOptions = {"max_tokens": _MOST_TOKENS, **writer.options}
    calls = writer.client.preview(messages, response_model=ViewDraft, field="description", **options)
    async with aclosing(calls) as pieces:
        async for piece in pieces:
            match piece:
                case Preview(text):
                    yield Content(text)
                case Again(reason):
                    yield Reset(reason)
                case ViewDraft():
                    yield piece


def _messages(asked: View, graph: EventGraph) -> Messages:
    """Nodes are numbered from 1, in their order."""
    nodes = graph.nodes[:_MOST_NODES]
    numbers = {node.id: number for number, node in enumerate(nodes, 1)}
    kinds = [
        f"{number}. {line(node.label, _MOST_LABEL)} "
        f"({node.count} times, starts {node.starts}, ends {node.ends})"
        for number, node in enumerate(nodes, 1)
    ]
    follows = [
        f"{numbers[edge.source]} → {numbers[edge.target]} · {edge.count} times, "
        f"median lag {edge.median_lag_seconds:g} s"
        for edge in graph.edges
        if edge.source in numbers and edge.target in numbers
    ]
    language = asked.language or language_of(asked.focus or " ".join(node.label for node in nodes)) or "en"
    parts = [fenced("graph", [*kinds, *follows])]
    parts += [question(asked.focus)] if asked.focus and asked.focus.strip() else []
    return chat(_RULES, *parts, wanted("Write the view.", language=language))


def _view(asked: View, graph: EventGraph, draft: ViewDraft, model: str) -> KeptView:
    """What a draft comes to. Raises ModelMalformed if it says nothing of the graph."""
    stages = _stages([node.label for node in graph.nodes[:_MOST_NODES]], draft.stages)
    description = _clean(draft.description, _MOST_DESCRIPTION)
    if not stages or not description:
        raise ModelMalformed("The model's view names nothing of the graph, or describes nothing.")
    return KeptView(
        name=asked.name,
        title=_clean(draft.title, _MOST_TITLE) or asked.name,
        description=description,
        stages=stages,
        user_id=asked.user_id,
        of=graph.of,
        by=graph.by,
        model=model,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _stages(labels: Sequence[str], drafts: Sequence[StageDraft]) -> list[Stage]:
    """The stages with what there is, each thing in the first one that names it."""
    left: dict[int, str] = dict(enumerate(labels, 1))
    stages = []
    for draft in drafts:
        some = [label for number in draft.nodes if (label := left.pop(number, None)) is not None]
        if some:
            stages.append(Stage(title=_clean(draft.title, _MOST_TITLE) or some[0], labels=some))
    return stages[:_MOST_STAGES]


def _clean(text: str, most: int) -> str:
    """A model's text as one paragraph, without what can't be shown."""
    whole = text[: 2 * most].encode(errors="ignore").decode()
    shown = "".join(character if character.isprintable() else " " for character in whole)
    return " ".join(shown.split())[:most]


def _id(name: str) -> str:
    return f"view#{name}"
