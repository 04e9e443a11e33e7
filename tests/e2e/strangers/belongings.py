"""One caller with one of everything, and two where a list is to have a second page; made by the API itself.

What is made holds a word that stands nowhere else. What does not belong here: which name of a request refers
to which thing (`names.py`).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from freshet.ids import new_id
from tests import habits
from tests.e2e.client import checked
from tests.e2e.strangers.bodies import LESSON, STEPS
from tests.e2e.strangers.names import ID, Things


@dataclass(frozen=True)
class Site:
    """What callers find: the stack's own models, their endpoint, and how a document becomes ready."""

    endpoint: str
    model: str
    embeddings: str
    parsed: Callable[[httpx.Client, str], None]


@dataclass(frozen=True)
class Caller:
    """Somebody with things, by the names that requests have for them."""

    api: httpx.Client
    things: Things


def shared(one: Caller, other: Caller) -> set[str]:
    """What two callers have in common, though nobody can: a run that one joined, and its result."""
    ids = [
        {id_ for value in caller.things.values() for id_ in ID.findall(str(value))} for caller in (one, other)
    ]
    return ids[0] & ids[1]


@dataclass
class _Asks:
    """Requests under the idempotency keys that every caller uses: were they not a caller's own, the second
    one who settles would meet the runs of the first."""

    api: httpx.Client
    made: Counter[str] = field(default_factory=Counter)

    def post(self, path: str, json: Any = None) -> Any:
        """What comes of the request, which has to succeed."""
        operation = ID.sub("", path)
        self.made[operation] += 1
        key = f"{operation} {self.made[operation]}"
        return checked(self.api.post(path, json=json, headers={"Idempotency-Key": key}))


def settle(api: httpx.Client, word: str, site: Site, *, spare: int = 0) -> Caller:
    """Makes one of everything. Numbers are an owner's own: who has `spare` more has some that others lack."""
    things: Things = {
        "word": word,
        "endpoint": site.endpoint,
        "stack_model": site.model,
        "stack_embeddings": site.embeddings,
    }
    asks = _Asks(api)
    _introduce(asks, things)
    for _ in range(2 + spare):
        _configure(asks, things)
    for _ in range(2):
        _upload(asks, things, site)
        _talk(asks, things)
        _study(asks, things, 3 if spare else 2)
    _ask(asks, things)
    _generate(asks, things, 2 if spare else 1)
    _behave(asks, things)
    return Caller(api, things)


def _introduce(asks: _Asks, things: Things) -> None:
    word = things["word"]
    things["secret_name"] = f"secret-{new_id()}"
    checked(asks.api.put(f"/api/v1/secrets/{things['secret_name']}", json={"value": word}))
    key = asks.post("/api/v1/keys", {"name": word})
    things |= {"key_id": key["id"], "key": key["key"]}
    checked(asks.api.put("/api/v1/user/profile", json={"name": word, "goals": [f"{word} 目标"]}))


def _configure(asks: _Asks, things: Things) -> None:
    word, secret = things["word"], things["secret_name"]
    model = {"name": f"model-{new_id()}", "base_url": things["endpoint"], "model": word}
    noted = {"headers": {"x-note": word}, "key": secret}
    tool = {
        "name": f"tool-{new_id()}",
        "description": f"Looks up {word}.",
        "parameters": {"type": "object", "properties": {}},
        "http": {"url": f"https://example.com/{word}", "secret_headers": {"x-secret": secret}},
    }
    things["other_model_id"] = things.get("model_id")
    things["model_id"] = asks.post("/api/v1/models", {**model, **noted})["id"]
    things["tool_id"] = asks.post("/api/v1/tools", tool)["id"]
    things |= {"model_name": model["name"], "tool_name": tool["name"]}


def _upload(asks: _Asks, things: Things, site: Site) -> None:
    word = things["word"]
    text = f"# {word}\n\n{LESSON} The owner of it is {word}.\n\n# 沸点\n\n{word} 的沸点是一百度。\n"
    files = {"file": (f"{word}.md", text.encode())}
    document_id = checked(asks.api.post("/api/v1/documents/upload", files=files))["document"]["id"]
    site.parsed(asks.api, document_id)
    things |= {"other_document_id": things.get("document_id"), "document_id": document_id}


def _ask(asks: _Asks, things: Things) -> None:
    word, document_id = things["word"], things["document_id"]
    asks.post(f"/api/v1/documents/{document_id}/summary")
    asked = {"query": f"What is the boiling point of water, {word}?", "document_ids": [document_id]}
    run_id = asks.post("/api/v1/query", asked)["run_id"]
    said = {"model": things["stack_model"], "input": f"Say {word}."}
    things["response_id"] = asks.post("/v1/responses", said)["id"]
    text = f"{LESSON} The owner of it is {word}."
    things["analysis_id"] = asks.post("/api/v1/exercises/analyze", {"text": text})["analysis_id"]
    things |= {"run_id": run_id, "event_id": f"{run_id}:0"}


def _talk(asks: _Asks, things: Things) -> None:
    word, chat = things["word"], "/api/debug/chat"
    first = asks.post(chat, {"prompt": f"What is {word}?", "model_id": things["model_id"]})
    things["conversation_id"] = first["conversation_id"]
    asks.post(chat, {"prompt": f"{word}？", "conversation_id": first["conversation_id"]})


def _study(asks: _Asks, things: Things, questions: int) -> None:
    word, path = things["word"], "/api/v1/exercises"
    quiz = "\n\n".join(f"{word}，{n}+1? {{#{n + 1}}}" for n in range(questions))
    made = asks.post(f"{path}/import", {"content": quiz, "title": word})["exercise"]["id"]
    concepts = [f"{word} sums", f"{word} 加法"]
    question = {"id": "q1", "type": "numeric", "question": f"{word}, 0+1?", "accepted": [{"value": 1}]}
    checked(asks.api.put(f"{path}/{made}/questions/q1", json={**question, "concepts": concepts}))
    for _ in range(2):
        attempt = asks.post(f"{path}/{made}/submit", {"answers": {"q1": "3"}})
    things |= {"exercise_id": made, "question_id": f"q{questions}", "attempt_id": attempt["id"]}
    things["concept"] = concepts[0]


def _generate(asks: _Asks, things: Things, questions: int) -> None:
    asked = {"text": LESSON, "types": ["true_false"], "count": questions, "title": things["word"]}
    made = asks.post("/api/v1/exercises/generate", asked)
    (*_, last) = checked(asks.api.get(f"/api/v1/exercises/{made['exercise']['id']}"))["items"]
    things |= {"generated_exercise_id": made["exercise"]["id"], "generated_question_id": last["id"]}


def _behave(asks: _Asks, things: Things) -> None:
    word, user, logs = things["word"], f"user-{new_id()}", "/api/v1/behaviors"
    lines = habits.csv().replace("淘宝", word).splitlines()
    for name, rows in ((user, lines[:6]), (f"{user}-2", lines)):
        log = "\n".join(rows).replace(habits.USER, name).encode()
        checked(asks.api.post(logs, content=log, headers={"content-type": "text/csv"}))
    things["user_id"], things["view"] = user, new_id()
    asks.post(f"/api/v1/events/extract/{user}")
    things["upload_id"] = asks.post(f"{logs}/uploads", {"filename": f"{word}.csv"})["run_id"]
    things["extraction_id"] = asks.post("/api/v1/events/extract")["run_id"]
    asks.post("/api/v1/events/tags/apps", {"name": word})
    asks.post("/api/v1/events/graph/views", {"name": things["view"], "focus": word, **STEPS})
    for about in ({"user_id": user}, {}):
        asked = {"judge": False, **STEPS, **about}
        things["graph_id"] = asks.post("/api/v1/causal-graph/generate", asked)["id"]
