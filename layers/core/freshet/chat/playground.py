"""The playground: a configured model, chosen tools and a conversation, as one chat.

What belongs here: what is put together for a chat, and what is kept of it. What does not: how the model and
its tools take turns (`answer`).
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from freshet.asked import STACK_MODEL
from freshet.chat.answer import answer
from freshet.chat.ask import Ask
from freshet.chat.clients import Clients
from freshet.chat.configuration import Model, Params, merged
from freshet.chat.conversations import Conversations
from freshet.chat.outside import Outside
from freshet.chat.toolbox import MAX_CHOSEN, Toolbox
from freshet.chat.turn import Message, Turn, begun, text_of
from freshet.concurrency import together
from freshet.runs.events import Done, RunEvent

MAX_TEXT = 1_000_000  # characters of a prompt: more than any model reads


class ChatMessage(BaseModel):
    """An earlier message, in the shape of OpenAI's chat API; further members go to the model as they are."""

    model_config = ConfigDict(strict=True, extra="allow")

    role: Annotated[str, Field(pattern="^(system|developer|user|assistant|tool)$")]
    content: str | list[dict[str, Any]] | None = None


def _sendable(messages: list[ChatMessage]) -> list[ChatMessage]:
    try:
        orjson.dumps([message.model_dump() for message in messages])
    except TypeError:  # half a character, a number beyond 64 bits, hundreds of levels
        raise ValueError("they can't be sent as JSON") from None
    return messages


class Play(BaseModel):
    """A prompt for a configured model."""

    model_config = ConfigDict(strict=True)

    model_id: int = STACK_MODEL
    prompt: str = Field("", max_length=MAX_TEXT, description="may be left out if there are `messages`")
    system_prompt: str | None = Field(None, max_length=MAX_TEXT)
    params: Params = Params()
    tool_ids: list[int] = Field([], max_length=MAX_CHOSEN)
    stream: bool = False
    messages: Annotated[list[ChatMessage], AfterValidator(_sendable)] = Field(
        [], max_length=1000, description="go before the prompt"
    )
    conversation_id: str | None = Field(
        None, min_length=1, max_length=64, description="goes on with this conversation"
    )
    keep: bool = Field(True, description="whether the chat is kept as (or in) a conversation")

    @model_validator(mode="after")
    def _asks_something(self) -> "Play":
        if not self.prompt.strip() and not self.messages:
            raise ValueError("a prompt or messages are needed")
        return self

    def own_messages(self) -> list[Message]:
        """What this turn adds to a conversation."""
        asked = [message.model_dump(exclude_none=True) for message in self.messages]
        return [*asked, {"role": "user", "content": self.prompt}] if self.prompt.strip() else asked


@dataclass(frozen=True, slots=True)
class Playground:
    """What chats are made of."""

    clients: Clients
    toolbox: Toolbox
    conversations: Conversations

    def chat(self, owner: str, turn_id: str, asked: Play) -> "Chat":
        """One chat; `turn_id` is its run, or of a retry the first run that was asked for it."""
        return Chat(self, owner, turn_id, asked)


class Chat:
    """One chat: its events, and what is kept of them."""

    def __init__(self, playground: Playground, owner: str, turn_id: str, asked: Play) -> None:
        self._playground = playground
        self._owner = owner
        self._turn_id = turn_id
        self._asked = asked
        self._turn: Turn | None = None
        self._conversation_id = asked.conversation_id

    async def events(self) -> AsyncGenerator[RunEvent, None]:
        """Started (with `conversation_id`, if it is kept), the answer with its calls and their results, Done.

        Raises NotFound for a model, a tool or a conversation that is not the owner's.
        """
        outside = Outside()
        (model, client), (tools, search), messages = await together(
            self._playground.clients.get(self._owner, self._asked.model_id),
            self._playground.toolbox.pick(self._owner, self._asked.tool_ids, outside),
            self._messages(),
        )
        outside.remember(messages)
        await self._begin(model)
        place = {"conversation_id": self._conversation_id} if self._turn else {}
        ask = Ask(messages, tools=tools, params=merged(model.params, self._asked.params))
        async with aclosing(answer(client, ask, {"model_id": model.id, **place}, search)) as events:
            async for event in events:
                yield Done({**event.final_response, **place}) if isinstance(event, Done) else event

    async def ended(self, data: dict[str, Any]) -> None:
        """Keeps the turn with its end, however it ended; `data` is what the run's last frame holds."""
        if self._turn and self._conversation_id:
            turn = self._turn.ended(data)
            await self._playground.conversations.finish(self._owner, self._conversation_id, turn)

    async def _messages(self) -> list[Message]:
        """All that the model is to read: the conversation's newest turns, then this one."""
        asked = self._asked
        mine, prompt = asked.own_messages(), asked.system_prompt
        if asked.conversation_id:
            head, mine = await self._playground.conversations.history(
                self._owner, asked.conversation_id, mine, before=self._turn_id
            )
            prompt = prompt or head.system_prompt
        return [{"role": "system", "content": prompt}, *mine] if prompt else mine

    async def _begin(self, model: Model) -> None:
        """What was asked is kept before it is answered."""
        asked = self._asked
        if not asked.keep:
            return
        mine = asked.own_messages()
        turn = begun(self._turn_id, mine, model=model.name, model_id=model.id)
        if not self._conversation_id:
            self._conversation_id = await self._playground.conversations.begin(
                self._owner,
                title=asked.prompt or text_of(mine[-1]),
                model_id=model.id,
                system_prompt=asked.system_prompt,
                id_=self._turn_id,
            )
        await self._playground.conversations.add(self._owner, self._conversation_id, turn)
        self._turn = turn
