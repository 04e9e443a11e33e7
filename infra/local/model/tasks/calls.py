"""Calls of tools: of those whose name or description shares words with the question, each its own.

What does not belong here: what they are called with (`values`, `arguments`).
"""

import json
import re
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.protocol import Call
from infra.local.model.tasks.arguments import arguments, own_words
from infra.local.model.tasks.values import Values
from infra.local.model.tasks.vocabulary import topics
from infra.local.model.tools import Tool, Tools

_CLAUSE_END = re.compile(
    r"[,;!?，；。？！、]\s*|\.\s+|\s+and\s+(?:then\s+)?|以及|还有|并且|[和并]", re.IGNORECASE
)
_READ = 4000  # characters of the question: it stands at the end of what is pasted
_MAX_CALLS = 16  # of one tool


def reply(prompt: Prompt) -> list[Call] | None:
    """The calls, or None if no tool is asked for."""
    tools = Tools.of(prompt.body)
    if not tools.offered or prompt.ends_with_result:
        return None
    question = prompt.question[-_READ:]
    chosen = [tools.named] if tools.named else _chosen(tools, question)
    if not chosen:
        return None
    own = frozenset().union(*map(own_words, chosen))
    whole = Values(question, own)
    if len(chosen) == 1:
        return _calls(chosen[0], whole, whole, tools)
    parts = zip(chosen, _parts(question, chosen), strict=True)
    return [call for tool, part in parts for call in _calls(tool, Values(part, own), whole, tools)]


def _calls(tool: Tool, values: Values, elsewhere: Values, tools: Tools) -> list[Call]:
    """One call, or one for each of the values that the question lists."""
    calls: list[Call] = []
    one_each = tools.parallel and not tools.named and len(tool.parameters.get("required", [])) == 1
    left: Values | None = values
    while left and len(calls) < _MAX_CALLS:
        calls.append(Call(tool.name, _json(arguments(tool, left, elsewhere))))
        left = left.listed() if one_each else None
    return calls


def _chosen(tools: Tools, question: str) -> list[Tool]:
    """The tool that shares most with the question, and those that share something else with it."""
    shared = {tool.name: _shared(tool, question) for tool in tools.offered}
    ranked = sorted(tools.offered, key=lambda tool: len(shared[tool.name]), reverse=True)
    chosen = ranked[: tools.required]
    covered = frozenset().union(*(shared[tool.name] for tool in chosen))
    for tool in ranked:
        if shared[tool.name] - covered and (tools.parallel or not chosen):
            chosen.append(tool)
            covered |= shared[tool.name]
    return sorted(chosen, key=tools.offered.index)


def _shared(tool: Tool, text: str) -> frozenset[str]:
    """The meanings that the tool's name and description share with a text."""
    shared = topics(f"{tool.name} {tool.description}") & topics(text)
    literally = re.search(rf"(?<![\w-]){tool.name}(?![\w-])", text, re.ASCII)
    return shared | {tool.name} if literally else shared


def _parts(question: str, chosen: list[Tool]) -> list[str]:
    """The question's clauses, shared out to the tools; one that speaks of none goes with that before it."""
    parts = {tool.name: "" for tool in chosen}
    turn, start = chosen[0], 0
    for end in [*(mark.end() for mark in _CLAUSE_END.finditer(question)), len(question)]:
        clause = question[start:end]
        best = max(chosen, key=lambda tool: len(_shared(tool, clause)))
        turn = best if _shared(best, clause) else turn
        parts[turn.name] += clause
        start = end
    return [parts[tool.name] for tool in chosen]


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
