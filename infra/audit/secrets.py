"""Secrets in tracked files: what looks like a key and is not known to be a test's.

Patterns of keys whose form is known, and long values of many different characters given to something that is
called a secret. Names of files are not looked at, nor the past: git's history needs a tool of its own.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.audit.tracked import ROOT, tracked

# Values that look like one, and why they are none.
KNOWN: Mapping[str, str] = {
    "sk-proj-NoBodyMayReadThis0123456789": "words: a test sees that no answer shows it",
    "sk-of-the-model-0123456789": "words: a test sees that no tool is given it",
    "://me:hunter2@": "a URL that must be refused",
    "://u:p@": "a URL that must be refused",
    "://user:password@": "a URL that must be refused",
}

_BITS = 3.5  # a character of a random value of 20 has that; words of any language have less
# Each begins with a literal, so that what precedes it is looked at last: ten times faster.
_FORMS = re.compile(
    "|".join(
        [
            r"AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}",  # AWS
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
            r"sk-(?<![\w-]sk-)[\w-]{20,}",  # OpenAI, Anthropic and those who speak like them
            r"fk_(?<!\wfk_)[\w-]{43}(?![\w-])",  # ours: freshet.keys
            r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+",  # a signed token
            r"gh[pousr]_\w{36}|github_pat_\w{22,}",
            r"xox[abpr]-[\w-]{10,}",  # Slack
            r"AIza[\w-]{35}",  # Google
            r"npm_\w{36}",
            r"://[^\s/:@{}$<>'\"]+:[^\s/:@{}$<>'\"]+@",  # a password in a URL
        ]
    ),
    re.ASCII,
)
_GIVEN = re.compile(r"[:=][ \t]*[bf]?[\"']?([\w+/=.~-]{20,})(?=[\"',;}\s]|$)", re.ASCII)
_SECRET = re.compile(r"(?:secret|token|passw|api_?key|access_?key|credential)\w*[\"']?\s*$", re.IGNORECASE)
_NAME = 40  # characters before a value in which its name is looked for


@dataclass(frozen=True)
class Found:
    """Where something was found. The value is not shown whole: what is printed is kept by others."""

    path: Path
    line: int
    value: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.value[:8]}…"


def found_in(text: str) -> Iterator[tuple[int, str]]:
    """What looks like a secret in a text: its line, and its value."""
    for match in _FORMS.finditer(text):
        if not match[0].startswith("sk-") or _is_random(match[0]):  # tests have words there
            yield text.count("\n", 0, match.start()) + 1, match[0]
    for match in _GIVEN.finditer(text):
        name = text[max(0, match.start() - _NAME) : match.start()]
        if _SECRET.search(name) and _is_random(match[1]):
            yield text.count("\n", 0, match.start()) + 1, match[1]


def problems() -> list[Found]:
    """What tracked text files hold that is not known."""
    return [
        Found(path, line, value)
        for path in tracked()
        if b"\0" not in (content := (ROOT / path).read_bytes())
        for line, value in found_in(content.decode(errors="replace"))
        if value not in KNOWN
    ]


def _is_random(value: str) -> bool:
    """Whether its characters are as mixed as a key's: by Shannon's entropy, and digits among them."""
    shares = [count / len(value) for count in Counter(value).values()]
    bits = -sum(share * math.log2(share) for share in shares)
    return bits >= _BITS and any(map(str.isdigit, value))
