"""Writers: the models that write, answer and grade; which one is chosen by the caller.

What does not belong here: how a configuration becomes a client (`freshet.wiring`).
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from freshet.llm import LLMClient
from freshet.llm.options import ToolOptions


@dataclass(frozen=True, slots=True)
class Writer:
    """A configured model. `options` go with every call; `files`: its endpoint reads files (`fileid://`)."""

    client: LLMClient
    model_id: int
    options: ToolOptions = field(default_factory=ToolOptions)
    files: bool = False


Choose = Callable[
    [str, int], Coroutine[Any, Any, Writer]
]  # of an owner, by id; raises NotFound, ModelAuthentication
