"""Tools as a request offers them.

What does not belong here: what is refused (`tool_checks`), which tool is called (`tasks.calls`), how a call
is sent (`protocol`).
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that may be called; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tools:
    """What a request lets the model call. `named`: the one that it must call; `required`: at least one."""

    offered: tuple[Tool, ...] = ()
    named: Tool | None = None
    required: bool = False
    parallel: bool = True

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Tools":
        """Those of a checked body; none if its `tool_choice` is."""
        choice = body.get("tool_choice")
        if not body.get("tools") or choice == "none":
            return cls()
        offered = tuple(_tool(one["function"]) for one in body["tools"])
        name = choice["function"]["name"] if isinstance(choice, dict) else None
        named = next((tool for tool in offered if tool.name == name), None)
        return cls(offered, named, choice == "required", body.get("parallel_tool_calls") is not False)


def _tool(function: dict[str, Any]) -> Tool:
    return Tool(function["name"], function.get("description") or "", function.get("parameters") or {})
