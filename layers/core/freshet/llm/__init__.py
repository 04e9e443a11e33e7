"""The model client: `LLMClient.stream` is the one path to a model, the rest folds it.

Importing this is cheap; a vendor's SDK comes with the first call.
"""

from freshet.errors import (
    Invalid,
    ModelAuthentication,
    ModelBadRequest,
    ModelClosed,
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefused,
    ModelTimeout,
    QueueFull,
)
from freshet.llm.batch import BatchItem
from freshet.llm.bounded import gather_with_limit, run_with_timeout
from freshet.llm.bridge import iterate_sync, run_sync
from freshet.llm.client import LLMClient, Stats
from freshet.llm.completion import Completion, Metrics, ToolCall
from freshet.llm.endpoint import Endpoint, Price
from freshet.llm.events import Event, Finish, ReasoningDelta, Reset, TextDelta, ToolCallDelta, Usage
from freshet.llm.generation import Admit, Expect, Expected, Generation, Settle
from freshet.llm.options import Options
from freshet.llm.request import Messages, Request
from freshet.llm.structured import Preview
from freshet.llm.tokens import estimate_prompt_tokens, estimate_tokens
from freshet.llm.tools import Tool, ToolError, ToolResult, tool

__all__ = [
    "Admit",
    "BatchItem",
    "Completion",
    "Endpoint",
    "Event",
    "Expect",
    "Expected",
    "Finish",
    "Generation",
    "Invalid",
    "LLMClient",
    "Messages",
    "Metrics",
    "ModelAuthentication",
    "ModelBadRequest",
    "ModelClosed",
    "ModelCut",
    "ModelError",
    "ModelMalformed",
    "ModelNotFound",
    "ModelOverloaded",
    "ModelRateLimited",
    "ModelRefused",
    "ModelTimeout",
    "Options",
    "Preview",
    "Price",
    "QueueFull",
    "ReasoningDelta",
    "Request",
    "Reset",
    "Settle",
    "Stats",
    "TextDelta",
    "Tool",
    "ToolCall",
    "ToolCallDelta",
    "ToolError",
    "ToolResult",
    "Usage",
    "estimate_prompt_tokens",
    "estimate_tokens",
    "gather_with_limit",
    "iterate_sync",
    "run_sync",
    "run_with_timeout",
    "tool",
]
