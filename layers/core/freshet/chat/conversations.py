"""Conversations: kept by owner, turn by turn (`turns`), until they are deleted.

Whoever deletes a conversation marks it first and removes its item last; whoever writes a turn looks for the
mark after. So nothing outlives it, whichever comes first, and a deletion that was cut off can be repeated.
"""

import asyncio
import gzip
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from freshet.chat.title import cleaned, title_of
from freshet.chat.turn import Message, Turn, goes_on, is_answered, matched, weight
from freshet.chat.turns import Turns
from freshet.errors import Conflict, NotFound
from freshet.ids import made_at, new_id
from freshet.runs.record import iso
from freshet.stores.aws import ConditionFailed
from freshet.stores.objects import Objects
from freshet.stores.table import Item, Table

MAX_TURNS = 1000
MAX_HISTORY_CHARS = 200_000  # some 50,000 tokens in English, more in Chinese
MAX_INLINE_PROMPT = 8_000  # bytes: a list of conversations reads them all

_STANDS = "attribute_exists(#id) AND attribute_not_exists(#deleted)"
_HAS_ROOM = "#turn_count < :most AND (attribute_not_exists(#newest) OR #newest <> :newest)"


class Rename(BaseModel):
    """A title of the owner's own."""

    model_config = ConfigDict(strict=True)

    title: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class ConversationSummary(BaseModel):
    """A conversation as a list shows it; times are ISO 8601 in UTC."""

    id: str
    title: str
    model_id: int | None = Field(None, description="the model that it was begun with")
    turn_count: int
    created_at: str
    updated_at: str = Field(description="when a turn began or ended, or it was renamed")


class ConversationPage(BaseModel):
    items: list[ConversationSummary]
    next_cursor: str | None = Field(description="null at the end")


class ConversationHead(ConversationSummary):
    """A conversation without its turns."""

    system_prompt: str | None = None


class Conversation(ConversationHead):
    """A conversation with some of its turns, oldest first."""

    turns: list[Turn]
    next_cursor: str | None = Field(description="of the turns; null at the end")


class Conversations:
    """The conversations of all owners. One that is not there, or not the owner's, is NotFound."""

    def __init__(self, table: Table, objects: Objects) -> None:
        self._table = table
        self._objects = objects
        self._turns = Turns(table, objects)

    async def begin(
        self,
        owner: str,
        *,
        title: str,
        model_id: int | None = None,
        system_prompt: str | None = None,
        id_: str = "",
    ) -> str:
        """The id of a new conversation; with a ULID as `id_`, that one, and safe to repeat.

        `title` may be the whole first prompt: it is made one short line.
        """
        id_ = id_ or new_id()
        made = iso(made_at(id_))
        item: Item = {"id": id_, "title": title_of(title), "created_at": made, "updated_at": made}
        item |= {"model_id": model_id, "turn_count": 0}
        prompt = await asyncio.to_thread(_packed, system_prompt) if system_prompt else b""
        outsize = len(prompt) > MAX_INLINE_PROMPT
        item |= {"outsize_prompt": True} if outsize else {"prompt": prompt}
        try:
            await self._table.put(_of(owner), item)
        except ConditionFailed:
            return id_  # it was begun before, and went on
        if outsize:
            await self._objects.put(owner, _prompt_name(id_), prompt, content_type="application/gzip")
        return id_

    async def add(self, owner: str, conversation_id: str, turn: Turn) -> None:
        """Keeps a turn that begins; safe to repeat for its run.

        Raises NotFound, Conflict if the conversation is full, Invalid for messages that are no JSON.
        """
        if not await self._turns.add(owner, _valid(conversation_id), turn):
            return
        try:
            await self._count(owner, conversation_id, turn.id)
        except (NotFound, Conflict):
            await self._turns.remove(owner, conversation_id, turn.id)
            raise

    async def finish(self, owner: str, conversation_id: str, turn: Turn) -> None:
        """Keeps how a turn ended, over what `add` kept; quiet if it was deleted meanwhile."""
        try:
            if await self._turns.replace(owner, _valid(conversation_id), turn):
                await self._change(owner, conversation_id, {})
                return
        except NotFound:
            pass
        await self._turns.remove(owner, conversation_id, turn.id)

    async def find(self, owner: str, conversation_id: str) -> ConversationHead:
        """The conversation without its turns."""
        item = await self._table.get(_of(owner), _valid(conversation_id))
        if not item or "deleted" in item:
            raise _missing(conversation_id)
        return ConversationHead.model_validate({**item, "system_prompt": await self._prompt(owner, item)})

    async def get(
        self, owner: str, conversation_id: str, limit: int = 50, cursor: str | None = None
    ) -> Conversation:
        """The conversation with up to `limit` turns, fewer if they are large."""
        head = await self.find(owner, conversation_id)
        turns, following = await self._turns.page(owner, conversation_id, limit, cursor)
        return Conversation(**head.model_dump(), turns=turns, next_cursor=following)

    def turns(self, owner: str, conversation_id: str) -> AsyncGenerator[Turn, None]:
        """All turns, oldest first, a few at a time in memory; none of a conversation that is not there."""
        return self._turns.every(owner, conversation_id)

    async def page(self, owner: str, limit: int, cursor: str | None = None) -> ConversationPage:
        """The owner's conversations, newest first."""
        page = await self._table.page(
            _of(owner), limit=limit, cursor=cursor, matching="attribute_not_exists(#deleted)"
        )
        items = [ConversationSummary.model_validate(item) for item in page.items]
        return ConversationPage(items=items, next_cursor=page.cursor)

    async def history(
        self,
        owner: str,
        conversation_id: str,
        following: Sequence[Message] = (),
        *,
        before: str | None = None,
        most_chars: int = MAX_HISTORY_CHARS,
    ) -> tuple[ConversationHead, list[Message]]:
        """The messages of the newest turns that fit, oldest first, and after them `following`, a new turn's.

        With them comes the conversation itself. Where there is a turn `before`, only those older than it.
        Turns are whole; those without an answer are left out. Calls and results are there in pairs only.
        """
        head = await self.find(owner, conversation_id)
        earlier: list[Message] = []
        room = most_chars
        group: list[Message] = []  # turns that can't be parted: tools' results, and the turn that called
        async with aclosing(self._turns.every(owner, conversation_id, newest_first=True)) as turns:
            async for turn in turns:
                later = group or earlier or following
                if turn.id == before:  # it is asked again, as if what came after it were not
                    earlier, group, room = [], [], most_chars
                    continue
                if turn.status == "running" or not is_answered(turn.messages, later):
                    continue
                group = [*turn.messages, *group]
                if weight(group) > room:
                    break
                if not goes_on(group):
                    room -= weight(group)
                    earlier, group = group + earlier, []
        return head, matched([*earlier, *following])

    async def rename(self, owner: str, conversation_id: str, title: str) -> ConversationSummary:
        """The conversation under its new title."""
        item = await self._change(owner, conversation_id, {"title": cleaned(title)})
        return ConversationSummary.model_validate(item)

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Gone with its turns. Where that fails half-way it is out of sight, and can be repeated."""
        await self._change(owner, conversation_id, {"deleted": True}, when="attribute_exists(#id)")
        await self._turns.clear(owner, conversation_id)
        await self._objects.delete(owner, _prompt_name(conversation_id))
        await self._table.delete(_of(owner), conversation_id)

    async def _change(
        self, owner: str, conversation_id: str, changes: dict[str, Any], *, when: str = _STANDS
    ) -> Item:
        changed = {**changes, "updated_at": iso(time.time())}
        try:
            return await self._table.update(_of(owner), _valid(conversation_id), changed, when=when)
        except ConditionFailed:
            raise _missing(conversation_id) from None

    async def _count(self, owner: str, conversation_id: str, run_id: str) -> None:
        """Counts a turn: once, as long as it is the newest one."""
        try:
            await self._table.update(
                _of(owner),
                _valid(conversation_id),
                {"newest": run_id, "updated_at": iso(time.time())},
                add={"turn_count": 1},
                when=f"{_STANDS} AND {_HAS_ROOM}",
                most=MAX_TURNS,
                newest=run_id,
            )
        except ConditionFailed as refused:
            if refused.item is None or "deleted" in refused.item:
                raise _missing(conversation_id) from None
            if refused.item.get("newest") != run_id:
                detail = f"A conversation has at most {MAX_TURNS} turns. Begin a new one."
                raise Conflict(detail) from None

    async def _prompt(self, owner: str, item: Item) -> str | None:
        data = item.get("prompt")
        if "outsize_prompt" in item:
            data = await self._objects.get(owner, _prompt_name(item["id"]))
        return await asyncio.to_thread(_unpacked, data) if data else None


def _of(owner: str) -> str:
    return f"{owner}/conversations"


def _prompt_name(conversation_id: str) -> str:
    return f"{conversation_id}/system_prompt.gz"


def _packed(text: str) -> bytes:
    return gzip.compress(text.encode(errors="replace"), mtime=0)


def _unpacked(data: bytes) -> str:
    return gzip.decompress(data).decode()


def _valid(conversation_id: str) -> str:
    """A client's id, if it is one; DynamoDB refuses empty and long keys."""
    if not made_at(conversation_id):
        raise _missing(conversation_id)
    return conversation_id


def _missing(conversation_id: str) -> NotFound:
    return NotFound(f"There is no conversation {conversation_id}.")
