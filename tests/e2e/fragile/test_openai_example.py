"""The READMEs' example for OpenAI's own client runs, as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.local_cloud import LocalCloud

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_openais_client_runs_with_another_base_url(readme: str, fragile: LocalCloud) -> None:
    text = (ROOT / readme).read_text()
    example = re.search(r"<!-- openai example -->\n```python\n(.*?)```", text, re.DOTALL)
    assert example
    source = example[1].replace("http://127.0.0.1:8000", fragile.url)
    ended = subprocess.run([sys.executable, "-c", source], capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr.decode()) == (0, "")
    said = ended.stdout.decode().splitlines()
    assert said[:2] == ["Employees get 25 days of paid leave per year [1].", "employee-handbook.pdf"]
    assert said[2].startswith("Employees get 25 days")
    assert said[-1].endswith("response.completed")
