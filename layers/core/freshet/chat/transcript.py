"""A conversation as a file to take away, written turn by turn.

JSONL: a line a message, in the order of the conversation. A line is the message as OpenAI's chat API has it
(`role`, `content`, `tool_calls`, `tool_call_id`, …) with `turn`, the id of its run, `model` and `created_at`.
The last line of each turn also says what became of it: `status`, `finish_reason`, `reasoning`, `citations`,
`usage`, `metrics` and `error`, as far as there are such. A system prompt is the first line, and has no turn.

Markdown: see `freshet.chat.markdown`.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from freshet.chat import markdown
from freshet.chat.conversations import ConversationHead, Conversations
from freshet.chat.turn import Turn
from freshet.download import disposition

Format = Literal["jsonl", "md"]

MEDIA_TYPES = {"jsonl": "application/jsonl; charset=utf-8", "md": "text/markdown; charset=utf-8"}
_OUTCOME = {"status", "finish_reason", "reasoning", "citations", "usage", "metrics", "error"}


@dataclass(frozen=True, slots=True)
class Export:
    """A file: its bytes in pieces, and the headers it goes out with."""

    pieces: AsyncIterator[bytes]
    media_type: str
    headers: dict[str, str]


async def export(conversations: Conversations, owner: str, conversation_id: str, format_: Format) -> Export:
    """The conversation as a file. Raises NotFound."""
    head = await conversations.find(owner, conversation_id)
    return Export(
        pieces=_pieces(conversations, owner, head, format_),
        media_type=MEDIA_TYPES[format_],
        headers={"Content-Disposition": disposition(head.title, format_, otherwise="conversation")},
    )


async def _pieces(
    conversations: Conversations, owner: str, head: ConversationHead, format_: Format
) -> AsyncGenerator[bytes, None]:
    opening, written = (_first_line, _lines) if format_ == "jsonl" else (markdown.opening, markdown.turn)
    yield opening(head).encode()
    async with aclosing(conversations.turns(owner, head.id)) as turns:
        async for turn in turns:
            yield written(turn).encode()


def _first_line(head: ConversationHead) -> str:
    return _line({"role": "system", "content": head.system_prompt}) if head.system_prompt else ""


def _lines(turn: Turn) -> str:
    told = {"turn": turn.id, "model": turn.model, "created_at": turn.created_at}
    outcome = turn.model_dump(include=_OUTCOME, exclude_none=True)
    *messages, last = turn.messages
    return "".join(_line({**message, **told}) for message in messages) + _line({**last, **told, **outcome})


def _line(members: dict[str, Any]) -> str:
    return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE).decode()
