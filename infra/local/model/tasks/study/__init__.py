"""Study material: notes on it, exercise questions about it, answers to them, grades. Told by the schema.

What does not belong here: schemas that are not of exercises (`tasks.schema`).
"""

import json
from collections.abc import Callable
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.study import answering, grading, notes, questions

# By the name of the schema that the answer has to fit.
_TASKS: dict[str, Callable[[Prompt], dict[str, Any] | None]] = {
    "Notes": notes.noted,
    "Reduction": notes.reduced,
    "Draft_items": questions.written,
    "Draft": questions.mended,
    "BlindAnswer": answering.answered,
    "Judgement": grading.judged,
}


def reply(prompt: Prompt) -> str | None:
    """JSON of the shape that is asked for; None if it is none of exercises."""
    wanted = prompt.body.get("response_format") or {}
    task = _TASKS.get((wanted.get("json_schema") or {}).get("name", ""))
    said = task(prompt) if task else None
    return None if said is None else json.dumps(said, ensure_ascii=False)
