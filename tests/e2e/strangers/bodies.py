"""A valid request of each operation that has a body, made of the caller's own things.

Where members exclude each other there are several; every member that refers to a thing stands in one of them
or can be added to one.
"""

from typing import Any

from freshet.ids import new_id
from tests.e2e.strangers.names import Things
from tests.lessons import WATER

QUESTION = "What is the boiling point of water?"
LESSON = WATER.split("The vapour cools")[0]
LOG = "user,time,action,object\nguest,2026-03-02T08:00:00Z,open,Reader\n"
FORM = {"files": {"file": ("guide.md", b"# Guide\n\nThe museum opens at nine.\n")}}
MESSAGES = [{"role": "user", "content": QUESTION}]
PARAMETERS = {"type": "object", "properties": {}}
# What is asked for beside what has to be: where else an answer would tell nothing of its owner.
STEPS = {"of": "behaviors", "by": "object"}
QUERIES: dict[str, dict[str, str]] = {
    "GET /api/v1/events/graph": STEPS,
    "GET /api/v1/events/graph/export": STEPS,
    "GET /api/v1/events/patterns": STEPS,
}


def _json(*bodies: Any) -> list[dict[str, Any]]:
    return [{"json": body} for body in bodies]


def bodies(things: Things) -> dict[str, list[dict[str, Any]]]:
    """By operation, what httpx takes as the request's body."""
    return {**_documents(things), **_chat(things), **_behaviour(things), **_study(things), **_profile(things)}


def _documents(things: Things) -> dict[str, list[dict[str, Any]]]:
    asked = _json({"query": QUESTION}, {"query": QUESTION, "document_ids": [things["document_id"]]})
    return {
        "POST /api/v1/documents": _json({"filename": "guide.md", "size": 10}),
        "POST /api/v1/documents/upload": [FORM],
        "POST /api/v1/documents/{document_id}/summary": _json({"refresh": True}),
        "POST /api/v1/query": asked,
        "POST /api/v1/query/stream": asked,
        "POST /api/v1/search": asked,
    }


def _chat(things: Things) -> dict[str, list[dict[str, Any]]]:
    model = {"base_url": things["endpoint"], "model": things["stack_model"]}
    tool = {
        "description": "Looks.",
        "parameters": PARAMETERS,
        "http": {"url": "https://example.com/", "secret_headers": {}},
    }
    conversation = {"conversation_id": things["conversation_id"], "prompt": QUESTION}
    spoken = {"model": things["stack_model"]}
    return {
        "POST /api/debug/chat": _json(conversation),
        "POST /api/v1/models": _json({"name": f"model-{new_id()}", **model}),
        "PUT /api/v1/models/{model_id}": _json({"name": things["model_name"], **model}),
        "POST /api/v1/tools": _json({"name": f"tool-{new_id()}", **tool}),
        "PUT /api/v1/tools/{tool_id}": _json({"name": things["tool_name"], **tool}),
        "PUT /api/v1/conversations/{conversation_id}": _json({"title": "Renamed"}),
        "POST /v1/chat/completions": _json({**spoken, "messages": MESSAGES}),
        "POST /v1/responses": _json({**spoken, "input": QUESTION}),
        "POST /v1/embeddings": _json({"model": things["stack_embeddings"], "input": QUESTION}),
    }


def _behaviour(things: Things) -> dict[str, list[dict[str, Any]]]:
    tagged = _json({"name": "Slack"})
    return {
        "POST /api/v1/behaviors": [{"content": LOG.encode(), "headers": {"content-type": "text/csv"}}],
        "POST /api/v1/behaviors/uploads": _json({}),
        "POST /api/v1/events/extract/{user_id}": _json({}),
        "POST /api/v1/events/extract": _json({}),
        "POST /api/v1/events/tags/apps": tagged,
        "POST /api/v1/events/tags/media": tagged,
        "POST /api/v1/events/summary/{user_id}": _json({}),
        "POST /api/v1/events/graph/views": _json({"name": "another", **STEPS}),
        "POST /api/v1/events/ask": _json({"user_id": things["user_id"], "question": QUESTION}),
        "POST /api/v1/causal-graph/generate": _json({"judge": False, "by": "title"}),
        "POST /api/v1/causal-graph/ask": _json({"question": "What leads to payment?"}),
    }


def _study(things: Things) -> dict[str, list[dict[str, Any]]]:
    question, made = things["question_id"], {"types": ["true_false"], "count": 1}
    numeric = {"id": question, "type": "numeric", "question": "1+1?", "accepted": [{"value": 2}]}
    return {
        "POST /api/v1/exercises/analyze": _json({"text": LESSON}),
        "POST /api/v1/exercises/analyze-file": _json({"document_id": things["document_id"]}),
        "POST /api/v1/exercises/generate": _json(
            {"text": LESSON, **made},
            {"document_ids": [things["document_id"]], **made},
            {"analysis_id": things["analysis_id"], **made},
        ),
        "POST /api/v1/exercises/import": _json({"content": "1+1? {#2}"}),
        "POST /api/v1/exercises/{exercise_id}/submit": _json(
            {"answers": {question: "2"}}, {"attempt_id": things["attempt_id"]}
        ),
        "PUT /api/v1/exercises/{exercise_id}/attempts/{attempt_id}": _json(
            {"question_id": question, "score": 0}
        ),
        "PUT /api/v1/exercises/{exercise_id}/questions/{question_id}": _json(numeric),
        "POST /api/v1/exercises/{exercise_id}/questions/{question_id}/regenerate": _json({}),
    }


def _profile(_: Things) -> dict[str, list[dict[str, Any]]]:
    return {
        "PUT /api/v1/user/profile": _json({"name": "Somebody"}),
        "POST /api/v1/keys": _json({"name": "another"}),
        "PUT /api/v1/secrets/{secret_name}": _json({"value": "sk-another"}),
    }
