"""The messages of a chat request: what each role may say, and which message may follow which.

What is not known of a message is left out: clients send answers back as they got them, with members that no
model takes.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from freshet.chat.openai_api.body import Known
from freshet.chat.openai_api.errors import wrong

_FIRST_SHOWN = 5  # of many ids in one sentence


class _Part(BaseModel):
    """A part of a content; what else a provider knows of it (`cache_control` …) goes on to the model."""

    model_config = ConfigDict(strict=True, extra="allow")


class TextPart(_Part):
    type: Literal["text"]
    text: str


class RefusalPart(_Part):
    type: Literal["refusal"]
    refusal: str


class ImageUrl(_Part):
    url: str = Field(description="an address, or the image itself as a data URL")
    detail: str | None = None


class ImagePart(_Part):
    type: Literal["image_url"]
    image_url: ImageUrl


class InputAudio(_Part):
    data: str = Field(description="base64")
    format: str


class AudioPart(_Part):
    type: Literal["input_audio"]
    input_audio: InputAudio


class FilePart(_Part):
    type: Literal["file"]
    file: dict[str, Any]


class CalledFunction(Known):
    name: str
    arguments: str = Field(description="JSON text, as the model wrote it")


class MadeCall(Known):
    id: str
    type: Literal["function"]
    function: CalledFunction


UserPart = Annotated[TextPart | ImagePart | AudioPart | FilePart, Field(discriminator="type")]
AssistantPart = Annotated[TextPart | RefusalPart, Field(discriminator="type")]


class SystemMessage(Known):
    role: Literal["system", "developer"]
    content: str | list[TextPart]
    name: str | None = None


class UserMessage(Known):
    role: Literal["user"]
    content: str | list[UserPart]
    name: str | None = None


class AssistantMessage(Known):
    role: Literal["assistant"]
    content: str | list[AssistantPart] | None = None
    refusal: str | None = None
    name: str | None = None
    tool_calls: list[MadeCall] | None = None
    function_call: CalledFunction | None = None
    reasoning_content: str | None = Field(None, description="DeepSeek wants it back while tools are called")


class ToolMessage(Known):
    role: Literal["tool"]
    content: str | list[TextPart]
    tool_call_id: str


class FunctionMessage(Known):
    role: Literal["function"]
    name: str
    content: str | None = None


ChatMessage = Annotated[
    SystemMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage,
    Field(discriminator="role"),
]


def as_sent(message: ChatMessage) -> dict[str, Any]:
    """The message as a model gets it. An assistant's content is there even if it has none: some insist."""
    sent = message.model_dump(exclude_none=True)
    return {"role": sent.pop("role"), "content": None, **sent}


def require_order(messages: Sequence[ChatMessage]) -> None:
    """Raises Invalid unless every call of a tool is answered, and every answer answers a call."""
    if not messages:
        raise wrong("messages", "Invalid 'messages': empty array, at least one is needed.", "empty_array")
    asked: list[str] = []  # ids of calls that wait for their answers
    for place, message in enumerate(messages):
        if isinstance(message, ToolMessage):
            if message.tool_call_id not in asked:
                raise _answers_nothing(place, message.tool_call_id)
            asked.remove(message.tool_call_id)
            continue
        _require_none(asked, place - 1)
        if isinstance(message, AssistantMessage):
            _require_something(message, place)
            asked = [call.id for call in message.tool_calls or ()]
    _require_none(asked, len(messages) - 1)


def _require_something(message: AssistantMessage, place: int) -> None:
    if not (message.content or message.tool_calls or message.function_call or message.refusal):
        field = f"messages[{place}].content"
        if message.content is None:
            raise wrong(field, f"Invalid value for '{field}': expected a string, got null.", "invalid_type")


def _require_none(asked: Sequence[str], place: int) -> None:
    if asked:
        ids = ", ".join(asked[:_FIRST_SHOWN])
        message = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. These have no response: {ids}"
        )
        raise wrong(f"messages[{place}].role", message, None)


def _answers_nothing(place: int, id_: str) -> Exception:
    message = (
        "Messages with role 'tool' must be a response to a preceding message with 'tool_calls': "
        f"nothing there waits for '{id_}'."
    )
    return wrong(f"messages[{place}].tool_call_id", message, None)
