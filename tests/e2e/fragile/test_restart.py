"""Starting and stopping: documents outlive a stop, nothing else does, refusals are one sentence."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from infra.local.ports import free_ports, listen
from tests.e2e.client import add, ask, checked, final, read
from tests.e2e.local_cloud import STOP_S, LocalCloud

TEXT = b"# Orchard\n\nThe orchard of Veere has 312 apple trees.\n"
QUESTION = "How many apple trees has the orchard of Veere?"


@pytest.fixture(scope="module")
def orchard(open_api: httpx.Client) -> dict[str, Any]:
    return add(open_api, "orchard.md", TEXT)


def check_kept(open_api: httpx.Client, document: dict[str, Any]) -> None:
    assert checked(open_api.get(f"/api/v1/documents/{document['id']}")) == document
    events = ask(open_api, QUESTION)
    assert "312 apple trees" in final(events)["output"]
    assert final(events)["citations"][0]["document_id"] == document["id"]
    url = open_api.get(f"/api/v1/documents/{document['id']}/file").headers["location"]
    assert httpx.get(url).content == TEXT


def ports_of(cloud: LocalCloud) -> list[int]:
    found = cloud.running
    urls = [found["endpoint"], found["given"]["QDRANT_URL"], found["given"]["MODEL_BASE_URL"]]
    return [cloud.port, *(int(httpx.URL(url).port or 0) for url in urls)]


def check_nothing_left(cloud: LocalCloud, before: list[psutil.Process], ports: list[int]) -> None:
    """No process of its own, none that names its state, and nobody listens on its ports."""
    psutil.wait_procs(before, timeout=5)
    assert [one for one in before if one.is_running()] == []
    state = str(cloud.state.folder)
    assert [one.pid for one in psutil.process_iter() if state in _command(one)] == []
    for port in ports:
        listen(port).close()
    assert not cloud.running


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_stop_in_the_middle_of_a_stream_leaves_nothing_running_and_loses_nothing(
    fragile: LocalCloud, open_api: httpx.Client, orchard: dict[str, Any]
) -> None:
    for fault in ("", "slow=3000"):
        checked(httpx.post(f"{fragile.model_url}/__faults", json={"fault": fault}))
    processes, ports = fragile.processes(), ports_of(fragile)
    assert len(processes) >= 5  # three parts, and sandboxes

    def stopped() -> None:
        for event in read(open_api, QUESTION):
            if "content" in event.data:
                assert fragile.stop(signal.SIGINT) == 0

    with pytest.raises(httpx.RemoteProtocolError):
        stopped()
    check_nothing_left(fragile, processes, ports)
    fragile.start()
    check_kept(open_api, orchard)
    assert ports_of(fragile) == ports  # links that somebody kept stay good


def test_a_local_cloud_that_is_killed_leaves_nothing_running_and_loses_nothing(
    fragile: LocalCloud, open_api: httpx.Client, orchard: dict[str, Any]
) -> None:
    assert checked(open_api.get(f"/api/v1/documents/{orchard['id']}")) == orchard
    processes, ports, said = fragile.processes(), ports_of(fragile), len(fragile.log)
    assert fragile.stop(signal.SIGKILL) == -signal.SIGKILL
    psutil.wait_procs(processes, timeout=STOP_S)
    assert [one for one in processes if one.is_running()] == []
    for port in ports:
        listen(port).close()
    fragile.start()
    assert checked(open_api.get(f"/api/v1/documents/{orchard['id']}")) == orchard
    assert checked(open_api.post("/api/v1/search", json={"query": QUESTION}))["items"]
    assert "Traceback" not in fragile.log[said:]


def run(cloud: LocalCloud, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, env=cloud.environment(), capture_output=True, text=True, timeout=STOP_S, check=False
    )


def check_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    for word in words:
        assert word in sentence


def test_a_port_in_use_is_one_clear_sentence(fragile: LocalCloud, tmp_path: Path) -> None:
    (port,) = free_ports([0])
    with listen(port):
        mine = [*fragile.command("--port", str(port))[:-1], str(tmp_path / "state")]
        check_one_sentence(run(fragile, *mine), f"Port {port} is in use", "--port")


def test_a_second_cloud_on_a_state_is_one_clear_sentence(fragile: LocalCloud, open_api: httpx.Client) -> None:
    (port,) = free_ports([0])
    done = run(fragile, *fragile.command("--port", str(port)))
    check_one_sentence(done, str(fragile.state.folder), "--state")
    assert open_api.get("/health").status_code == 200
    assert fragile.running


def test_an_impossible_state_folder_is_one_clear_sentence(fragile: LocalCloud, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (port,) = free_ports([0])
    mine = [*fragile.command("--port", str(port))[:-1], str(tmp_path / "file" / "state")]
    check_one_sentence(run(fragile, *mine), "Can't keep state", str(tmp_path))
