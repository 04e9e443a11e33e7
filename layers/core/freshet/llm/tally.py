"""What one attempt has shown and used: the upstream's word, or the text to estimate it from."""

from dataclasses import replace
from typing import TypeGuard

from freshet.llm.endpoint import Endpoint
from freshet.llm.events import Event, ReasoningDelta, TextDelta, ToolCallDelta, Unstreamed, Usage
from freshet.llm.request import Request
from freshet.llm.tokens import estimate_prompt_tokens, estimate_tokens


class Tally:
    """One attempt of `request` at `endpoint`, after those that `failures` tells of."""

    def __init__(self, request: Request, endpoint: Endpoint, failures: tuple[str, ...]) -> None:
        self.request = request
        self.streamed = True
        self._endpoint = endpoint
        self._failures = failures
        self._pieces: list[str] = []
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

    def usage(self) -> Usage:
        """What the attempt used, priced."""
        used = self._usage or Usage(self._prompt_tokens(), self.shown_tokens(), estimated=True)
        price = self._endpoint.price
        return replace(
            used,
            model=self.request.model,
            cost=price.of(used) if price else None,
            attempts=self.attempt,
            failures=self._failures,
        )

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
        return self._prompt_tokens() + (self.request.max_tokens or 0)

    def shown_tokens(self) -> int:
        """Tokens of what was shown, about."""
        return estimate_tokens("".join(self._pieces))

    def total_tokens(self) -> int:
        """Tokens of both, as exactly as is known."""
        usage = self._usage or self.usage()
        return usage.prompt_tokens + usage.completion_tokens

    def _prompt_tokens(self) -> int:
        return estimate_prompt_tokens(self.request.messages)
