"""Clients from npm: `node/*.test.mjs`, run by Node's own test runner. Skipped where there is no Node."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).with_name("node")
OLDEST = 20
PROGRAMS = sorted(path.name for path in HERE.glob("*.test.mjs"))


@pytest.fixture(scope="session")
def node() -> str:
    found = shutil.which("node")
    if not found or _major(found) < OLDEST:
        pytest.skip(f"no Node {OLDEST} or newer")
    if not (HERE / "node_modules/.installed").exists():
        pytest.skip("the clients are not installed: `make test` does it, with npm")
    return found


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_client_from_npm_runs_unchanged(
    node: str, base_url: str, key: str, model: str, rag: str, program: str
) -> None:
    given = {"BASE_URL": base_url, "API_KEY": key, "MODEL": model, "RAG": rag}
    done = subprocess.run(
        [node, "--test", "--test-reporter=spec", program],
        cwd=HERE,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.removeprefix("v").split(".")[0])
