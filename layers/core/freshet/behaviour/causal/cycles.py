"""Cycles: edges that lead back to where they began.

Two nodes are in one cycle if each can be reached from the other: strongly connected components, found by two
walks (S. R. Kosaraju; M. Sharir, "A strong-connectivity algorithm", 1981).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Pair = tuple[int, int]


def cycles(edges: Sequence[Pair]) -> dict[Pair, int]:
    """The edges that are part of a cycle, each with its cycle's number: from 1, in the order of the edges."""
    onward, back = _beside(edges), _beside((effect, cause) for cause, effect in edges)
    seen: set[int] = set()
    left = [node for start in onward if start not in seen for node in _walk(onward, start, seen)]
    seen.clear()
    component = {
        node: start for start in reversed(left) if start not in seen for node in _walk(back, start, seen)
    }
    numbers: dict[int, int] = {}
    return {
        (cause, effect): numbers.setdefault(component[cause], len(numbers) + 1)
        for cause, effect in edges
        if component[cause] == component[effect]
    }


def _beside(edges: Iterable[Pair]) -> Mapping[int, list[int]]:
    beside: dict[int, list[int]] = defaultdict(list)
    for cause, effect in edges:
        beside[cause].append(effect)
        beside[effect] += []
    return beside


def _walk(beside: Mapping[int, list[int]], start: int, seen: set[int]) -> list[int]:
    """What can be reached and was not seen, in the order in which a depth-first walk leaves it."""
    seen.add(start)
    left, path = [], [(start, iter(beside[start]))]
    while path:
        node, further = path[-1]
        fresh = next((one for one in further if one not in seen), None)
        if fresh is None:
            left.append(node)
            path.pop()
        else:
            seen.add(fresh)
            path.append((fresh, iter(beside[fresh])))
    return left
