"""Behaviours: events in a log, opinions on causes, tags, views, and questions about events and graphs.

Told by the schema, or by the fences of a question. What does not belong here: other schemas (`tasks.schema`).
"""

import json
from collections.abc import Callable
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.behaviour import asking, causes, digest, events, linking, tagging, views

# By the name of the schema that the answer has to fit.
_TASKS: dict[str, Callable[[Prompt], dict[str, Any]]] = {
    "EventDraft_items": events.drafted,
    "Opinion_items": causes.judged,
    "Linked": linking.linked,
    "Tagging_items": tagging.tagged,
    "ViewDraft": views.drafted,
}


def reply(prompt: Prompt) -> str | None:
    """JSON of the shape that is asked for, or the answer to a question; None if it is none of behaviours."""
    wanted = prompt.body.get("response_format") or {}
    if wanted:
        task = _TASKS.get((wanted.get("json_schema") or {}).get("name", ""))
        return json.dumps(task(prompt), ensure_ascii=False) if task else None
    if prompt.fenced("question") and not prompt.sources:
        if prompt.fenced("events"):
            return asking.of_events(prompt)
        if prompt.fenced("graph"):
            return asking.of_graph(prompt)
    return digest.told(prompt)
