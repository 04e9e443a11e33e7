"""What the OpenAI-compatible routes answer, as JSON schemas for the OpenAPI document.

The shapes themselves are made in `completions`, `embeddings` and `models`; tests hold them to these.
"""

from typing import Any

Schema = dict[str, Any]
Answers = dict[int | str, dict[str, Any]]  # FastAPI's `responses`

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": "integer", "minimum": 0}


def _object(required: Schema, optional: Schema | None = None, **more: Any) -> Schema:
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required), **more}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


_USAGE = _object(
    {
        "prompt_tokens": _NUMBER,
        "completion_tokens": _NUMBER,
        "total_tokens": _NUMBER,
        "prompt_tokens_details": _object({"cached_tokens": _NUMBER}),
        "completion_tokens_details": _object({"reasoning_tokens": _NUMBER}),
    }
)
_FUNCTION = _object({"name": _TEXT, "arguments": _TEXT})
_CALL = _object({"id": _TEXT, "type": {"const": "function"}, "function": _FUNCTION})
_CALL_PIECE = _object(
    {"index": _NUMBER, "function": _object({"arguments": _TEXT}, {"name": _TEXT})},
    {"id": _TEXT, "type": {"const": "function"}},
)
_ANNOTATION = _object(
    {
        "type": {"const": "url_citation"},
        "url_citation": _object({"start_index": _NUMBER, "end_index": _NUMBER, "title": _TEXT, "url": _TEXT}),
        "document_id": _TEXT,
        "page": {"type": ["integer", "null"]},
        "quote": _TEXT,
    }
)
_FINISH: Schema = {"enum": ["stop", "length", "tool_calls", "content_filter"]}
_OURS = _object(
    {
        "run_id": _TEXT,
        "model_id": {"type": ["integer", "null"]},
        "cost": {"type": ["number", "null"]},
        "currency": _TEXT,
        "attempts": _NUMBER,
        "estimated": {"type": "boolean"},
    },
    description="what OpenAI's shape has no place for",
)
_MESSAGE = _object(
    {
        "role": {"const": "assistant"},
        "content": _TEXT_OR_NULL,
        "refusal": {"type": "null"},
        "annotations": _list(_ANNOTATION),
    },
    {"reasoning_content": _TEXT, "tool_calls": _list(_CALL)},
)
_DELTA = _object(
    {},
    {
        "role": {"const": "assistant"},
        "content": _TEXT_OR_NULL,
        "reasoning_content": _TEXT,
        "tool_calls": _list(_CALL_PIECE),
        "annotations": _list(_ANNOTATION),
    },
)


def _completion(kind: str, choice: Schema, **more: Any) -> Schema:
    head = {
        "id": _TEXT,
        "object": {"const": kind},
        "created": _NUMBER,
        "model": _TEXT,
        "system_fingerprint": {"type": "null"},
    }
    choice = {"index": {"const": 0}, "logprobs": {"type": "null"}, **choice}
    return {**head, "choices": _list(_object(choice), maxItems=1), **more}


COMPLETION = _object(
    _completion(
        "chat.completion", {"message": _MESSAGE, "finish_reason": _FINISH}, usage=_USAGE, freshet=_OURS
    ),
    title="ChatCompletion",
)
CHUNK = _object(
    _completion(
        "chat.completion.chunk",
        {"delta": _DELTA, "finish_reason": {"anyOf": [_FINISH, {"type": "null"}]}},
    ),
    {"usage": {"anyOf": [_USAGE, {"type": "null"}]}, "freshet": _OURS},
    title="ChatCompletionChunk",
    description="The JSON after `data:`. After the last one comes `data: [DONE]`.",
)
ERROR: Schema = {"$ref": "#/components/schemas/ErrorAnswer"}  # a failure after the first chunk is an event
EMBEDDINGS = _object(
    {
        "object": {"const": "list"},
        "data": _list(
            _object(
                {
                    "object": {"const": "embedding"},
                    "index": _NUMBER,
                    "embedding": {"anyOf": [_list({"type": "number"}), _TEXT]},
                }
            )
        ),
        "model": _TEXT,
        "usage": _object({"prompt_tokens": _NUMBER, "total_tokens": _NUMBER}),
    },
    title="Embeddings",
)
MODEL = _object(
    {"id": _TEXT, "object": {"const": "model"}, "created": _NUMBER, "owned_by": _TEXT}, title="OneModel"
)
MODELS = _object({"object": {"const": "list"}, "data": _list(MODEL)}, title="Models")


RESPONSE_EVENT = _object(
    {"type": _TEXT, "sequence_number": _NUMBER},
    title="ResponseStreamEvent",
    description="The JSON after `data:`.",
)


def answers(description: str, schema: Schema, *events: Schema) -> Answers:
    """`responses` of a route: its JSON, and the kinds of its events if it streams on request."""
    content: Schema = {"application/json": {"schema": schema}}
    if events:
        content["text/event-stream"] = {"schema": {"oneOf": list(events)} if events[1:] else events[0]}
    return {200: {"description": description, "content": content}}


COMPLETION_ANSWERS = answers("The answer, or chunks with `stream`", COMPLETION, CHUNK, ERROR)
RESPONSE_ANSWERS = answers("The response, or its events with `stream`", {"type": "object"}, RESPONSE_EVENT)
EMBEDDING_ANSWERS = answers("The vectors", EMBEDDINGS)
MODEL_ANSWERS = answers("The models", MODELS)
ONE_MODEL_ANSWERS = answers("The model", MODEL)
