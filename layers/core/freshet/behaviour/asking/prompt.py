"""Prompts of questions: events and edges as numbered lines, and what is to be made of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from freshet.behaviour.causal.edge import CausalEdge
from freshet.behaviour.event import Event
from freshet.behaviour.prompt import DATA, NO_ANSWER, Messages, chat, fenced, line, question, wanted

_EVENTS = f"""You answer a question about what somebody did, from the list of events in <events>, and from
nothing else. Each line is an event: its number, its date and time, its type, its title, and in brackets what
it consists of.
- Answer in the language that is wanted, without one in the question's; briefly and to the point.
- After every statement name its events by their numbers in square brackets, like [1] or [2][3].
- Count and add up with care; never invent events, times or numbers.
- Where not all events are listed, say so if the answer depends on it.
- If the events do not contain the answer, reply exactly: {NO_ANSWER}
- {DATA}"""

_GRAPH = f"""You answer a question from a part of a causal graph, the edges in <graph>, and from nothing else.
Each line is an edge: its number, cause → effect, and what is known of it: how often it was seen, the median
lag, how sure it is.
- Answer in the language that is wanted, without one in the question's; briefly, following the edges in order.
- After every statement name its edges by their numbers in square brackets, like [1] or [2][3].
- Say how sure it is where edges are not (below 0.5), and what doubts there are. An edge says what tends to
  come about, not what happened once. Never invent causes, effects or numbers.
- If the edges do not answer the question, reply exactly: {NO_ANSWER}
- {DATA}"""

_LINK = f"""You find out what a question about a causal graph is about. <names> are the graph's kinds of
events, each with its number.
- entities: the numbers of those that the question means, in its words or in others, in any language; at most
  5, in the order of the question; empty if it means none of them.
- whole: true if it asks about all of the graph, as "what are the strongest causes?" does.
- Never guess. {DATA}"""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOST_TITLE, _MOST_DETAIL, _MOST_NAME = 100, 160, 120  # characters


def events_messages(
    asked: str,
    events: Sequence[Event],
    said: Mapping[str, str],
    *,
    of: Sequence[Event],
    now: datetime,
    language: str | None,
) -> Messages:
    """Chat messages for an answer from `events`, number 1 first, chosen among `of`.

    `said` is what each consists of, by its id.
    """
    listed = [_event(number, event, said.get(event.id, "")) for number, event in enumerate(events, 1)]
    last = datetime.fromisoformat(of[-1].start).date()
    today = f"Today is {_day(now.date())}; the last event is from {_day(last)}."
    parts = [fenced("events", listed), today, *_left_out(events, of), question(asked)]
    return chat(_EVENTS, *parts, wanted("Answer the question from the events.", language=language))


def graph_messages(
    asked: str, edges: Sequence[CausalEdge], ways: Sequence[str], *, language: str | None
) -> Messages:
    """Chat messages for an answer from edges, number 1 first; `ways` say how they hang together."""
    listed = [f"[{number}] {_edge(edge)}" for number, edge in enumerate(edges, 1)]
    graph = fenced("graph", [*listed, *(line(way, 500) for way in ways)])
    return chat(
        _GRAPH, graph, question(asked), wanted("Answer the question from the graph.", language=language)
    )


def link_messages(asked: str, names: Sequence[str]) -> Messages:
    """Chat messages that ask which names a question means, number 1 first."""
    listed = [f"{number}. {line(name, _MOST_NAME)}" for number, name in enumerate(names, 1)]
    return chat(_LINK, fenced("names", listed), question(asked), "Which of the names does the question mean?")


def _event(number: int, event: Event, consists: str) -> str:
    start, end = datetime.fromisoformat(event.start), datetime.fromisoformat(event.end)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
    when = f"{start:%Y-%m-%d} {_DAYS[start.weekday()]} {start:%H:%M}–{until}"
    of = f" ({line(consists, _MOST_DETAIL)})" if consists else ""
    return f"[{number}] {when} {line(event.type, 40)}: {line(event.title, _MOST_TITLE)}{of}"


def _left_out(shown: Sequence[Event], of: Sequence[Event]) -> Iterator[str]:
    """What is known of those that are not listed."""
    if len(shown) < len(of):
        types = Counter(event.type for event in of).most_common()
        counts = ", ".join(f"{line(type_, 40)} {count}" for type_, count in types)
        yield f"There are {len(of)} events in all ({counts}); the {len(shown)} that fit best are listed."


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d} ({_DAYS[day.weekday()]})"


def _edge(edge: CausalEdge) -> str:
    told = [
        edge.type.replace("_", " "),
        f"{edge.support} times",
        f"median lag {_lag(edge.lag)}",
        f"confidence {edge.confidence:.2f}",
    ]
    if (opinion := edge.model_opinion) and opinion.verdict != "supports":
        told.append(f"a model {opinion.verdict} it: {line(opinion.reason, 120)}")
    return f"{line(edge.cause, _MOST_NAME)} → {line(edge.effect, _MOST_NAME)} ({', '.join(told)})"


def _lag(seconds: float) -> str:
    """A time that a person reads."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"
