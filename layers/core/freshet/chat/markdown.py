"""A conversation as Markdown (CommonMark): a heading a message, and below it the text as it was written.

What a model wrote is itself Markdown, so it stands as it is, with its last code block closed if it left that
open. What tools got and gave is in code blocks that it can't break out of.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from freshet.chat.conversations import ConversationHead
from freshet.chat.turn import Message, Turn

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)")
_ENDS = {"failed": "Failed", "stopped": "Stopped", "running": "Not finished yet"}


def opening(head: ConversationHead) -> str:
    """What comes before the turns: title, date, system prompt."""
    blocks = [f"# {_plain(head.title)}", _time(head.created_at)]
    if head.system_prompt:
        blocks += ["## System", closed(head.system_prompt)]
    return _joined(blocks)


def turn(turn: Turn) -> str:
    """A turn: its messages, then its sources, then how it ended if that was no answer."""
    names = {str(call.get("id")): name for message in turn.messages for call, name in _calls(message)}
    blocks: list[str] = []
    for message in turn.messages:
        blocks += [_heading(message, turn, names), *_body(message)]
    if turn.reasoning:
        blocks += ["**Reasoning**", _quoted(turn.reasoning)]
    if turn.citations:
        blocks += ["**Sources**", "\n".join(map(_source, turn.citations))]
    if turn.status in _ENDS:
        said = f": {_plain(str(turn.error['detail']))}" if turn.error else ""
        blocks.append(f"**{_ENDS[turn.status]}**{said}")
    return _joined(blocks)


def closed(text: str) -> str:
    """The text, and the end of a code block that it leaves open."""
    fence = ""
    for line in re.split(r"\r\n?|\n", text):
        if found := _FENCE.fullmatch(line):
            marks, rest = found.groups()
            if not fence:
                fence = marks
            elif marks.startswith(fence) and not rest.strip():
                fence = ""
    return f"{text}\n{fence}" if fence else text


def fenced(text: str, language: str = "") -> str:
    """The text as a code block, with marks that are longer than any in it."""
    longest = max(map(len, re.findall(r"`{3,}", text)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{language}\n{text}\n{marks}"


def _heading(message: Message, turn: Turn, names: Mapping[str, str]) -> str:
    role = str(message.get("role"))
    told = {"assistant": turn.model, "tool": names.get(str(message.get("tool_call_id")), "")}.get(role, "")
    parts = [_plain(role.capitalize()), _plain(told), _time(turn.created_at)]
    return "## " + " · ".join(filter(None, parts))


def _body(message: Message) -> Iterator[str]:
    content = message.get("content")
    for part in content if isinstance(content, list) else [content]:
        match part:
            case None | "":
                continue
            case str() if message.get("role") == "tool":
                yield fenced(part)
            case str() | {"type": "text", "text": str()}:
                yield closed(part if isinstance(part, str) else part["text"])
            case {"type": "image_url", "image_url": {"url": str(url)}}:
                yield f"![image](<{url}>)"
            case _:
                yield fenced(_json(part), "json")
    for call, name in _calls(message):
        yield f"**Calls** {_plain(name)}"
        yield fenced(_arguments(call), "json")


def _calls(message: Message) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each call with the name of its function; a client's messages may hold anything."""
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        match call:
            case {"function": {"name": str(name)}}:
                yield call, name


def _arguments(call: Mapping[str, Any]) -> str:
    arguments = call["function"].get("arguments") or "{}"
    try:
        return _json(json.loads(arguments))
    except (TypeError, ValueError, RecursionError):  # a model's: they may be no JSON
        return str(arguments)


def _source(citation: Mapping[str, Any]) -> str:
    page = f", p. {citation['page']}" if citation.get("page") else ""
    quote = _plain(" ".join(str(citation.get("quote", "")).split()))
    marker = _plain(f"[{citation['marker']}] ") if citation.get("marker") else ""
    return f"- {marker}“{quote}” — {_plain(str(citation.get('filename', '')))}{page}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in closed(text).splitlines())


def _plain(text: str) -> str:
    """The text as itself, whatever of it means something in Markdown."""
    return _SPECIAL.sub(r"\\\1", text)


def _time(iso: str) -> str:
    return f"{iso[:16].replace('T', ' ')} UTC"


def _joined(blocks: list[str]) -> str:
    return "".join(f"{block}\n\n" for block in blocks)
