"""The command line: what it says when it can't start, and a whole life of a local cloud."""

import asyncio
import dataclasses
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from infra.local.cli import console_line
from infra.local.environment import parameters, read_environment, variable
from infra.local.errors import LocalCloudError
from infra.local.ports import HOST, free_ports, listen
from infra.local.servers import ROOT
from infra.local.state import State
from tests.unit.local.rig import small_stack

_DROPPED = ("AWS_ENDPOINT_URL", "QDRANT_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "LOCAL_AUTH")


async def run(*arguments: str, stdin: bytes | None = None) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.local", *arguments),
        cwd=ROOT,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    if stdin is not None:
        assert process.stdin
        process.stdin.write(stdin)
        process.stdin.close()
    return process


async def finished(*arguments: str, stdin: bytes | None = None) -> tuple[int | None, str, str]:
    process = await run(*arguments, stdin=stdin)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


async def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        code, out, err = await finished("--port", str(port), "--state", str(tmp_path))
    assert (code, out) == (1, "")
    assert err == f"Port {port} is in use. Stop what listens there, or choose another: --port {port + 1}.\n"


async def test_a_state_folder_that_cant_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, err = await finished("--port", "0", "--state", str(tmp_path / "file" / "state"))
    assert code == 1
    assert err.startswith("Can't keep state in ")
    assert err.count("\n") == 1


def test_a_second_cloud_on_the_same_state_is_refused(tmp_path: Path) -> None:
    first, second = State(tmp_path), State(tmp_path)
    first.open()
    first.write("running", {"port": 1})
    with pytest.raises(LocalCloudError, match="Another local cloud uses"):
        second.open()
    second.close()
    assert first.is_taken()
    assert first.read("running") == {"port": 1}
    first.close()
    assert not first.is_taken()
    assert first.read("running") == {}


async def test_from_start_to_ctrl_c(tmp_path: Path) -> None:
    (port,) = free_ports([0])
    process = await run("--port", str(port), "--state", str(tmp_path), "--no-demo")
    try:
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        assert line.startswith(f"Freshet runs on http://{HOST}:{port}".encode()), line
        async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", trust_env=False, timeout=20) as client:
            assert (await client.get("/health")).json() == {"status": "ok"}
            assert (await client.get("/api/v1/documents")).json()["items"] == []
        code, out, err = await finished("invoke", "health", "-", "--state", str(tmp_path), stdin=HEALTH)
        assert (code, json.loads(out)["statusCode"]) == (0, 200), err
        children = psutil.Process(process.pid).children(recursive=True)
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    assert len(children) >= 3
    assert not [child for child in children if child.is_running()]


async def test_invoke_starts_what_is_missing_and_names_what_does_not_exist(tmp_path: Path) -> None:
    code, _, err = await finished("invoke", "nobody", "-", "--state", str(tmp_path), stdin=b"{}")
    assert code == 1
    assert "There is no function nobody; there are authorize, " in err


HEALTH = json.dumps(
    {
        "resource": "/health",
        "path": "/health",
        "httpMethod": "GET",
        "headers": {},
        "multiValueHeaders": {},
        "requestContext": {"requestId": "r"},
    }
).encode()


def test_the_welcome_tells_where_the_console_is_or_how_to_build_it(tmp_path: Path) -> None:
    stack = small_stack()
    console = dataclasses.replace(stack.functions["answer"], name="console", folder=tmp_path)
    built = dataclasses.replace(stack, functions={"console": console})
    assert console_line("http://x", built).startswith("not built: install Node 20.19 or newer")
    (tmp_path / "web/dist").mkdir(parents=True)
    (tmp_path / "web/dist/index.html").touch()
    assert console_line("http://x", built) == "http://x/"


class TestEnvironment:
    def test_the_real_environment_wins_over_dot_env(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".env").write_text("MODEL_NAME=file\nEMBEDDING_MODEL=file\nOPENAI_API_KEY=\n")
        monkeypatch.setenv("MODEL_NAME", "real")
        monkeypatch.delenv("EMBEDDING_MODEL", raising=False)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        found = read_environment(tmp_path)
        assert (found["MODEL_NAME"], found["EMBEDDING_MODEL"]) == ("real", "file")
        assert "OPENAI_API_KEY" not in found

    @pytest.mark.parametrize(
        ("name", "expected"),
        [("ModelBaseUrl", "MODEL_BASE_URL"), ("QdrantUrl", "QDRANT_URL"), ("StageName", "STAGE_NAME")],
    )
    def test_a_parameter_has_a_variable(self, name: str, expected: str) -> None:
        assert variable(name) == expected

    @pytest.mark.parametrize(
        ("environment", "expected"),
        [
            ({}, {"MODEL_BASE_URL": "stand-in", "MODEL_KEY_PARAMETER": ""}),
            ({"OPENAI_BASE_URL": "real"}, {"MODEL_BASE_URL": "real", "MODEL_KEY_PARAMETER": ""}),
            ({"MODEL_BASE_URL": "own", "OPENAI_BASE_URL": "real"}, {"MODEL_BASE_URL": "own"}),
            ({"MODEL_KEY_PARAMETER": "/mine"}, {"MODEL_KEY_PARAMETER": "/mine"}),
        ],
    )
    def test_openais_variables_mean_the_stacks_model(
        self, environment: Mapping[str, str], expected: Mapping[str, Any]
    ) -> None:
        found = parameters(environment, {"MODEL_BASE_URL": "stand-in"})
        assert {name: found[name] for name in expected} == expected

    def test_with_a_key_the_templates_own_parameter_names_the_secret(self) -> None:
        assert "MODEL_KEY_PARAMETER" not in parameters({"OPENAI_API_KEY": "sk"}, {})
