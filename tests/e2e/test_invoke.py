"""`python -m infra.local invoke`: each function once with its event, on a running cloud or on none."""

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.local.proxy import PRELUDE_END
from tests.e2e.local_cloud import START_S, LocalCloud
from tests.stack import ROOT

EVENTS = ROOT / "tests/events"

ALONE = "health"  # is invoked without a running cloud

Done = subprocess.CompletedProcess[bytes]


def invoke(cloud: LocalCloud, function: str, event: Path) -> Done:
    command = cloud.command("invoke", function, str(event))
    return subprocess.run(
        command,
        cwd=cloud.state.folder,
        env=cloud.environment(),
        capture_output=True,
        timeout=START_S,
        check=False,
    )


@pytest.fixture(scope="module")
def answers(cloud: LocalCloud) -> Iterator[dict[str, Done]]:
    """What each function says to its event, two at a time."""
    events = [event for event in sorted(EVENTS.glob("*.json")) if event.stem != ALONE]
    with ThreadPoolExecutor(2) as threads:
        done = threads.map(lambda event: invoke(cloud, event.stem, event), events)
        yield dict(zip((event.stem for event in events), done, strict=True))


def test_every_function_has_an_event(answers: dict[str, Done]) -> None:
    functions = {folder.name for folder in (ROOT / "functions").iterdir() if (folder / "app.py").exists()}
    assert functions == {*answers, ALONE}


@pytest.mark.parametrize(
    "function", ["authorize", "behaviour", "console", "documents", "extract", "parse", "profile", "query"]
)
def test_a_function_is_invoked_with_its_event(answers: dict[str, Done], function: str) -> None:
    done = answers[function]
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_the_answers_are_what_lambda_would_hand_over(answers: dict[str, Done]) -> None:
    said = {name: done.stdout for name, done in answers.items()}
    assert json.loads(said["authorize"])["context"] == {"owner": "dev"}
    assert json.loads(said["documents"])["statusCode"] == 201
    assert "items" in json.loads(json.loads(said["profile"])["body"])
    assert json.loads(said["parse"]) == json.loads(said["extract"]) == {"batchItemFailures": []}
    head, _, body = said["console"].partition(PRELUDE_END)
    assert json.loads(head)["statusCode"] in {200, 503}  # it may not be built
    assert b"Freshet" in body
    head, _, body = said["query"].partition(PRELUDE_END)
    assert json.loads(head)["statusCode"] == 200
    assert body.rstrip().endswith(b"data: [DONE]")


def test_an_invocation_without_a_running_cloud_starts_what_it_needs(tmp_path: Path) -> None:
    cloud = LocalCloud(tmp_path)
    cloud.state.folder.mkdir()
    done = invoke(cloud, ALONE, EVENTS / f"{ALONE}.json")
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["statusCode"] == 200
    assert not cloud.state.is_taken()


@pytest.mark.parametrize(
    ("function", "event", "word"), [("nobody", "health.json", "nobody"), ("health", "no.json", "no.json")]
)
def test_what_cannot_be_invoked_is_one_clear_sentence(
    cloud: LocalCloud, function: str, event: str, word: str
) -> None:
    done = invoke(cloud, function, EVENTS / event)
    assert (done.returncode, done.stdout) == (1, b"")
    (sentence,) = done.stderr.decode().splitlines()
    assert word in sentence
