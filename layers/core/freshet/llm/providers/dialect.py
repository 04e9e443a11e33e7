"""Which of OpenAI's request parameters an endpoint takes, learnt from what it refuses.

What belongs here: the body of a chat request. What does not: sending it (`openai`), and doing without what
the caller asked for (`temperature`, `tools` …): that it is refused is the caller's answer.
"""

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from freshet.errors import ModelBadRequest
from freshet.llm.request import Request
from freshet.llm.structured.schema import Schema

# In the words of OpenAI, Azure, DeepSeek, Groq, Mistral, vLLM, LM Studio, Volcengine, SiliconFlow …
_REFUSED = re.compile(
    r"unsupported|not (yet )?support|n't support|unrecognized|unknown|unexpected|forbidden|not permitted"
    r"|not allowed|deprecated|unavailable|not available|not implemented|cannot find"
)
_FORMAT = re.compile(r"response[_ ]?(format|schema)|json[_ ]?(schema|object|mode)|structured output|grammar")
_TOOL = re.compile(r"for (function|tool)\b|\btools?[.\[]|function\.parameters")
_THIS_SCHEMA = re.compile(r"invalid schema|features not supported|schema (is )?too |schema exceeds")
_STRICT = re.compile(r"\bstrict\b")
_SYSTEM = {"system", "developer"}


class _Form(IntEnum):
    """How an endpoint is told of a schema: from the best way to the one that every endpoint takes."""

    STRICT = 0  # `json_schema`, enforced
    SCHEMA = 1  # `json_schema` without `strict`
    OBJECT = 2  # `json_object`, the schema in the prompt
    PROMPT = 3  # the prompt alone


class Dialect:
    """One endpoint's. What is learnt is remembered for the model, in this process."""

    def __init__(self) -> None:
        self._refused: set[tuple[str, str]] = set()  # model, parameter
        self._forms: dict[tuple[str, bool, str], _Form] = {}  # model, with tools, schema ("" for all)

    def body(self, request: Request) -> dict[str, Any]:
        """The body of a streamed chat request."""
        messages = request.messages
        if self._refuses(request, "reasoning_content"):
            messages = [_without_reasoning(message) for message in messages]
        body: dict[str, Any] = {"model": request.model, "messages": messages}
        if not self._refuses(request, "stream_options"):
            body["stream_options"] = {"include_usage": True}
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.max_tokens is not None:
            refused = self._refuses(request, "max_tokens")
            body["max_completion_tokens" if refused else "max_tokens"] = request.max_tokens
        if request.tools:
            body["tools"] = list(request.tools)
        if request.tool_choice is not None and not self._refuses(request, "tool_choice"):
            body["tool_choice"] = request.tool_choice
        if request.response_format is not None:
            body["response_format"] = request.response_format
        elif request.schema is not None:
            body |= _formatted(request, request.schema, self._form(request, request.schema))
        return {**body, **request.extra, "stream": True}

    def learn(self, request: Request, sent: Mapping[str, Any], error: ModelBadRequest) -> bool:
        """Takes in why the body `sent` was refused. True: it would be another one now, try again.

        A request is refused only so often: each lesson leaves fewer ways to ask.
        """
        if self.body(request) != sent:
            return True  # learnt from another call meanwhile
        words = error.detail.lower()
        parameter = _refused_parameter(request, words)
        if "reasoning_content" in words and any("reasoning_content" in one for one in sent["messages"]):
            self._refused.add((request.model, "reasoning_content"))
        elif parameter and parameter in sent:
            self._refused.add((request.model, parameter))
        elif request.schema is not None and _is_about_the_format(request, words):
            self._step_down(request, request.schema, words)
        return self.body(request) != sent

    def _refuses(self, request: Request, parameter: str) -> bool:
        return (request.model, parameter) in self._refused

    def _form(self, request: Request, schema: Schema) -> _Form:
        known = [
            self._forms.get((request.model, bool(request.tools), name), _Form.STRICT)
            for name in ("", schema.name)
        ]
        return max(known if schema.strict else [*known, _Form.SCHEMA])

    def _step_down(self, request: Request, schema: Schema, words: str) -> None:
        form = self._form(request, schema)
        this_schema = _THIS_SCHEMA.search(words) is not None
        small_step = form < _Form.OBJECT and (this_schema or _STRICT.search(words) is not None)
        step = form + 1 if small_step else max(form + 1, _Form.OBJECT)
        name = schema.name if this_schema else ""
        self._forms[request.model, bool(request.tools), name] = _Form(min(step, _Form.PROMPT))


def _is_about_the_format(request: Request, words: str) -> bool:
    """Whether a refusal speaks of the format that the schema was put into. The caller's own stays."""
    if request.response_format is not None or "response_format" in request.extra:
        return False
    return _FORMAT.search(words) is not None and ("response" in words or _TOOL.search(words) is None)


def _refused_parameter(request: Request, words: str) -> str | None:
    """The parameter that an endpoint does not know and the caller can do without."""
    if "max_completion_tokens" in words and "instead" in words:
        return "max_tokens"
    if not _REFUSED.search(words):
        return None
    if "stream_options" in words or "include_usage" in words:
        return "stream_options"
    # `auto` is what it would do anyway.
    return "tool_choice" if "tool_choice" in words and request.tool_choice == "auto" else None


def _without_reasoning(message: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "reasoning_content"}


def _formatted(request: Request, schema: Schema, form: _Form) -> dict[str, Any]:
    """The part of the body that asks for a schema."""
    if form <= _Form.SCHEMA:
        asked = schema.response_format()
        if form == _Form.SCHEMA:
            del asked["json_schema"]["strict"]
        return {"response_format": asked}
    prompted = {"messages": _instructed(request.messages, schema.instructions())}
    return {**prompted, "response_format": {"type": "json_object"}} if form == _Form.OBJECT else prompted


def _instructed(messages: list[dict[str, Any]], instructions: str) -> list[dict[str, Any]]:
    """The messages with the instructions at the end of the first system message, or as one."""
    first, *others = messages
    content = first.get("content")
    if first.get("role") not in _SYSTEM:
        return [{"role": "system", "content": instructions}, *messages]
    if isinstance(content, list):
        return [{**first, "content": [*content, {"type": "text", "text": instructions}]}, *others]
    return [{**first, "content": f"{content}\n\n{instructions}" if content else instructions}, *others]
