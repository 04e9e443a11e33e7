"""Calls of tools: of those that the question asks for, each its own.

A search, a calculation and the time are asked for by the kind of question; of any other tool its name or its
description shares words with the question. A search also takes what no other tool is for.

What does not belong here: what a tool is for (`purposes`), what it is called with (`values`, `arguments`).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.protocol import Call
from infra.local.model.tasks.arguments import arguments, arguments_for, own_words
from infra.local.model.tasks.arithmetic import expressions
from infra.local.model.tasks.asking import asks, asks_time, begins_to_ask
from infra.local.model.tasks.purposes import Purpose, purpose, query_of
from infra.local.model.tasks.values import Values
from infra.local.model.tasks.vocabulary import topics
from infra.local.model.tools import Tool, Tools

_CLAUSE_END = re.compile(
    r"(?:,(?!\d)|[;!?，；。？！、])\s*|\.\s+|\s+and\s+(?:then\s+)?|以及|还有|并且|[和并]", re.IGNORECASE
)
_JOINT = re.compile(r"[\s,;，；、]+$|(?:\s+and(?:\s+then)?|以及|还有|并且|[和并])\s*$", re.IGNORECASE)
_READ = 4000  # characters of the question: it stands at the end of what is pasted
_MAX_CALLS = 16  # of one tool


def reply(prompt: Prompt) -> list[Call] | None:
    """The calls, or None if no tool is asked for, or tools have spoken already."""
    tools = Tools.of(prompt.body)
    if not tools.offered or prompt.results:
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
    query = query_of(tool)
    if query and _is_whole_query(tool, values.text):
        asked = _JOINT.sub("", values.text.strip())
        return [Call(tool.name, _json(arguments_for(tool, query, asked, elsewhere)))]
    calls: list[Call] = []
    one_each = tools.parallel and not tools.named and len(tool.parameters.get("required", [])) <= 1
    left: Values | None = values
    while left and len(calls) < _MAX_CALLS:
        call = Call(tool.name, _json(arguments(tool, left, elsewhere)))
        if calls and not left.gave:  # what else is listed is nothing for this tool
            break
        calls.append(call)
        left = left.listed() if one_each else None
    return calls


def _is_whole_query(tool: Tool, text: str) -> bool:
    """Whether all of a text is searched for; one that says itself that it searches tells what for."""
    return purpose(tool) is Purpose.SEARCH and not _shared(tool, text) and asks(text)


def _chosen(tools: Tools, question: str) -> list[Tool]:
    """The tool that shares most with the question, those that share something else with it, and a search."""
    shared = {tool.name: _shared(tool, question) for tool in tools.offered}
    ranked = sorted(tools.offered, key=lambda tool: len(shared[tool.name]), reverse=True)
    chosen: list[Tool] = []
    covered: frozenset[str] = frozenset()
    for tool in ranked:
        if shared[tool.name] - covered and (tools.parallel or not chosen):
            chosen.append(tool)
            covered |= shared[tool.name]
    if tools.parallel or not chosen:
        chosen += _search_for_the_rest(tools, question, chosen)
    return sorted(chosen or ranked[: tools.required], key=tools.offered.index)


def _search_for_the_rest(tools: Tools, question: str, chosen: list[Tool]) -> list[Tool]:
    """The search that is nearest to the question, if some of it is asked and no chosen tool is for that."""
    searches = [tool for tool in tools.offered if purpose(tool) is Purpose.SEARCH]
    if not searches or any(tool in chosen for tool in searches):
        return []
    if chosen:
        clauses = (_JOINT.sub("", clause) for clause in _clauses(question))
        rest = (clause for clause in clauses if not any(_shared(tool, clause) for tool in chosen))
        is_asked = any(map(begins_to_ask, rest))
    else:
        is_asked = asks(question)
    about = topics(question)
    nearest = max(searches, key=lambda tool: len(topics(f"{tool.name} {tool.description}") & about))
    return [nearest] if is_asked else []


def _shared(tool: Tool, text: str) -> frozenset[str]:
    """What the tool shares with a text: the meanings of words, or that the one is for what the other asks."""
    literally = re.search(rf"(?<![\w-]){tool.name}(?![\w-])", text, re.ASCII)
    return _meant(tool, text) | {tool.name} if literally else _meant(tool, text)


def _meant(tool: Tool, text: str) -> frozenset[str]:
    shared = topics(f"{tool.name} {tool.description}") & topics(text)
    match purpose(tool):
        case Purpose.CALCULATION:
            return frozenset({"calculate"} if expressions(text) else ())
        case Purpose.CLOCK:
            return frozenset({"time"} if asks_time(text) else ())
        case Purpose.SEARCH:
            return shared | {"search"} if "search" in topics(text) else frozenset()
    return shared


def _parts(question: str, chosen: list[Tool]) -> list[str]:
    """The question's clauses, shared out to the tools; one that speaks of none goes with that before it."""
    parts = {tool.name: "" for tool in chosen}
    searches = [tool for tool in chosen if purpose(tool) is Purpose.SEARCH]
    turn = chosen[0]
    for clause in _clauses(question):
        said = _JOINT.sub("", clause)
        best = max(chosen, key=lambda tool: len(_shared(tool, said)))
        if _shared(best, said):
            turn = best
        elif searches and begins_to_ask(said):
            turn = searches[0]
        parts[turn.name] += clause
    return [parts[tool.name] for tool in chosen]


def _clauses(question: str) -> Iterator[str]:
    start = 0
    for end in [*(mark.end() for mark in _CLAUSE_END.finditer(question)), len(question)]:
        yield question[start:end]
        start = end


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
