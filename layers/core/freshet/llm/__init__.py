"""The model client: `LLMClient.stream` is the one path to a model, the rest folds it.

Importing this is cheap; the vendor's SDK comes with the first call.
"""

from freshet.llm.client import LLMClient
from freshet.llm.completion import Completion, Metrics
from freshet.llm.events import Event, Finish, ReasoningDelta, Reset, TextDelta, ToolCallDelta, Usage
from freshet.llm.request import Messages, Request
from freshet.llm.tokens import estimate_prompt_tokens, estimate_tokens

__all__ = [
    "Completion",
    "Event",
    "Finish",
    "LLMClient",
    "Messages",
    "Metrics",
    "ReasoningDelta",
    "Request",
    "Reset",
    "TextDelta",
    "ToolCallDelta",
    "Usage",
    "estimate_prompt_tokens",
    "estimate_tokens",
]
