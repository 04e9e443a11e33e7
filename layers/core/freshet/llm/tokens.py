"""How many tokens a text has, about: for when the upstream does not say.

A tokenizer's vocabulary has to be downloaded and weighs tens of megabytes; this is within some ten per cent
of what OpenAI, DeepSeek and Qwen count for prose in English and Chinese, and is always marked as estimated.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_PIECES = re.compile(
    rf"(?P<word>[A-Za-z]+)|(?P<digits>\d{{1,3}})|(?P<cjk>[{_CJK}])|(?P<lines>\n+)|(?P<mark>[^\sA-Za-z\d{_CJK}])"
)
_COST = {"digits": 1.0, "cjk": 0.75, "lines": 0.5, "mark": 0.75}
_WORD_LETTERS = 9  # a longer word is more than one token
_MESSAGE_TOKENS = 4  # role and delimiters

MOST_TOKENS = 1_000_000_000  # of one answer: what a caller or an upstream says beyond it is not believed
LONG = 20_000  # characters: to estimate as many takes 10 to 20 ms, so that more of them is work for a thread


class Prompt:
    """The tokens of a prompt, estimated once, when somebody first asks."""

    def __init__(self, messages: Sequence[Mapping[str, Any]]) -> None:
        self._messages = messages
        self._tokens: int | None = None

    def tokens(self) -> int:
        """As `estimate_prompt_tokens`."""
        if self._tokens is None:
            self._tokens = estimate_prompt_tokens(self._messages)
        return self._tokens

    def uncounted(self) -> int:
        """Characters that are still to be looked at."""
        if self._tokens is not None:
            return 0
        return sum(len(_text(message.get("content"))) for message in self._messages)


def estimate_tokens(text: str) -> int:
    """Tokens of `text`, about."""
    total = 0.0
    for piece in _PIECES.finditer(text):
        kind = piece.lastgroup or ""
        total += 1 + (piece.end() - piece.start() - 1) // _WORD_LETTERS if kind == "word" else _COST[kind]
    return round(total + 0.49)


def estimate_prompt_tokens(messages: Iterable[Mapping[str, Any]]) -> int:
    """Tokens of a prompt, about; of content in parts the text counts."""
    return sum(_MESSAGE_TOKENS + estimate_tokens(_text(message.get("content"))) for message in messages)


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text") or "") for part in parts if isinstance(part, Mapping))
