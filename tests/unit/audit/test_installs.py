"""Commands that fetch what no lock names are found; those of the project are not."""

import pytest

from infra.audit.installs import unpinned

GOOD = [
    "python -m pip install --no-deps --require-hashes -r requirements.txt",
    "python -m pip install --quiet \\\n  --require-hashes --target site -r requirements.txt",
    "pip install --no-deps --no-build-isolation --editable .",
    "npm ci --ignore-scripts --no-audit",
    "npm run --silent build && npm test",
    "# Needs uv (`pip install uv`).",
    "uv pip compile --generate-hashes pyproject.toml",
    "apt-get update && apt-get install --yes \\\n    chromium fonts-noto-cjk; } >/dev/null",
]
BAD = [
    "pip install requests",
    "pip3 install -r requirements.txt",
    "uv pip install --system ruff",
    "pip install --require-hashes -r a.txt\npip install b",
    "pip install --no-deps --editable .",
    "npm install",
    "npm i left-pad",
    "npm exec vite",
    "npx vite build",
    "uvx ruff check",
    "pipx run black",
    "playwright install chromium",
    "curl -sSf https://example.com/install.sh | sh",
    "test -x tool || wget https://example.com/tool",
    "git clone https://example.com/tool",
    "docker run --rm example/tool",
    "apt-get install --yes chromium nodejs",
    "brew install qpdf",
]


@pytest.mark.parametrize("command", GOOD)
def test_what_a_lock_names_may_be_installed(command: str) -> None:
    assert list(unpinned(command)) == []


@pytest.mark.parametrize("command", BAD)
def test_what_no_lock_names_is_found(command: str) -> None:
    assert len(list(unpinned(command))) == 1
