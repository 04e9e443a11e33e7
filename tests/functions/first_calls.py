"""What each function is asked first, of an owner who has everything: what needs most of its parts.

The first event of each is its main work. What does not belong here: who watches it (`test_blocking`), who
measures it (`tests.bench.cold_start`).
"""

import json
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import quote

from freshet import wiring
from freshet.behaviour.jobs.plan import plan_message, user_message
from freshet.behaviour.requests import Extract
from freshet.documents.ingest import SUMMARY
from freshet.documents.messages import process_batch
from freshet.errors import ModelRefused
from freshet.exercises.importing import import_gift
from freshet.ids import new_id
from freshet.runs.events import RunEvent
from freshet.runs.request import Call, Request
from tests.functions.conftest import HANDBOOK
from tests.functions.events import batch, request, token_request
from tests.habits import USER, csv, lived
from tests.lessons import WATER

MODEL = "freshet-stand-in"


async def first_events(owner: str) -> dict[str, list[dict[str, Any]]]:
    """What each function is asked first: what needs most of its parts."""
    _, secret = await wiring.keys().issue(owner, "x")
    bearer = {"authorization": f"Bearer {secret}"}
    ready = (await wiring.library().upload(owner, "ready.md", HANDBOOK.encode())).id
    read = (await wiring.library().upload(owner, "read.md", HANDBOOK.encode())).id
    for document_id in (ready, read):
        await parse(owner, document_id)
    failed = await failed_run(owner)
    new = (await wiring.library().upload(owner, "new.md", HANDBOOK.encode())).id
    message = json.dumps({"owner": owner, "document_id": new, "request": "s3:1:1"})
    await lived(owner)
    job = await wiring.extraction_job().begin(Call(owner, Request("POST", "/"), timeout_s=10), Extract())
    steps = [step | {"owner": owner} for step in (plan_message(job), user_message(job, USER))]
    quiz, _ = await import_gift(wiring.exercises(), owner, new_id(), "水在几度沸腾？{#100}\n\n为什么？{}")
    files = {"file": ("手册.md", HANDBOOK.encode())}
    question = {"query": "How many days of paid leave?", "history": [{"role": "user", "content": "Leave?"}]}

    def asked(method: str, path: str, **options: Any) -> dict[str, Any]:
        return request(method, path, owner=owner, **options)

    return {
        "authorize": [token_request(f"Bearer {secret}")],
        "behaviour": [
            asked("POST", "/api/v1/events/ask", json={"user_id": USER, "question": "他什么时候付款？"}),
            asked("POST", "/api/v1/behaviors", content=csv().encode(), headers={"content-type": "text/csv"}),
            asked("GET", "/api/v1/behaviors/users"),
            asked("POST", f"/api/v1/events/extract/{quote(USER)}?stream=true"),
            asked("GET", "/api/v1/events/sequences"),
            asked("GET", "/api/v1/events/patterns"),
            asked("GET", "/api/v1/events/graph/export?format=graphml"),
            asked("POST", "/api/v1/causal-graph/generate", json={"by": "title"}),
            asked("POST", "/api/v1/causal-graph/ask", json={"question": "什么导致付款？"}),
            asked("POST", "/api/v1/events/tags/apps", json={"name": "微信"}),
            asked("POST", f"/api/v1/events/summary/{quote(USER)}"),
        ],
        "chat": [
            asked("POST", "/api/debug/chat", json={"prompt": "年假有多少天？", "tool_ids": [1, 2, 3]}),
            asked(
                "POST",
                "/v1/chat/completions",
                json={"model": MODEL, "messages": [{"role": "user", "content": "你好"}], "stream": True},
            ),
            asked("POST", "/v1/responses", json={"model": "freshet-rag", "input": "Leave?"}),
            asked("POST", "/v1/embeddings", json={"model": MODEL, "input": "x"}),
            asked("GET", "/api/v1/usage"),
        ],
        "console": [asked("GET", "/"), asked("GET", "/assets/none.js"), asked("GET", "/config.json")],
        "documents": [
            asked("POST", "/api/v1/documents/upload", files=files),
            asked("POST", "/api/v1/documents", json={"filename": "later.pdf"}),
            asked("GET", f"/api/v1/documents/{ready}/chunks"),
            asked("DELETE", f"/api/v1/documents/{ready}"),
        ],
        "exercises": [
            asked("POST", "/api/v1/exercises/analyze", json={"text": HANDBOOK}),
            asked("POST", "/api/v1/exercises/generate", json={"text": WATER, "count": 2, "stream": True}),
            asked("POST", "/api/v1/exercises/import", json={"content": "水在几度沸腾？{#100}"}),
            asked("GET", f"/api/v1/exercises/{quiz.id}/export?format=anki"),
            asked(
                "POST",
                f"/api/v1/exercises/{quiz.id}/submit",
                json={"answers": {"q1": "100", "q2": "水汽化。"}},
            ),
            asked("GET", "/api/v1/exercises/due"),
        ],
        "extract": [batch({"Body": json.dumps(step)}) for step in steps],
        "health": [
            asked("GET", "/health?deep=true", headers=bearer),
            asked("GET", "/openapi.json"),
            asked("GET", "/docs"),
        ],
        "parse": [batch({"Body": message})],
        "profile": [asked("GET", "/api/v1/keys"), asked("GET", "/api/v1/user/profile")],
        "query": [
            asked("POST", "/api/v1/query/stream", json=question),
            asked("POST", f"/api/v1/documents/{read}/summary?stream=true", headers={"Idempotency-Key": "x"}),
        ],
        "runs": [
            asked("GET", f"/api/v1/runs/{failed}/stream"),
            asked("GET", "/api/v1/runs"),
            asked("GET", f"/api/v1/runs/{failed}"),
            asked("POST", f"/api/v1/runs/{failed}/stop"),
            asked("POST", f"/api/v1/runs/{failed}/retry"),
        ],
    }


async def failed_run(owner: str) -> str:
    """The id of a run that was not made; retried it is handed to Lambda, which has no such function."""

    async def refused() -> AsyncGenerator[RunEvent, None]:
        raise ModelRefused
        yield

    asked = Request("POST", "/api/v1/query", body=b"{}", function="gone")
    feed = await wiring.runs().start(Call(owner, asked, timeout_s=10), "query", refused())
    await feed.settle()
    return feed.run_id


async def parse(owner: str, document_id: str) -> None:
    """The parse worker's batch: one document, its summary, and one message that is none."""
    message = {"owner": owner, "document_id": document_id, "request": "s3:1:1"}
    later = {"Body": json.dumps({**message, "request": SUMMARY})}
    bad = {"Body": "not json", "MessageId": "bad", "ReceiptHandle": "none"}
    records = batch({"Body": json.dumps(message)}, later, bad)["Records"]
    assert await process_batch(records, wiring.ingest(), wiring.parse_queue(), remaining_s=60) == ["bad"]
