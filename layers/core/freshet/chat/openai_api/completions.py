"""Chat completions: a run's frames as OpenAI's answer, whole or in chunks. Both say the same.

What belongs here: the shapes of `chat.completion` and `chat.completion.chunk`. What does not: the request
(`completion_request`), and how a chunk reaches the client (`freshet.sse`). Reasoning has no place in OpenAI's
shape; it stands where DeepSeek, OpenRouter and vLLM put it, in `reasoning_content`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from freshet.chat.openai_api.annotations import chat_annotations
from freshet.chat.openai_api.errors import body
from freshet.errors import FreshetError
from freshet.ids import made_at
from freshet.runs.frame import Frame, raise_failure, text_in

_END = b"data: [DONE]\n\n"
_NO_TEXT = b'""'
_UNFINISHED = {"length", "content_filter"}  # whatever else providers say is `stop` or `tool_calls`
_FIGURES = ("cost", "currency", "attempts", "estimated")


def completion(
    run_id: str, started: Mapping[str, Any], data: Mapping[str, Any], *, model: str, tools: Collection[str]
) -> dict[str, Any]:
    """The whole answer, from the data of a run's first frame and of its last, which holds no failure.

    `model` is its name as it was asked for, `tools` are those whose calls are left to the caller: calls that
    were run here are nothing for a client, which would try to answer them.
    """
    final = data["final_response"]
    calls = [call for call in final.get("tool_calls", ()) if call["name"] in tools]
    message: dict[str, Any] = {
        "role": "assistant",
        "content": final["output"] or (None if calls else ""),
        "refusal": None,
        "annotations": chat_annotations(final["output"], final.get("citations", ())),
    }
    if reasoning := final.get("reasoning"):
        message["reasoning_content"] = reasoning
    if calls:
        message["tool_calls"] = list(map(_call, calls))
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": _finish_reason(final, calls),
    }
    return {
        **_head("chat.completion", run_id, model),
        "choices": [choice],
        "usage": _usage(data["metrics"]),
        "freshet": _ours(run_id, started, data["metrics"]),
    }


class CompletionChunks:
    """The `Encoding` of a run as a stream of chunks; parameters as for `completion`.

    A run must not begin again once something was sent: the protocol has no word for it.
    """

    def __init__(
        self, run_id: str, *, model: str, tools: Collection[str], include_usage: bool = False
    ) -> None:
        self._run_id = run_id
        self._head = _head("chat.completion.chunk", run_id, model)
        self._tools = tools
        self._usage: dict[str, Any] = {"usage": None} if include_usage else {}
        self._started: dict[str, Any] = {}
        self._places: dict[int, int] = {}  # of a call among the client's, by its index in the run
        self._opened = self._said = False
        # A chunk of text is these two with the text between them, as it stands in the frame.
        usage = b',"usage":null' if include_usage else b""
        head = orjson.dumps(self._head).removesuffix(b"}")
        self._before = b'data: %b,"choices":[{"index":0,"delta":{"content":' % head
        self._after = b'},"logprobs":null,"finish_reason":null}]%b}\n\n' % usage

    def encode(self, frame: Frame) -> bytes:
        """The chunks of one frame."""
        if self._said and (literal := text_in(frame)):  # nearly all of them, after the first
            return b"%b%b%b" % (self._before, literal, self._after) if literal != _NO_TEXT else b""
        data = frame.data
        if frame.last:
            return self._last(data)
        if "started" in data:
            self._started = data
        elif text := data.get("content"):
            self._said = True
            return self._delta({"content": text})
        elif text := data.get("reasoning"):
            return self._delta({"reasoning_content": text})
        elif "tool_call" in data:
            return self._tool_call(data["tool_call"])
        return b""

    def end(self) -> bytes:
        """`[DONE]`."""
        return _END

    def _tool_call(self, call: Mapping[str, Any]) -> bytes:
        """A piece of a call, unless it is one that is run here. Its first piece says which it is."""
        index, function = call["index"], {"arguments": call["arguments"]}
        if call["name"] is None:
            known: dict[str, Any] = {}
        elif call["name"] in self._tools:
            self._places[index] = len(self._places)
            known, function = {"id": call["id"], "type": "function"}, {"name": call["name"], **function}
        if index not in self._places:
            return b""
        return self._delta({"tool_calls": [{"index": self._places[index], **known, "function": function}]})

    def _last(self, data: Mapping[str, Any]) -> bytes:
        """The end: annotations, finish reason and usage, or an error, which is what a stop is to a client."""
        try:
            raise_failure(self._run_id, dict(data))
        except FreshetError as error:
            return _event(body(error))
        final = data["final_response"]
        annotations = chat_annotations(final["output"], final.get("citations", ()))
        ours = {"freshet": _ours(self._run_id, self._started, data["metrics"])}
        reason = _finish_reason(final, self._places)
        silence = b"" if self._said or self._places else self._delta({"content": ""})
        cited = self._delta({"annotations": annotations}) if annotations else b""
        if not self._usage:
            return silence + cited + self._delta({}, reason, ours)
        used = {**self._head, "choices": [], "usage": _usage(data["metrics"]), **ours}
        return silence + cited + self._delta({}, reason) + _event(used)

    def _delta(
        self, delta: dict[str, Any], finish_reason: str | None = None, more: Mapping[str, Any] | None = None
    ) -> bytes:
        """A chunk. The first one says who speaks; as at OpenAI its content is null if it is no text."""
        if not self._opened:
            self._opened = True
            delta = {"role": "assistant", "content": None, **delta}
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return _event({**self._head, "choices": [choice], **self._usage, **(more or {})})


def _head(kind: str, run_id: str, model: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{run_id}",
        "object": kind,
        "created": int(made_at(run_id)),
        "model": model,
        "system_fingerprint": None,
    }


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = {"name": call["name"], "arguments": call["arguments"]}
    return {"id": call["id"], "type": "function", "function": function}


def _finish_reason(final: Mapping[str, Any], calls: Sequence[Any] | Mapping[Any, Any]) -> str:
    """One of OpenAI's. Providers say `stop` beside calls, and `tool_calls` of those that were run here."""
    said = str(final.get("finish_reason"))
    return said if said in _UNFINISHED else "tool_calls" if calls else "stop"


def _usage(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Tokens of all of the run's model calls. Reasoning is among the completion's, not told apart."""
    prompt, completed = metrics["prompt_tokens"], metrics["completion_tokens"]
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completed,
        "total_tokens": prompt + completed,
        "prompt_tokens_details": {"cached_tokens": metrics.get("cached_tokens", 0)},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def _ours(run_id: str, started: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What OpenAI's shape has no place for; `model_id` is the number of the model's configuration, if any."""
    figures = {name: metrics[name] for name in _FIGURES}
    return {"run_id": run_id, "model_id": started.get("model_id"), **figures}


def _event(data: Mapping[str, Any]) -> bytes:
    return b"data: %s\n\n" % orjson.dumps(data)
