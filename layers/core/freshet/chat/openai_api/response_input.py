"""The input of the Responses API as messages of the chat API.

What belongs here: items, one by one, and that calls and their outputs belong together. What does not: the
other members of a request (`response_request`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from freshet.chat.openai_api.errors import wrong

Message = dict[str, Any]
Item = Mapping[str, Any]

_ROLES = {"user": "user", "assistant": "assistant", "system": "system", "developer": "system"}
_TEXTS = {
    "input_text": "text",
    "output_text": "text",
    "refusal": "refusal",
}  # a part's type: where its text is
_MISSING = "missing_required_parameter"
_LEFT_OUT = ("reasoning", "file_search_call")  # what came of them stands in the messages


def as_messages(given: str | Sequence[Item], known: Mapping[str, Item]) -> list[Message]:
    """The input as messages. `known` are earlier output items by id, for those that are only referred to."""
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    messages: list[Message] = []
    for number, item in enumerate(given):
        _add(messages, item, f"input[{number}]", known)
    return messages


def require_paired(messages: Iterable[Mapping[str, Any]]) -> None:
    """Every call has its output and every output its call, as upstreams demand. Raises Invalid."""
    waiting: dict[str, None] = {}
    for message in messages:
        waiting.update({call["id"]: None for call in message.get("tool_calls", ())})
        if message["role"] == "tool":
            call_id = message["tool_call_id"]
            if call_id not in waiting:
                raise wrong("input", f"No tool call found for function call output with call_id {call_id}.")
            del waiting[call_id]
    for call_id in waiting:
        raise wrong("input", f"No tool output found for function call {call_id}.")


def _add(messages: list[Message], item: Item, where: str, known: Mapping[str, Item]) -> None:
    kind = item.get("type", "message")
    if kind == "message":
        messages.append(_message(item, where))
    elif kind == "function_call":
        _add_call(messages, item, where)
    elif kind == "function_call_output":
        content = _joined(item.get("output"), f"{where}.output")
        messages.append({"role": "tool", "tool_call_id": _text(item, "call_id", where), "content": content})
    elif kind == "item_reference":
        reference = _text(item, "id", where)
        if reference not in known:
            raise wrong(f"{where}.id", f"Item with id '{reference}' not found: send the item itself.")
        _add(messages, known[reference], where, {})
    elif kind not in _LEFT_OUT:
        raise wrong(f"{where}.type", f"Items of type '{kind}' are not supported.")


def _add_call(messages: list[Message], item: Item, where: str) -> None:
    """Calls of one generation are one message, together with its text."""
    call = {
        "id": _text(item, "call_id", where),
        "type": "function",
        "function": {name: _text(item, name, where) for name in ("name", "arguments")},
    }
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": ""})
    messages[-1].setdefault("tool_calls", []).append(call)


def _message(item: Item, where: str) -> Message:
    role = item.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise wrong(f"{where}.role", f"A message's role is one of {', '.join(_ROLES)}.")
    content = item.get("content")
    if isinstance(content, list) and any(_is_image(part) for part in content):
        parts = [_part(part, f"{where}.content[{number}]") for number, part in enumerate(content)]
        return {"role": _ROLES[role], "content": parts}
    return {"role": _ROLES[role], "content": _joined(content, f"{where}.content")}


def _part(part: Any, where: str) -> dict[str, Any]:
    """A part beside an image: one of chat's parts."""
    if not _is_image(part):
        return {"type": "text", "text": _part_text(part, where)}
    if not isinstance(part.get("image_url"), str):
        raise wrong(where, "An image is given by `image_url`; files of images are not supported.")
    detail = {"detail": part["detail"]} if part.get("detail") else {}
    return {"type": "image_url", "image_url": {"url": part["image_url"], **detail}}


def _joined(content: Any, where: str) -> str:
    """Content that is all text: every upstream takes a string, not every one a list."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise wrong(where, f"'{where}' is a string or a list of parts.")
    return "\n".join(_part_text(part, f"{where}[{number}]") for number, part in enumerate(content))


def _part_text(part: Any, where: str) -> str:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if not isinstance(kind, str) or kind not in _TEXTS:
        hint = " Upload it to /api/v1/documents, then use `file_search`." if kind == "input_file" else ""
        raise wrong(f"{where}.type", f"Parts of type '{kind}' are not supported here.{hint}")
    return _text(part, _TEXTS[kind], where)


def _is_image(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("type") == "input_image"


def _text(item: Item, name: str, where: str) -> str:
    value = item.get(name)
    if value is None:
        raise wrong(f"{where}.{name}", f"Missing required parameter: '{where}.{name}'.", _MISSING)
    if not isinstance(value, str):
        raise wrong(f"{where}.{name}", f"'{where}.{name}' is a string.")
    return value
