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


def run(cloud: LocalCloud, command: str) -> str:
    """What the command prints."""
    if not shutil.which("curl"):
        pytest.skip("there is no curl")
    words = shlex.split(command.replace(PLACE, cloud.url.removeprefix("http://")))
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
