"""The main job on a deployed stack: `python -m infra.smoke --url https://…/prod --key fk_…`.

A small document goes in by presigned POST, an answer with a citation streams out, and everything is deleted
again. Shows what no laptop can: real IAM, real S3 events, streaming through the real API Gateway.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

TEXT = "# Smoke test\n\nThe lighthouse of Freshet was built in 1874 by Ada Brook. It is 41 metres high.\n"
QUESTION = "When was the lighthouse of Freshet built?"
READY_S = 120


def main() -> int:
    """0 if every step worked; otherwise says which one did not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    arguments = parser.parse_args()
    headers = {"Authorization": f"Bearer {arguments.key}"}
    try:
        with httpx.Client(base_url=arguments.url.rstrip("/"), headers=headers, timeout=60) as api:
            _health(api)
            with _document(api) as document_id:
                _answer(api, document_id)
    except (httpx.HTTPError, AssertionError) as error:
        _say(f"FAILED: {error}")
        return 1
    _say("the main job works")
    return 0


def _health(api: httpx.Client) -> None:
    report = api.get("/health", params={"deep": "true"}).json()
    assert report["status"] == "ok", f"health: {report}"
    _say("health: " + ", ".join(f"{name} {part['latency_ms']} ms" for name, part in report["parts"].items()))


@contextmanager
def _document(api: httpx.Client) -> Iterator[str]:
    started = _checked(
        api.post("/api/v1/documents", json={"filename": "smoke.md", "content_type": "text/markdown"})
    )
    document_id: str = started["document"]["id"]
    try:
        upload = started["upload"]
        sent = httpx.post(upload["url"], data=upload["fields"], files={"file": TEXT.encode()}, timeout=60)
        assert sent.is_success, f"S3 refused the upload: {sent.status_code} {sent.text[:300]}"
        _wait(api, document_id)
        yield document_id
    finally:
        api.delete(f"/api/v1/documents/{document_id}").raise_for_status()
        _say("deleted")


def _wait(api: httpx.Client, document_id: str) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < READY_S:
        document = _checked(api.get(f"/api/v1/documents/{document_id}", params={"wait": 20}))
        if document["status"] == "ready":
            _say(f"ready after {time.monotonic() - begun:.1f} s, {document['chunks']} chunks")
            return
        assert document["status"] != "failed", f"parsing failed: {document['error']}"
    raise AssertionError(f"not ready after {READY_S} s")


def _answer(api: httpx.Client, document_id: str) -> None:
    body = {"query": QUESTION, "document_ids": [document_id]}
    begun, pieces, last = time.monotonic(), 0, {}
    with api.stream("POST", "/api/v1/query/stream", json=body) as response:
        assert response.status_code == 200, f"query: {response.status_code} {response.read()[:300]!r}"
        for line in response.iter_lines():
            if line.startswith("data: {"):
                last = json.loads(line.removeprefix("data: "))
                pieces += "content" in last
                if pieces == 1 and "content" in last:
                    _say(f"first words after {time.monotonic() - begun:.2f} s")
    final = last.get("final_response", {})
    assert "1874" in final.get("output", ""), f"the answer is wrong: {last}"
    assert final["citations"], f"nothing is cited: {last}"
    _say(f"answer in {pieces} pieces: {final['output']!r}, quoting {final['citations'][0]['quote']!r}")


def _checked(response: httpx.Response) -> Any:
    assert response.is_success, f"{response.request.url}: {response.status_code} {response.text[:300]}"
    return response.json()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # a command's output


if __name__ == "__main__":
    sys.exit(main())
