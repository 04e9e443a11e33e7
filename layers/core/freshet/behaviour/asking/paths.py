"""Ways through a causal graph: the strongest from one thing to another, and what is around a thing.

The strength of a way is the product of its edges' confidences; the strongest one is found by Dijkstra's
algorithm ("A note on two problems in connexion with graphs", 1959), as all factors are at most 1.
"""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

from freshet.behaviour.causal.edge import CausalEdge


@dataclass(frozen=True, slots=True)
class Way:
    """Edges one after the other, from a cause to an effect."""

    edges: tuple[CausalEdge, ...]

    @property
    def strength(self) -> float:
        """The product of the confidences."""
        return prod(edge.confidence for edge in self.edges)

    @property
    def text(self) -> str:
        """`A → B → C`."""
        return " → ".join([self.edges[0].cause, *(edge.effect for edge in self.edges)])


def ways_between(edges: Sequence[CausalEdge], things: Sequence[str]) -> list[Way]:
    """The strongest way between each two of the things, whichever way it leads; the strongest first.

    Where both directions are as strong, the one that leads from what stands first.
    """
    found = {thing: strongest(edges, thing) for thing in things}
    ways = []
    for one, other in combinations(things, 2):
        both = [way for way in (found[one].get(other), found[other].get(one)) if way]
        if both:
            ways.append(max(both, key=lambda way: way.strength))
    return sorted(ways, key=lambda way: -way.strength)


def around(edges: Sequence[CausalEdge], thing: str, *, causes: bool, far: bool, most: int) -> list[Way]:
    """The strongest ways that lead to the thing (its causes) or from it (its effects); the strongest first.

    Unless `far` is wanted, they have one edge each.
    """
    if far:
        ways = list(strongest(edges, thing, backwards=causes).values())
    else:
        near = [edge for edge in edges if (edge.effect if causes else edge.cause) == thing]
        ways = [Way((edge,)) for edge in near if edge.cause != edge.effect]
    return sorted(ways, key=lambda way: (-way.strength, len(way.edges)))[:most]


def strongest(edges: Sequence[CausalEdge], start: str, *, backwards: bool = False) -> dict[str, Way]:
    """The strongest way from `start` to each thing that can be reached; `backwards`: from each to it."""
    beside: dict[str, list[CausalEdge]] = defaultdict(list)
    for edge in edges:
        beside[edge.effect if backwards else edge.cause].append(edge)
    found: dict[str, Way] = {}
    queue: list[tuple[float, int, tuple[int, ...], str, tuple[CausalEdge, ...]]] = [(-1.0, 0, (), start, ())]
    while queue:
        strength, _, _, thing, way = heapq.heappop(queue)
        if thing in found or (thing == start and way):
            continue
        if way:
            found[thing] = Way(way)
        for edge in beside[thing]:
            longer = (edge, *way) if backwards else (*way, edge)
            ids = tuple(one.id for one in longer)
            further = edge.cause if backwards else edge.effect
            if edge.confidence > 0:
                heapq.heappush(queue, (strength * edge.confidence, len(longer), ids, further, longer))
    return found
