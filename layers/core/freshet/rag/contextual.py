"""Contextual chunks: a sentence by the model that says where in its document a chunk stands.

A chunk that speaks of "the second quarter" is found by the company's name when the sentence names it. One
model call a chunk, so it is off unless a deployment asks for it. After Anthropic's "Introducing Contextual
Retrieval" (September 2024, https://www.anthropic.com/news/contextual-retrieval).
"""

import asyncio
from collections.abc import Sequence

from freshet.concurrency import together
from freshet.errors import ModelAuthentication, ModelError, ModelNotFound
from freshet.llm import LLMClient
from freshet.observe import measure
from freshet.rag.prompt import context_messages

SENTENCE_TOKENS = 120
_LONGEST = 600  # characters kept of what was asked to be one sentence


class Contextualiser:
    """Asks a model for the sentences, `at_once` at a time for all documents; belongs to one event loop.

    `at_once` is less than the model client's workers: a call waits only so long for one, and embeddings
    need one, too.
    """

    def __init__(self, model: LLMClient, *, at_once: int) -> None:
        self._model = model
        self._turns = asyncio.Semaphore(at_once)

    async def situate(self, opening: str, texts: Sequence[str]) -> list[str]:
        """One sentence a text, in their order; `opening` is how their document begins.

        Where the model gives none, after the retries of its client, the sentence is empty: the chunk is
        indexed without, for the others are paid for. Raises ModelError if no call at all can succeed.
        """
        return await together(*(self._sentence(opening, text) for text in texts))

    async def _sentence(self, opening: str, text: str) -> str:
        messages = context_messages(opening, text)
        try:
            async with self._turns:
                completion = await self._model.complete(messages, temperature=0, max_tokens=SENTENCE_TOKENS)
        except (ModelAuthentication, ModelNotFound):
            raise
        except ModelError:
            measure("ContextsMissing", 1)
            return ""
        sentence = " ".join(completion.text.split())[:_LONGEST]
        usage = completion.usage
        measure("Tokens", usage.prompt_tokens + usage.completion_tokens, capability="context")
        measure("ContextsMissing", int(not sentence))
        return sentence
