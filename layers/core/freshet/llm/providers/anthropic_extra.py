"""What callers say beside their messages in OpenAI's words, said in Anthropic's.

What belongs here: members of OpenAI's chat API that end in `extra`. What has a counterpart is put into it,
what has none is dropped: the API refuses what it does not know, and a fallback must not fail over a `seed`.
Anthropic's own members go as they are.
"""

from collections.abc import Mapping
from typing import Any

# https://platform.openai.com/docs/api-reference/chat/create; those that Anthropic has no word for.
_UNKNOWN = {
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "modalities",
    "n",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "seed",
    "store",
    "stream_options",
    "top_logprobs",
    "verbosity",
    "web_search_options",
}
_TRANSLATED = {
    "stop",
    "max_completion_tokens",
    "user",
    "safety_identifier",
    "parallel_tool_calls",
    "metadata",
}
_SERVICE_TIERS = {"auto", "standard_only"}


def in_anthropics_words(extra: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Members to lay over `body`, which is what is asked for besides."""
    known = {name: value for name, value in extra.items() if name not in _UNKNOWN | _TRANSLATED}
    if known.get("service_tier", "auto") not in _SERVICE_TIERS:
        del known["service_tier"]
    return {**_translated(extra, body), **known}


def _translated(extra: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if stops := _stops(extra.get("stop")):
        said["stop_sequences"] = stops
    if extra.get("max_completion_tokens") is not None:
        said["max_tokens"] = extra["max_completion_tokens"]
    if user := _user(extra):
        said["metadata"] = {"user_id": user}
    choice = body.get("tool_choice") or {"type": "auto"}
    if extra.get("parallel_tool_calls") is False and body.get("tools") and choice["type"] != "none":
        said["tool_choice"] = {"disable_parallel_tool_use": True, **choice}
    return said


def _stops(stop: str | list[str] | None) -> list[str]:
    """Those that the API takes: blank ones it refuses."""
    return [one for one in ([stop] if isinstance(stop, str) else stop or ()) if one.strip()]


def _user(extra: Mapping[str, Any]) -> str | None:
    """Who asks. OpenAI's own `metadata` may hold anything; Anthropic's holds only this."""
    metadata = extra.get("metadata") or {}
    user = metadata.get("user_id") or extra.get("safety_identifier") or extra.get("user")
    return str(user) if user else None
