"""Generations whose events are given, and the requests that asked for them."""

from collections.abc import AsyncGenerator

from freshet.llm.events import Event, Finish, TextDelta, Usage
from freshet.llm.request import Request

ASKED = Request(messages=[{"role": "user", "content": "出三道题"}], model="m")


class Script:
    """A `Generate` that plays one list of events after the other, then fails."""

    def __init__(self, *answers: list[Event]) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.closed = 0

    async def __call__(self, request: Request) -> AsyncGenerator[Event, None]:
        self.requests.append(request)
        try:
            for event in self.answers[len(self.requests) - 1]:
                yield event
        finally:
            self.closed += 1


def says(*pieces: str, finish: str = "stop") -> list[Event]:
    """An answer in these pieces, as a provider yields it."""
    return [*map(TextDelta, pieces), Finish(finish), Usage(7, 3)]
