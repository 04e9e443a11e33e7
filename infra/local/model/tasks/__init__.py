"""What the stand-in can do: one module a task, and the order in which a prompt is tried against them."""

from collections.abc import Callable
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks import answer, chat, follow_up, schema, summary

# A task takes a prompt and answers, or says by None that the prompt is not for it.
Task = Callable[[Prompt], str | None]
TASKS: tuple[Task, ...] = (schema.reply, follow_up.reply, answer.reply, summary.reply, chat.reply)


def reply(body: dict[str, Any]) -> str:
    """The answer to a checked chat request."""
    prompt = Prompt(body)
    return next(text for task in TASKS if (text := task(prompt)) is not None)
