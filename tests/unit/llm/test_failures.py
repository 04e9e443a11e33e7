"""Retry-After and token estimates: what an upstream says, and what it does not say."""

import time
from email.utils import formatdate

import pytest

from freshet.llm import estimate_prompt_tokens, estimate_tokens
from freshet.llm.failures import retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_may_be_a_date() -> None:
    wait = retry_after({"retry-after": formatdate(time.time() + 30, usegmt=True)})
    assert wait is not None
    assert 25 < wait <= 31


# Counts of OpenAI's o200k vocabulary are near these.
@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 1),
        ("The quick brown fox jumps over the lazy dog.", 9, 12),
        ("人工智能正在改变世界的每一个角落。", 9, 16),
        ("def add(a, b):\n    return a + b\n", 10, 18),
        ("1234567890", 3, 5),
    ],
)
def test_an_estimate_is_near(text: str, low: int, high: int) -> None:
    assert low <= estimate_tokens(text) <= high


def test_a_prompt_counts_its_text_parts() -> None:
    parts = [{"type": "text", "text": "hello world"}, {"type": "image_url", "image_url": {"url": "data:…"}}]
    whole = estimate_prompt_tokens([{"role": "user", "content": "hello world"}])
    assert estimate_prompt_tokens([{"role": "user", "content": parts}]) == whole
    assert estimate_prompt_tokens([{"role": "assistant", "content": None}]) > 0
