"""A model's opinion of the edges: one call for all of them.

What belongs here: the prompt, the call, and what an opinion makes of an edge. What does not: what becomes of
a run whose model fails (`generate`).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated

from pydantic import BaseModel, BeforeValidator

from freshet.behaviour.causal.edge import CausalEdge, ModelOpinion, Relation, Verdict
from freshet.behaviour.prompt import DATA, Messages, chat, fenced, line, wanted
from freshet.llm.options import ToolOptions
from freshet.llm.writer import Writer

MOST_JUDGED = 150  # edges, the surest ones: an answer of 10,000 tokens
_TOKENS, _EDGE_TOKENS = 1_000, 100  # of an answer that never ends; and for each edge
_MOST_NAME, _MOST_REASON = 120, 300  # characters
_REJECTED = 0.3  # the confidence of a rejected edge, at most

_RULES = f"""You judge the edges of a causal graph that was counted from a log. Each line of <graph> is an
edge: its number, cause → effect, how often it was seen, how many times as often as by chance, the median lag.
For every edge, one object:
- edge: its number.
- verdict: supports, if the cause can well bring about the effect; doubts, if both may rather have a common
  cause, or merely a routine behind them; rejects, if it makes no sense or runs the other way.
- type: causes (it brings the effect about by itself), triggers (it sets it off), enables (the effect needs
  it), leads_to (the one usually comes after the other), coincides (they only go together).
- reason: one short sentence, in the language that is wanted, without one in that of the names.
- Judge by what the names mean; the numbers are already counted. Judge every edge once. {DATA}"""


def _word(said: object) -> object:
    """A word as the schema has it, however a model writes it."""
    return said.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(said, str) else said


class Opinion(BaseModel):
    """What a model says of an edge, by its number."""

    edge: int
    verdict: Annotated[Verdict, BeforeValidator(_word)]
    type: Annotated[Relation, BeforeValidator(_word)] = "leads_to"
    reason: str = ""


async def judged(
    writer: Writer, edges: Sequence[CausalEdge], language: str | None
) -> AsyncGenerator[CausalEdge, None]:
    """Each edge with the model's opinion as soon as it has given it; those of which it has none don't come.

    At most `MOST_JUDGED`, the first ones. Opinions of edges that there are not, and second ones, are left
    out. Raises ModelError, after the good ones.
    """
    asked = {edge.id: edge for edge in edges[:MOST_JUDGED]}
    options: ToolOptions = {"max_tokens": _TOKENS + _EDGE_TOKENS * len(asked), **writer.options}
    opinions = writer.client.stream_items(_messages(edges, language), item_model=Opinion, **options)
    async with aclosing(opinions):
        async for opinion in opinions:
            if edge := asked.pop(opinion.edge, None):
                yield held(edge, opinion)


def held(edge: CausalEdge, opinion: Opinion) -> CausalEdge:
    """The edge with an opinion on it, and as sure as both together."""
    said = ModelOpinion(verdict=opinion.verdict, reason=_one_line(opinion.reason))
    sure = {
        "supports": (1 + edge.confidence) / 2,
        "doubts": edge.confidence / 2,
        "rejects": min(_REJECTED, edge.confidence / 4),
    }[opinion.verdict]
    kind = "leads_to" if opinion.verdict == "rejects" else opinion.type
    return edge.model_copy(update={"type": kind, "confidence": round(sure, 3), "model_opinion": said})


def _messages(edges: Sequence[CausalEdge], language: str | None) -> Messages:
    listed = [f"{edge.id}. {_told(edge)}" for edge in edges[:MOST_JUDGED]]
    return chat(_RULES, fenced("graph", listed), wanted("Judge every edge of the graph.", language=language))


def _told(edge: CausalEdge) -> str:
    names = f"{line(edge.cause, _MOST_NAME)} → {line(edge.effect, _MOST_NAME)}"
    return f"{names} · {edge.support} times, lift {edge.lift:.3g}, median lag {edge.lag:.3g} s"


def _one_line(reason: str) -> str:
    return " ".join("".join(one for one in reason if one.isprintable() or one.isspace()).split())[
        :_MOST_REASON
    ]
