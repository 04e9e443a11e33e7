"""Opinions on the edges of a causal graph: by their numbers alone, and they say so."""

import re
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.behaviour.activities import tongue
from infra.local.model.text import language

_EDGE = re.compile(r"^\s*(?P<number>\d+)\. (?P<cause>.+?) → (?P<effect>.+?) · (?P<told>.*)$", re.MULTILINE)
_LIFT = re.compile(r"\blift (\d[\d.e+]*)")
_LAG = re.compile(r"\blag (\d[\d.e+-]*) s\b")
_SURE = 2.0  # times as often as by chance
_SOON = 60  # seconds
_SAYS = {
    "en": "Judged by the numbers alone: {}.",
    "zh": "仅根据统计数字判断：{}。",
}


def judged(prompt: Prompt) -> dict[str, Any]:
    """`{"items": [{edge, verdict, type, reason}]}`, one for each edge."""
    graph = prompt.fenced("graph")
    says = _SAYS[tongue(str(prompt.wanted.get("language") or language(_EDGE.sub(r"\2 \3", graph))))]
    return {"items": [_opinion(edge, says) for edge in _EDGE.finditer(graph)]}


def _opinion(edge: re.Match[str], says: str) -> dict[str, Any]:
    lift, lag = _LIFT.search(edge["told"]), _LAG.search(edge["told"])
    soon = lag is not None and float(lag[1]) <= _SOON
    return {
        "edge": int(edge["number"]),
        "verdict": "supports" if lift and float(lift[1]) >= _SURE else "doubts",
        "type": "triggers" if soon else "leads_to",
        "reason": says.format(edge["told"].strip()),
    }
