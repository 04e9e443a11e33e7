"""The console's own unit tests, which Vitest runs."""

import shutil
import subprocess

import pytest

from tests.stack import ROOT

WEB = ROOT / "functions/console/web"
LIMIT_S = 240  # they take ten; a busy machine longer


def test_the_consoles_own_tests_pass() -> None:
    npm = shutil.which("npm")
    if not npm or not (WEB / "node_modules/vitest").is_dir():
        pytest.skip("the console's packages are not installed: `make console`, with Node 20.19+")
    ran = subprocess.run(
        [npm, "test", "--silent"], cwd=WEB, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
