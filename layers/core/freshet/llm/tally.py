"""What one attempt has shown and used: the upstream's word, or the text to estimate it from."""

import asyncio
from dataclasses import replace
from typing import TypeGuard

from freshet.errors import ModelError
from freshet.llm.endpoint import Endpoint
from freshet.llm.events import Event, ReasoningDelta, TextDelta, ToolCallDelta, Unstreamed, Usage
from freshet.llm.request import Request
from freshet.llm.tokens import LONG, MOST_TOKENS, Prompt, estimate_tokens


class Tally:
    """One attempt of `request`, with this `prompt`, at `endpoint`, after those that `failures` tells of.

    `begun` once its turn has come: from then on it is billed. `failure` is how it ended, if not well.
    """

    def __init__(
        self, request: Request, prompt: Prompt, endpoint: Endpoint, failures: tuple[str, ...]
    ) -> None:
        self.request = request
        self.begun = False
        self.failure: ModelError | None = None
        self.streamed = True
        self._prompt = prompt
        self._endpoint = endpoint
        self._failures = failures
        self._pieces: list[str] = []
        self._counted = (0, 0)  # pieces, and their tokens
        self._usage: Usage | None = None

    def is_shown(self, event: Event | Unstreamed) -> TypeGuard[Event]:
        """Takes notice of an event. Not shown: a `Usage`, kept back for the end, and an `Unstreamed`."""
        if isinstance(event, TextDelta | ReasoningDelta):
            self._pieces.append(event.text)
        elif isinstance(event, ToolCallDelta):
            self._pieces.append(event.arguments)
        elif isinstance(event, Usage):
            self._usage = event
            return False
        elif isinstance(event, Unstreamed):
            self.streamed = False
            return False
        return True

    async def count(self) -> None:
        """Estimates what the upstream did not tell, of long texts in a thread; the others need no `count`."""
        if self._usage is None and self._prompt.uncounted() + sum(map(len, self._pieces)) > LONG:
            await asyncio.to_thread(self._estimate)

    def usage(self) -> Usage:
        """What the attempt used, priced."""
        used = self._usage or self._estimate()
        return priced(replace(used, attempts=self.attempt, failures=self._failures), self._endpoint)

    def void(self) -> Usage:
        """What was used so far, by an answer that the upstream itself begins again."""
        used = self.usage()
        self._usage = None
        self._pieces.clear()
        return used

    @property
    def attempt(self) -> int:
        """The number of this attempt, from 1."""
        return len(self._failures) + 1

    def expected_tokens(self) -> int:
        """Tokens that the attempt may take, about: those of the prompt, and the most that it may answer."""
        return self._prompt.tokens() + min(self.request.max_tokens or 0, MOST_TOKENS)

    def shown_tokens(self) -> int:
        """Tokens of what was shown, about."""
        if self._counted[0] != len(self._pieces):
            self._counted = len(self._pieces), estimate_tokens("".join(self._pieces))
        return self._counted[1]

    def total_tokens(self) -> int:
        """Tokens of both, as exactly as is known."""
        usage = self._usage or self.usage()
        return usage.prompt_tokens + usage.completion_tokens

    def _estimate(self) -> Usage:
        return Usage(self._prompt.tokens(), self.shown_tokens(), estimated=True)


def priced(used: Usage, endpoint: Endpoint) -> Usage:
    """With the endpoint's model, and what it costs there."""
    price = endpoint.price
    told = replace(used, model=endpoint.model)
    return replace(told, cost=price.of(used), currency=price.currency) if price else told
