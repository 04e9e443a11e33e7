"""A client of the API: uploads, questions, streams, and what every refusal must look like."""

import json
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from freshet.ids import new_id
from tests.e2e.local_cloud import REQUEST_S, LocalCloud

WAIT_S = 20
PIECE_MS = 15  # the stand-in model's pace


@dataclass(frozen=True)
class Event:
    """One server-sent event; `at` is when its last line was there, on the monotonic clock."""

    at: float
    id: str
    data: dict[str, Any]


def client(cloud: LocalCloud, secret: str | None = None) -> httpx.Client:
    """A client of a local cloud, with a key or without."""
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return httpx.Client(base_url=cloud.url, headers=headers, timeout=REQUEST_S)


def upload(api: httpx.Client, filename: str, data: bytes) -> dict[str, Any]:
    """Uploads by multipart; the document."""
    answer = api.post("/api/v1/documents/upload", files={"file": (filename, data)})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()["document"]
    return document


def start_upload(api: httpx.Client, **body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Starts an upload by presigned POST; the document and the form."""
    answer = api.post("/api/v1/documents", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["document"], answer.json()["upload"]


def send_file(form: dict[str, Any], data: bytes) -> httpx.Response:
    """Sends a file with a presigned form, as a browser would."""
    return httpx.post(form["url"], data=form["fields"], files={"file": data}, timeout=60)


def wait(api: httpx.Client, document_id: str) -> dict[str, Any]:
    """Waits until the document is ready or failed."""
    for _ in range(3):
        document: dict[str, Any] = checked(
            api.get(f"/api/v1/documents/{document_id}", params={"wait": WAIT_S})
        )
        if document["status"] in {"ready", "failed"}:
            return document
    raise AssertionError(f"not parsed within {3 * WAIT_S} s: {document}")


def add(api: httpx.Client, filename: str, data: bytes) -> dict[str, Any]:
    """Uploads a document and waits until it is ready."""
    document = wait(api, upload(api, filename, data)["id"])
    assert document["status"] == "ready", document
    return document


def new_question(document: dict[str, Any]) -> dict[str, Any]:
    """A request about the guide that nobody made before; its answer has some twenty pieces."""
    query = f"Where do the guided tours of the museum start every day? ({new_id()})"
    return {"query": query, "document_ids": [document["id"]]}


def ask(api: httpx.Client, query: str, headers: dict[str, str] | None = None, **body: Any) -> list[Event]:
    """The events of a streamed answer, `[DONE]` checked and left out."""
    return whole(read(api, query, headers, **body))


def whole(events: Iterable[Event]) -> list[Event]:
    """The events of a stream to its end, the end mark checked and left out."""
    found = list(events)
    assert found.pop().id == "[DONE]"
    return found


def read(
    api: httpx.Client, query: str, headers: dict[str, str] | None = None, **body: Any
) -> Generator[Event, None, None]:
    """The events of a stream as they come; the end mark is an event with the id `[DONE]`."""
    asked = {"query": query, **body}
    with api.stream("POST", "/api/v1/query/stream", json=asked, headers=headers) as answer:
        yield from events_of(answer)


def follow(api: httpx.Client, run_id: str, after: str = "") -> Generator[Event, None, None]:
    """The events of a run, from the start or after the one with that id, as they come."""
    headers = {"Last-Event-ID": after} if after else {}
    with api.stream("GET", f"/api/v1/runs/{run_id}/stream", headers=headers) as answer:
        yield from events_of(answer)


def run_of(api: httpx.Client, run_id: str) -> dict[str, Any]:
    """The run as it stands."""
    found: dict[str, Any] = checked(api.get(f"/api/v1/runs/{run_id}"))
    return found


def asked_of_the_model(cloud: LocalCloud, text: str) -> list[dict[str, Any]]:
    """The requests for an answer that reached the model and hold the text, as its journal has them."""
    seen = checked(httpx.get(f"{cloud.model_url}/__requests"))["requests"]
    return [one for one in seen if one["path"].endswith("/completions") and text in str(one["body"])]


def events_of(answer: httpx.Response) -> Generator[Event, None, None]:
    if answer.status_code != 200:
        answer.read()
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    id_ = ""
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name == "id":
            id_ = value
        elif value == "[DONE]":
            yield Event(time.monotonic(), "[DONE]", {})
        elif name == "data":
            yield Event(time.monotonic(), id_, json.loads(value))


def contents(events: list[Event]) -> list[Event]:
    return [event for event in events if "content" in event.data]


def text_of(events: list[Event]) -> str:
    return "".join(event.data["content"] for event in contents(events))


def final(events: list[Event]) -> dict[str, Any]:
    found: dict[str, Any] = events[-1].data["final_response"]
    return found


def check_stream(events: list[Event]) -> None:
    """The contract's order: `started`, pieces, items and resets, one last event; ids count from 0."""
    run_id = events[0].data["run_id"]
    assert [event.id for event in events] == [f"{run_id}:{seq}" for seq in range(len(events))]
    assert events[0].data["started"] is True
    assert [event.data["done"] for event in events] == [False] * (len(events) - 1) + [True]
    assert all(event.data.keys() & {"content", "item", "reset"} for event in events[1:-1])


def checked(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text[:500]}"
    return answer.json()


def problem(answer: httpx.Response, status: int | None = None) -> dict[str, Any]:
    """The problem document of a refused request; `status` is what it must be, else any 4XX."""
    assert answer.status_code == status if status else 400 <= answer.status_code < 500, (
        f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}"
    )
    assert answer.headers["content-type"].split(";")[0] == "application/problem+json", answer.headers
    assert answer.headers["access-control-allow-origin"] == "*"
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    for member in ("type", "title", "detail", "instance", "code", "request_id"):
        assert isinstance(found[member], str), found
        assert found[member], found
    assert "Traceback" not in answer.text
    return found
