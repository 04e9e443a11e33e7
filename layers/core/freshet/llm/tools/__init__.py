"""Tools: functions that a model may call, and the loop in which it calls them.

    @tool
    async def weather(city: str, days: Annotated[int, Field(ge=1, le=7)] = 1) -> Forecast:
        \"\"\"The weather of a city.\"\"\"

What belongs here: definitions, arguments in, results out, rounds. What does not: how a provider spells a tool
(`freshet.llm.providers`), how the deltas of a call are joined (`freshet.llm.completion`).
"""

from freshet.llm.tools.definition import AnyTool, Tool, as_tools, definitions, tool
from freshet.llm.tools.loop import Stream, ToolChoice, run_tools
from freshet.llm.tools.results import ToolError, ToolResult

__all__ = [
    "AnyTool",
    "Stream",
    "Tool",
    "ToolChoice",
    "ToolError",
    "ToolResult",
    "as_tools",
    "definitions",
    "run_tools",
    "tool",
]
