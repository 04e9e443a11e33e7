"""A view of an event graph: its nodes in stages, by how far they are from where most sequences begin.

    1. 打开 (35 times, starts 3, ends 2)
    1 → 2 · 12 times, median lag 40 s

What does not belong here: what the nodes mean, which nobody here knows.
"""

import re
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.behaviour.activities import tongue

_NODE = re.compile(
    r"^(?P<number>\d+)\. (?P<label>.+) \(\d+ times, starts (?P<starts>\d+), ends \d+\)$", re.MULTILINE
)
_EDGE = re.compile(r"^(?P<source>\d+) → (?P<target>\d+)\b", re.MULTILINE)
_STAGES = 4
_NAMED = 3
_SAYS = {
    "en": (
        "Course of events",
        "It begins with {}. Then come {}. The stand-in orders by numbers alone.",
        "Stage {}",
    ),
    "zh": ("事件流程", "从{}开始，随后是{}。替身仅按统计数字排序。", "阶段 {}"),
}


def drafted(prompt: Prompt) -> dict[str, Any]:
    """`{title, description, stages: [{title, nodes}]}`"""
    graph = prompt.fenced("graph")
    nodes = sorted(_NODE.finditer(graph), key=lambda node: -int(node["starts"]))
    labels = {int(node["number"]): node["label"] for node in nodes}
    pairs = [(int(edge["source"]), int(edge["target"])) for edge in _EDGE.finditer(graph)]
    spoken = tongue(str(prompt.wanted.get("language") or "en"))
    title, description, stage = _SAYS[spoken]
    comma = {"en": ", ", "zh": "、"}[spoken]
    stages = _stages(list(labels), pairs)
    named = [comma.join(labels[number] for number in nodes[:_NAMED]) for nodes in stages]
    return {
        "title": title,
        "description": description.format(named[0] if named else "–", comma.join(named[1:]) or "–"),
        "stages": [{"title": stage.format(at), "nodes": nodes} for at, nodes in enumerate(stages, 1)],
    }


def _stages(nodes: list[int], pairs: list[tuple[int, int]]) -> list[list[int]]:
    """Nodes by their distance from the first one along the edges; the rest comes last."""
    stages = [nodes[:1]] if nodes else []
    placed = set(nodes[:1])
    while len(stages) < _STAGES and stages[-1:]:
        following = dict.fromkeys(target for source, target in pairs if source in stages[-1])
        further = [node for node in following if node in nodes and node not in placed]
        if not further:
            break
        stages.append(further)
        placed.update(further)
    rest = [node for node in nodes if node not in placed]
    return [*stages, rest] if rest else stages
