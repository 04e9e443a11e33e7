"""Commands that users of the systems that Freshet unites have in their notes: they run word for word."""

import json
import shlex
import shutil
import subprocess

import pytest

from tests.e2e.local_cloud import LocalCloud

PLACE = "127.0.0.1:8000"  # where `make run` serves, unless it is told otherwise

POEM = """\
curl -N -X POST http://127.0.0.1:8000/api/debug/chat -H "Content-Type: application/json" \
-d '{"model_id": 1, "prompt": "写一首关于人工智能的诗", "stream": true}'"""
HELLO = """\
curl -N -X POST http://127.0.0.1:8000/api/debug/chat -H "Content-Type: application/json" \
-d '{"model_id": 1, "prompt": "你好", "stream": false}'"""

EXTRACT = (
    'curl -X POST http://localhost:8000/api/v1/events/extract/user_0001 -H "Content-Type: application/json"'
)
SEQUENCES = 'curl "http://127.0.0.1:8000/api/v1/events/sequences?limit=20&offset=0"'
PROGRESS = "curl http://127.0.0.1:8000/api/v1/events/extract/progress"


def run(cloud: LocalCloud, command: str) -> str:
    """What the command prints."""
    if not shutil.which("curl"):
        pytest.skip("there is no curl")
    place = cloud.url.removeprefix("http://")
    words = shlex.split(command.replace("localhost:8000", PLACE).replace(PLACE, place))
    ended = subprocess.run([*words, "--silent"], capture_output=True, timeout=60, check=True)
    return ended.stdout.decode()


def test_a_poem_is_streamed(fragile: LocalCloud) -> None:
    *events, end = run(fragile, POEM).strip().split("\n\n")
    assert end == "data: [DONE]"
    frames = [json.loads(event.partition("data: ")[2]) for event in events if not event.startswith(":")]
    assert frames[0]["started"]
    written = "".join(frame.get("content", "") for frame in frames)
    assert written == frames[-1]["final_response"]["output"] != ""
    assert frames[-1]["metrics"]["completion_tokens"] > 0


def test_a_greeting_is_answered_whole(fragile: LocalCloud) -> None:
    answer = json.loads(run(fragile, HELLO))
    assert "你好" in answer["output"]
    assert answer["tool_calls"] == []
    assert answer["usage"]["total_tokens"] == sum(
        answer["usage"][name] for name in ("prompt_tokens", "completion_tokens")
    )
    assert answer["metrics"]["duration_ms"] > 0
    assert answer["run_id"]


def test_the_demo_users_behaviours_become_events_and_sequences(fragile: LocalCloud) -> None:
    answer = json.loads(run(fragile, EXTRACT))
    found = answer["data"]
    assert (answer["code"], found["user_id"], found["partial"]) == (0, "user_0001", False)
    assert found["event_count"] == len(found["events"]) > 20
    assert answer["metrics"]["attempts"] == 1  # one model call
    again = json.loads(run(fragile, EXTRACT))
    assert (again["data"]["events"], again["usage"]["total_tokens"]) == (found["events"], 0)
    page = json.loads(run(fragile, SEQUENCES))
    (first,) = (one for one in page["items"] if one["user_id"] == "user_0001")
    assert (page["total"], first["extracted"]) == (5, True)
    events = [event for sequence in first["sequences"] for event in sequence["events"]]
    assert sorted(one["id"] for one in events) == sorted(one["id"] for one in found["events"])


def test_the_progress_of_what_nobody_began_is_idle(fragile: LocalCloud) -> None:
    progress = json.loads(run(fragile, PROGRESS))
    assert (progress["status"], progress["percent"], progress["eta_seconds"]) == ("idle", 0, None)
