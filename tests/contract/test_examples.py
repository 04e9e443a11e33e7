"""The examples of the READMEs run, as they stand there."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.unit.llm.upstream import started

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
async def test_the_model_clients_example_runs(readme: str, tmp_path: Path) -> None:
    text = (ROOT / readme).read_text()
    example = re.search(r"<!-- example -->\n```python\n(.*?)```", text, re.DOTALL)
    assert example
    async with started(pace_ms=1) as stand_in:
        source = example[1].replace("https://api.openai.com/v1", f"{stand_in.url}/v1")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-X", "dev", "-c", source),
            cwd=tmp_path,
            env={**os.environ, "OPENAI_API_KEY": "sk-none"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
    # asyncio's debug mode tells what took long, and other tests want the cores, too.
    said = re.sub(r"^Executing <.*> took .* seconds\n", "", err.decode(), flags=re.MULTILINE)
    assert (process.returncode, said) == (0, "")
    assert "ToolResult" in out.decode()
    assert len((tmp_path / "translations.jsonl").read_text().splitlines()) == 3
