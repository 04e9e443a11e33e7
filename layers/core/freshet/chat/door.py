"""The door's side of a chat: what OpenAI's requests are answered with, whatever their dialect.

What belongs here: which model answers under which name, and what holds for every run behind `/v1`. What does
not: OpenAI's shapes (`freshet.chat.openai_api`).
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from freshet.chat.answer import answer
from freshet.chat.ask import Ask
from freshet.chat.clients import Clients
from freshet.chat.configuration import merged
from freshet.chat.models import RAG_MODEL, Models
from freshet.chat.search_documents import DocumentSearch
from freshet.chat.turn import text_of
from freshet.errors import Invalid, ModelCut
from freshet.llm import LLMClient
from freshet.rag.answer import Answerer, Question
from freshet.rag.passage import Query, Retriever
from freshet.runs.events import Done, Reset, RunEvent, Started

STACK = "freshet"  # whose the models are that are nobody's own
TOP_K = 6  # passages that `freshet-rag` answers from
MAX_QUESTION = 8_000  # characters: what is searched for, as in a query


@dataclass(frozen=True, slots=True)
class FileSearch:
    """A search of the owner's documents that the model may make; None means all of them."""

    document_ids: Sequence[str] | None = None
    limit: int = TOP_K


class Door:
    """Answers by a model's name."""

    def __init__(
        self,
        models: Models,
        clients: Clients,
        *,
        answerer: Callable[[], Answerer],
        retriever: Callable[[], Retriever],
        require: Callable[[str, Sequence[str]], Awaitable[None]],
        own: Callable[[], LLMClient],
        embedding_model: str,
    ) -> None:
        self._models = models
        self._clients = clients
        self._answerer = answerer
        self._retriever = retriever
        self._require = require
        self._own = own
        self._embedding_model = embedding_model

    async def answer(
        self, owner: str, model: str, ask: Ask, search: FileSearch | None = None
    ) -> AsyncGenerator[RunEvent, None]:
        """Started, the answer as it is written, Done. Raises NotFound for a model that is not the owner's."""
        if search and search.document_ids:
            await self._require(owner, search.document_ids)
        if model == RAG_MODEL:
            events = self._retrieved(owner, ask, search)
        else:
            events = self._generated(owner, model, ask, search)
        async with aclosing(events) as shown:
            async for event in shown:
                yield event

    async def embed(
        self, owner: str, model: str, texts: Sequence[str], *, dimensions: int | None, timeout_s: float
    ) -> list[list[float]]:
        """One vector a text, by the stack's embeddings model or one of the owner's. Raises NotFound."""
        client, name = self._own(), model
        if model != self._embedding_model:
            configured, client = await self._clients.named(owner, model)
            name = configured.model
        return await client.embed(texts, model=name, dimensions=dimensions, timeout=timeout_s)

    async def names(self, owner: str) -> list[tuple[str, int, str]]:
        """What `model` may be: name, when it was configured (seconds since 1970), by whom."""
        configured = [
            (model.name, _seconds(model.created_at), owner if model.editable else STACK)
            for model in await self._models.list(owner)
        ]
        known = {name for name, *_ in configured}
        own = [name for name in (RAG_MODEL, self._embedding_model) if name and name not in known]
        return [*configured, *((name, 0, STACK) for name in own)]

    def _retrieved(self, owner: str, ask: Ask, search: FileSearch | None) -> AsyncGenerator[RunEvent, None]:
        shape = ask.params.get("response_format") or {"type": "text"}
        for field, wanted in (("tools", ask.definitions), ("response_format", shape["type"] != "text")):
            if wanted:
                message = f"{RAG_MODEL} takes no {field}: it answers in words, from the documents."
                raise Invalid(message, errors=[{"field": field, "message": message}])
        asked = question(ask.messages, search or FileSearch())
        return self._answerer().answer(owner, replace(asked, max_tokens=ask.params.get("max_tokens")))

    async def _generated(
        self, owner: str, name: str, ask: Ask, wanted: FileSearch | None
    ) -> AsyncGenerator[RunEvent, None]:
        model, client = await self._clients.named(owner, name)
        search = self._search(owner, wanted) if wanted else None
        tools = [search.tool()] if search else []
        asked = replace(ask, tools=tools, params=merged(model.params, ask.params))
        async with aclosing(answer(client, asked, {"model_id": model.id}, search)) as events:
            async for event in events:
                yield event

    def _search(self, owner: str, wanted: FileSearch) -> DocumentSearch:
        return DocumentSearch(self._retriever(), owner, wanted.document_ids, wanted.limit)


async def behind_v1(
    events: AsyncGenerator[RunEvent, None],
    *,
    streamed: bool,
    started: Mapping[str, Any],
    done: Callable[[dict[str, Any]], dict[str, Any]] = lambda final: {},
) -> AsyncGenerator[RunEvent, None]:
    """The events as `/v1` needs them, with more in Started and in the result.

    Nothing goes out before the model's first event: a model that fails is a status then. And OpenAI's
    protocol can't take back what was sent: where it streams, a reset is an error.
    """
    held: Started | None = None
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Started):
                held = Started({**event.data, **started})
                continue
            if isinstance(event, Reset) and streamed:
                raise ModelCut(f"The model's answer broke off ({event.reason}); ask again.")
            if held:
                yield held
                held = None
            if isinstance(event, Done):
                yield Done({**event.final_response, **done(event.final_response)})
            else:
                yield event


def question(messages: Sequence[Mapping[str, Any]], search: FileSearch) -> Question:
    """The last message as a question, those before as its conversation. Raises Invalid."""
    asked = [(message["role"], text_of(message)) for message in messages]
    if not asked or asked[-1][0] != "user" or not asked[-1][1].strip():
        raise Invalid(f"{RAG_MODEL} answers a question: the last message has to be the user's text.")
    if len(asked[-1][1]) > MAX_QUESTION:
        raise Invalid(f"A question has at most {MAX_QUESTION} characters.")
    history = tuple((role, text) for role, text in asked[:-1] if role in {"user", "assistant"} and text)
    return Question(Query(asked[-1][1], search.limit, search.document_ids), history)


def _seconds(time: str | None) -> int:
    return int(datetime.fromisoformat(time).timestamp()) if time else 0
