"""What the stand-in can do: one module a task, and the order in which a prompt is tried against them."""

from collections.abc import Callable
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.protocol import Reply
from infra.local.model.tasks import answer, behaviour, calls, chat, follow_up, results, schema, study, summary

# A task takes a prompt and answers, or says by None that the prompt is not for it.
Task = Callable[[Prompt], Reply | None]
TASKS: tuple[Task, ...] = (
    calls.reply,
    study.reply,
    behaviour.reply,
    schema.reply,
    results.reply,
    follow_up.reply,
    answer.reply,
    summary.reply,
    chat.reply,
)


def reply(body: dict[str, Any]) -> Reply:
    """The answer to a checked chat request: text, or calls of tools."""
    prompt = Prompt(body)
    return next(said for task in TASKS if (said := task(prompt)) is not None)
