"""What a prompt holds: fenced sources, a question, a document, a conversation, tools' results, and the rules.

Freshet's prompts fence with tags; what is inside a fence is never read as a rule.
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any

from infra.local.model.protocol import text_of

# With an id: rules may mention a bare `<source>` in passing.
_SOURCE = re.compile(r"<source\b([^>]*\bid=[^>]*)>(.*?)</source>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_FENCED = re.compile(
    r"<(source|sources|question|document|passage|conversation|follow_up|key_points|draft|faults|rubric|answer|sample"
    r"|log|events|graph|names)"
    r"\b[^>]*>.*?</\1>",
    re.DOTALL,
)
_WANTED = re.compile(r"Wanted:\s*(?=\{)")
NO_ANSWER = "NO_ANSWER"


@dataclass(frozen=True, slots=True)
class Source:
    """One retrieved passage; `about` is what its attributes say of it (title, heading)."""

    id: str
    about: str
    text: str


@dataclass(frozen=True)
class ToolResult:
    """What the tool `name` said to a call; `arguments` is the call's JSON."""

    name: str
    arguments: str
    text: str

    @cached_property
    def sources(self) -> list[Source]:
        """The fenced passages that it found, in order."""
        return _sources(self.text)


@dataclass(frozen=True)
class Prompt:
    """A request's messages, read."""

    body: dict[str, Any]

    @cached_property
    def text(self) -> str:
        """All that was said by the system and the user."""
        return "\n".join(self._said)

    @cached_property
    def _said(self) -> list[str]:
        return [text_of(m) for m in self.body["messages"] if m["role"] not in {"assistant", "tool"}]

    @cached_property
    def rules(self) -> str:
        """The prompt without what is fenced: where instructions may stand."""
        return "\n".join(_FENCED.sub(" ", said) for said in self._said)

    @cached_property
    def wanted(self) -> dict[str, Any]:
        """What stands after `Wanted:`, outside of the fences."""
        found = _WANTED.search(self.rules)
        try:
            wanted = json.JSONDecoder().raw_decode(self.rules, found.end())[0] if found else {}
        except ValueError:
            return {}
        return dict(wanted)

    @cached_property
    def last_user(self) -> str:
        """The last thing the user said."""
        said = [text_of(m) for m in self.body["messages"] if m["role"] == "user"]
        return said[-1].strip() if said else ""

    @cached_property
    def results(self) -> list[ToolResult]:
        """What tools have said since the user did."""
        messages = self.body["messages"]
        asked = max((i for i, message in enumerate(messages) if message["role"] == "user"), default=-1)
        calls: dict[str, dict[str, str]] = {}
        found = []
        for message in messages[asked + 1 :]:
            calls |= {call["id"]: call["function"] for call in message.get("tool_calls") or []}
            if message["role"] == "tool":
                called = calls[message["tool_call_id"]]
                found.append(ToolResult(called["name"], called["arguments"], text_of(message).strip()))
        return found

    @cached_property
    def sources(self) -> list[Source]:
        """The fenced sources of the system and the user, in order."""
        return _sources(self.text)

    @cached_property
    def found(self) -> list[Source]:
        """The sources that tools have found since the user spoke."""
        return [source for result in self.results for source in result.sources]

    @cached_property
    def question(self) -> str:
        """The fenced question, or else what the user said last, without fences."""
        return self.fenced("question") or _FENCED.sub(" ", self.last_user).strip()

    @property
    def wants_token(self) -> bool:
        """Whether the rules name the token to reply with when nothing is found."""
        return NO_ANSWER in self.rules

    def fenced(self, tag: str) -> str:
        """The text of the last `<tag>`; empty if there is none."""
        fence = re.compile(rf"<{tag}\b[^>]*>(.*?)</{tag}>", re.DOTALL)
        found = [text for said in self._said for text in fence.findall(said)]  # rules may mention a bare tag
        return found[-1].strip() if found else ""


def _sources(text: str) -> list[Source]:
    found = []
    for position, (attributes, passage) in enumerate(_SOURCE.findall(text), 1):
        named = {name: unescape(a or b) for name, a, b in _ATTRIBUTE.findall(attributes)}
        about = " ".join(named.get(key, "") for key in ("title", "filename", "document", "heading"))
        found.append(Source(named.get("id", str(position)), about.strip(), passage.strip()))
    return found
