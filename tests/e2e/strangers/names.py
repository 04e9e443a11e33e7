"""What the names of parameters and members refer to: the things of a caller that a request can name.

A name has to stand in one of the two tables; `unknown` says which one does not. What does not belong here:
how things come about (`belongings.py`).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.e2e.strangers.routes import Operation, Place, closed

ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")  # as `freshet.ids` makes them

Things = dict[str, Any]
Reading = Callable[[Things], Any]


def _thing(kind: str) -> Reading:
    return lambda things: things[kind]


def _header(kind: str) -> Reading:
    return lambda things: {"x-secret": things[kind]}


# What stands for a thing at a place of that name. Where a name means something else on some routes, the route
# stands before it.
REFERENCES: dict[str, Reading] = {
    **{
        name: _thing(name)
        for name in (
            *("analysis_id", "attempt_id", "conversation_id", "document_id", "exercise_id", "graph_id"),
            *("key_id", "model_id", "model_name", "question_id", "response_id", "run_id", "secret_name"),
            *("tool_id", "user_id", "view", "concept"),
        )
    },
    "document_ids": _thing("document_id"),
    "fallbacks": _thing("other_model_id"),
    "tool_ids": _thing("tool_id"),
    "previous_response_id": _thing("response_id"),
    "model": _thing("model_name"),
    "key": _thing("secret_name"),
    "secret_headers": _header("secret_name"),
    "answers": lambda things: {things["question_id"]: "1"},
    "after": _thing("event_id"),
    "last-event-id": _thing("event_id"),
    "q": _thing("word"),
    "query": _thing("word"),
    "POST /api/v1/documents/{document_id}/parse document_id": _thing("other_document_id"),
    **{
        f"POST /api/v1/exercises/{{exercise_id}}/questions/{{question_id}}/regenerate {name}": _thing(
            f"generated_{name}"
        )
        for name in ("exercise_id", "question_id")
    },
    "GET /api/v1/behaviors/uploads/{run_id} run_id": _thing("upload_id"),
    "GET /api/v1/events/extract/progress run_id": _thing("extraction_id"),
    "GET /api/v1/events/extract/progress last-event-id": lambda things: f"{things['extraction_id']}:0",
}

# Names of what nobody has: numbers and limits, texts, and what goes to the model as it is.
PLAIN = {
    # How much, since when, and in which words.
    *("count", "gap_minutes", "limit", "max_gap", "max_lag_seconds", "max_length", "min_count", "min_length"),
    *("offset", "page", "size", "starting_after", "top_k", "version", "start", "end", "format", "language"),
    *("languages", "map", "mapping", "timezone", "type", "types", "x-request-timeout-ms"),
    # Contents.
    *("comment", "concepts", "content", "content_type", "currency", "data", "description", "explanation"),
    *(
        "feedback",
        "feedback_right",
        "feedback_wrong",
        "file",
        "filename",
        "focus",
        "goals",
        "heading",
        "input",
    ),
    *("instructions", "left", "name", "names", "prompt", "question", "quote", "right", "right_id", "sample"),
    *("summary", "system_prompt", "tags", "text", "title", "unit", "value"),
    # Of the model's endpoint and of requests to other hosts.
    *("base_url", "dimensions", "effort", "extra", "headers", "logit_bias", "max_completion_tokens", "url"),
    *(
        "max_output_tokens",
        "max_tokens",
        "metadata",
        "parameters",
        "prediction",
        "prompt_cache_key",
        "schema",
    ),
    *("prompt_cache_options", "prompt_cache_retention", "reasoning_effort", "safety_identifier", "seed"),
    *("stop", "stream_options", "tool_choice", "top_logprobs", "user", "verbosity"),
    # Inside of messages, questions and tools that come along.
    *(
        "arguments",
        "detail",
        "id",
        "include",
        "reasoning_content",
        "refusal",
        "role",
        "tool_call_id",
        "tools",
    ),
    # Tried in a way of their own: the keys in `belongings.py`, cursors in `test_things.py`.
    *("cursor", "idempotency-key"),
    # What the endpoint calls its own model.
    *("POST /api/v1/models model", "PUT /api/v1/models/{model_id} model"),
    # Answers from documents are the stack's model's, whose number everybody knows.
    *("POST /api/v1/query model_id", "POST /api/v1/query/stream model_id"),
    "POST /api/v1/documents/{document_id}/summary model_id",
    # A question's source stays what it was.
    "PUT /api/v1/exercises/{exercise_id}/questions/{question_id} document_id",
}


def reading(operation: Operation, place: Place) -> Reading | None:
    """How the place is filled with a thing; None if it names none, or nobody said so far."""
    name = place.name.lower()
    if f"{operation} {name}" in PLAIN:
        return None
    return REFERENCES.get(f"{operation} {name}") or REFERENCES.get(name)


def unknown() -> Iterator[str]:
    """A sentence for each name that the tables lack."""
    for operation in closed():
        for place in operation.places:
            name = place.name.lower()
            if not reading(operation, place) and not {name, f"{operation} {name}"} & PLAIN:
                yield (
                    f"{operation}: nobody said what `{name}` ({place.part}) refers to. In"
                    " tests/e2e/strangers/names.py, add it to REFERENCES with the thing that it names (and"
                    " that thing to belongings.py), or to PLAIN if it can name nothing that somebody has."
                )
