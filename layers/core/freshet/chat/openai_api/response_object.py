"""OpenAI's Response object: what it says of a run besides its output.

What belongs here: its members. What does not: when they are known (`response_events`).
"""

from collections.abc import Mapping
from typing import Any

from freshet.chat.openai_api.errors import body as error_body
from freshet.errors import restored

_CUT = {"length": "max_output_tokens", "content_filter": "content_filter"}  # finish reasons in OpenAI's words
_CODES = {  # of a Response's error, by the type of the error
    "rate_limit_error": "rate_limit_exceeded",
    "insufficient_quota": "rate_limit_exceeded",
    "invalid_request_error": "invalid_prompt",
}

DEFAULTS: dict[str, Any] = {  # of what the request does not say, and of what is not known yet
    "background": False,
    "completed_at": None,
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "service_tier": "default",
    "store": True,
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": None,
    "truncation": "disabled",
    "usage": None,
    "user": None,
}


def end_of(data: Mapping[str, Any], finish_reason: str | None) -> dict[str, Any]:
    """How a run has ended, in the members of a Response."""
    if "problem" in data:
        return {"status": "failed", "error": _error(data["problem"])}
    if data.get("status") == "stopped":
        return {"status": "cancelled"}
    if finish_reason in _CUT:
        return {"status": "incomplete", "incomplete_details": {"reason": _CUT[finish_reason]}}
    return {"status": "completed"}


def error_event(problem: Mapping[str, Any]) -> dict[str, Any]:
    """A failure after the start. OpenAI documents the members beside `type`, but sends them as `error`.

    At the latter its clients raise: here they are in both places.
    """
    error = error_body(restored(problem))["error"]
    said = {name: error[name] for name in ("code", "message", "param")}
    return {"type": "error", **said, "error": error}


def usage(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Tokens, from a run's metrics."""
    given, written = metrics.get("prompt_tokens", 0), metrics.get("completion_tokens", 0)
    cached = metrics.get("cached_tokens", 0)
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},  # not told apart in a run's metrics
        "total_tokens": given + written,
    }


def _error(problem: Mapping[str, Any]) -> dict[str, str]:
    """`error` of a Response, whose codes are few."""
    error = error_body(restored(problem))["error"]
    return {"code": _CODES.get(error["type"], "server_error"), "message": error["message"]}
