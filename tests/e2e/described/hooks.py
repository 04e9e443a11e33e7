"""What Schemathesis has to know beyond the OpenAPI document."""

import os
from typing import Any

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData, Failure, ServerError

END = "[DONE]"
ANY_HEADER = "x-schemathesis-unknown-property"
NO_HOST = "can't be reached: its name is not known"
NO_SERIALIZER = "application/x-ndjson"  # Schemathesis can't send it
HURRIED_MS = 10_000  # less may be too little on a busy machine
QUESTION = "When does the museum open?"
LESSON = "The tickets of the museum cost 10 euros."
# What requests are made of in whose place anything else would mostly be refused, or asked of hosts that are
# not there: members of schemas.
EXAMPLES: dict[str, dict[str, Any]] = {
    "AskEvents": {"user_id": os.environ["USER_ID"], "question": "When does he read?"},
    "AskGraph": {"question": "What leads to payment?", "graph_id": os.environ["GRAPH_ID"]},
    "Tag": {"name": "Slack"},
    "View": {"name": "main", "user_id": os.environ["USER_ID"]},
    "Analyse": {"text": LESSON},
    "ChatCompletionRequest": {
        "model": os.environ["MODEL"],
        "messages": [{"role": "user", "content": QUESTION}],
    },
    "EmbeddingRequest": {"model": os.environ["EMBEDDING_MODEL"]},
    "Generate": {"text": LESSON, "types": ["true_false"], "count": 1},
    "NewModel": {"base_url": os.environ["MODEL_URL"]},
    "Numeric": {"accepted": [{"value": 10}], "version": 1},
    "Override": {"question_id": "q1"},
    "Play": {"prompt": QUESTION},
    "ResponseRequest": {"model": os.environ["MODEL"], "input": QUESTION},
    "Submit": {"answers": {"q1": "10"}},
}
READ_BY_HAND = {
    "/api/v1/exercises/analyze-file": ("document_id", os.environ["DOCUMENT_ID"]),
    "/api/v1/exercises/import": ("content", "What does a ticket cost, in euros? {#10}"),
}


@schemathesis.hook
def before_load_schema(_context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Adds the examples, and describes streams as Schemathesis wants it.

    OpenAPI 3.1 has no word for the events of a stream. Our document describes the JSON after `data:`;
    Schemathesis takes it for the whole event, as in OpenAPI 3.2.
    """
    for name, members in EXAMPLES.items():
        for member, example in members.items():
            raw_schema["components"]["schemas"][name]["properties"][member]["examples"] = [example]
    for path, (member, example) in READ_BY_HAND.items():
        body = raw_schema["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        body["properties"][member]["examples"] = [example]
    raw_schema["paths"]["/api/v1/behaviors"]["post"]["requestBody"]["content"].pop(NO_SERIALIZER)
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            for response in operation["responses"].values():
                if stream := response.get("content", {}).get("text/event-stream"):
                    stream["schema"] = _event(stream["schema"])


@schemathesis.hook
def filter_failure(
    _context: schemathesis.HookContext,
    failure: Failure,
    case: schemathesis.Case[Any],
    response: schemathesis.Response,
) -> bool:
    """False for what is no failure.

    Who leaves no time gets a truthful 504, who configured a model at no host a truthful 503, and any header
    may be sent.
    """
    hurried = int(case.headers.get("X-Request-Timeout-Ms", HURRIED_MS)) < HURRIED_MS
    if isinstance(failure, ServerError):
        return not (response.status_code == 504 and hurried) and NO_HOST not in response.text
    return not (isinstance(failure, AcceptedNegativeData) and ANY_HEADER in case.headers)


def _event(data: dict[str, Any]) -> dict[str, Any]:
    json = {"contentMediaType": "application/json", "contentSchema": data}
    return {"properties": {"data": {"if": {"const": END}, "else": json}}, "required": ["data"]}
