"""Commands that would fetch what no lock names, in the files that build, test and deploy.

What does not belong here: what tests start (they can't reach the network), and prose.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from infra.audit.tracked import ROOT, tracked

_NAMES = {"Makefile", "Dockerfile", "package.json", "samconfig.toml", "template.yaml"}

_PIP = re.compile(r"\b(?:pip3?|uv pip) (?:install|download|wheel|sync)\b(.*)")
_LOCKED = "--require-hashes"
# The project's own folder, with build tools that are installed already: nothing is fetched.
_OWN = ("--no-deps", "--no-build-isolation", "--editable .")

_FETCHES = re.compile(
    r"\bnpm (?:i|install|add|update|exec|init|link)\b"
    r"|\b(?:npx|yarn|pnpm|bunx?|uvx|pipx|easy_install|conda|poetry) |\buv (?:tool|add|run|sync)\b"
    r"|\b(?:cargo|go|gem|playwright) install\b|\bdocker (?:pull|run|build)\b|\bgit clone\b|\b(?:curl|wget) "
)
_SYSTEM = re.compile(r"\b(?:apt-get|apt|apk|dnf|yum|brew)\b[^;&|]*\b(?:install|add)\b((?:\s+[^\s;&|}]+)*)")
# A browser is 200 packages of the system's, which its archive signs; without it only its tests are skipped.
_FROM_THE_SYSTEM = {"chromium", "fonts-noto-cjk"}


def scripts() -> list[Path]:
    """The files that hold commands."""
    return [
        path for path in tracked() if path.name in _NAMES or path.suffix == ".sh" or path.parts[0] == ".ci"
    ]


def unpinned(text: str) -> Iterator[str]:
    """The commands in a script that fetch what no lock names."""
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        command = re.sub(r"(^|\s)#.*", "", line)
        fetches = bool(_FETCHES.search(command))
        fetches |= any(map(_unlocked, _PIP.finditer(command)))
        if fetches or any(map(_strange, _SYSTEM.finditer(command))):
            yield command.strip()


def problems() -> list[str]:
    """All of the project's."""
    return [
        f"{path}: {line}"
        for path in scripts()
        for line in unpinned((ROOT / path).read_text(encoding="utf-8"))
    ]


def _unlocked(found: re.Match[str]) -> bool:
    return _LOCKED not in found[1] and not all(option in found[1] for option in _OWN)


def _strange(found: re.Match[str]) -> bool:
    wanted = {word for word in found[1].split() if not word.startswith("-")}
    return not wanted <= _FROM_THE_SYSTEM
