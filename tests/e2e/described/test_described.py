"""Every answer is one that the OpenAPI document describes: Schemathesis asks the functions for whatever the
document allows, and for what it doesn't."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from freshet import reference
from tests.e2e.client import add, checked, client
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.users import sign_up
from tests.stack import ROOT

TOOL = Path(sys.executable).with_name("schemathesis")
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
DOCUMENT = Path(reference.__file__).with_name("openapi.json")
GUIDE = b"# Guide\n\nThe museum opens at nine. A ticket costs ten euros.\n"
QUIZ = "What does a ticket cost, in euros? {#10}\n\nWhat opens at nine? {=The museum}\n"
LOG = """user,time,action,object
ann,2026-03-02T08:00:00Z,open,Reader
ann,2026-03-02T08:05:00Z,pay,Wallet
bob,2026-03-02T09:00:00Z,open,Reader
"""


@pytest.fixture
def known(cloud: LocalCloud) -> dict[str, str]:
    """What the configuration and the hooks take from the environment: a user who has something already.

    A token, not a key: Schemathesis finds the caller's keys and revokes them.
    """
    token = sign_up(cloud, "schemathesis@example.org")["IdToken"]
    with client(cloud, token) as api:
        document = add(api, "guide.md", GUIDE)
        run = checked(api.post("/api/v1/query", json={"query": "When does the museum open?"}))
        analysis = checked(api.post("/api/v1/exercises/analyze", json={"text": GUIDE.decode()}))
        quiz, spare = (
            checked(api.post("/api/v1/exercises/import", json={"content": QUIZ}))["exercise"]["id"]
            for _ in range(2)
        )
        checked(api.post("/api/v1/behaviors", content=LOG.encode(), headers={"content-type": "text/csv"}))
        checked(api.post("/api/v1/events/extract/ann"))
        graph, spare_graph = (
            checked(api.post("/api/v1/causal-graph/generate", json={"judge": False}))["id"] for _ in range(2)
        )
        attempt = checked(api.post(f"/api/v1/exercises/{quiz}/submit", json={"answers": {"q1": "10"}}))
    given = cloud.running["given"]
    return {
        "TOKEN": token,
        "DOCUMENT_ID": document["id"],
        "RUN_ID": run["run_id"],
        "ANALYSIS_ID": analysis["analysis_id"],
        "EXERCISE_ID": quiz,
        "SPARE_ID": spare,
        "ATTEMPT_ID": attempt["id"],
        "USER_ID": "ann",
        "SPARE_USER_ID": "bob",
        "GRAPH_ID": graph,
        "SPARE_GRAPH_ID": spare_graph,
        "MODEL": given["MODEL_NAME"],
        "MODEL_URL": given["MODEL_BASE_URL"],
        "EMBEDDING_MODEL": given["EMBEDDING_MODEL"],
    }


@pytest.mark.timeout(600)  # it takes one to two minutes; on a busy machine more
def test_every_answer_is_as_the_document_says(
    cloud: LocalCloud, known: dict[str, str], tmp_path: Path
) -> None:
    configured = ("--config-file", CONFIGURATION, "run", DOCUMENT, "--url", cloud.url, "--no-color")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **known}
    done = subprocess.run(
        [TOOL, *configured], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
