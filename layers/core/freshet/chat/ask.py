"""What is asked of a model in a chat, whichever way it came: by the playground, or by OpenAI's API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from freshet.llm.tools import Tool


@dataclass(frozen=True, slots=True)
class Ask:
    """One turn. `messages` and `definitions` have the shapes of OpenAI's chat API.

    `tools` are run here, calls of the ready-made `definitions` are left to the caller. `params` are further
    members of the API's body (`temperature`, `max_tokens`, `tool_choice`, `response_format`, …).
    """

    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Tool] = ()
    definitions: Sequence[Mapping[str, Any]] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
