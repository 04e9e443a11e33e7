"""What a client has in one event loop: connections, slots, paces. They end with the loop, if not before."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from freshet.llm.attempts import Candidate, Turn
from freshet.llm.endpoint import Endpoint
from freshet.llm.limits import Limits, Pace, Slots
from freshet.llm.patience import Patience
from freshet.llm.providers import Provider, provider_named
from freshet.llm.providers.http import Transport
from freshet.llm.retry import Course
from freshet.llm.tally import Tally


class Lane:
    """Made and used in one event loop."""

    def __init__(self, limits: Limits, transport: Transport) -> None:
        self.slots = Slots(limits.workers, limits.queue_size)
        self.paces: dict[tuple[str, str], Pace] = {}
        self._more_slots: list[Slots] = []
        self._limits = limits
        self._transport = transport
        self._providers: dict[tuple[object, ...], Provider] = {}
        self._guard = _until_the_loop_ends(self)
        _begin(self._guard)

    def candidate(self, endpoint: Endpoint) -> Candidate:
        """The endpoint, with what leads there; connections are shared by the models of one place."""
        if endpoint.connection not in self._providers:
            self._providers[endpoint.connection] = provider_named(endpoint.provider)(
                endpoint, self._transport
            )
        name = (endpoint.url, endpoint.model)
        if name not in self.paces:
            self.paces[name] = Pace(self._limits)
        return Candidate(endpoint, self._providers[endpoint.connection], self.paces[name])

    @property
    def running(self) -> int:
        """Calls under way."""
        return sum(slots.running for slots in (self.slots, *self._more_slots))

    @contextmanager
    def more_slots(self, workers: int) -> Iterator[Slots]:
        """So many slots beside the lane's own, for the time of a batch."""
        slots = Slots(workers, queue_size=0)
        self._more_slots.append(slots)
        try:
            yield slots
        finally:
            self._more_slots.remove(slots)

    def turns(self, slots: Slots, *, bounded: bool) -> Turn:
        """How an attempt comes to its turn: when its model's pace allows it and a slot is free.

        `bounded`: a first attempt is refused with QueueFull where the queue is full. Retries were let in.
        """

        @asynccontextmanager
        async def turn(
            candidate: Candidate, tally: Tally, patience: Patience, course: Course
        ) -> AsyncGenerator[None, None]:
            pace = candidate.pace
            if bounded and tally.attempt == 1:
                slots.admit(pace.held_back)
            tokens = tally.expected_tokens() if pace.counts_tokens else 0
            while True:
                await pace.ready(tokens, course.wait_until(patience))
                async with slots.slot(patience.first_by):
                    taken = pace.take(tokens)
                    if taken is None:
                        continue
                    try:
                        yield
                    finally:
                        if pace.counts_tokens:
                            pace.settle(taken, tally.total_tokens())
                    return

        return turn

    async def aclose(self) -> None:
        """Closes the connections."""
        while self._providers:
            _, provider = self._providers.popitem()
            await provider.aclose()


async def _until_the_loop_ends(lane: Lane) -> AsyncGenerator[None, None]:
    """Closes the lane when its loop is shut down: a loop closes the asynchronous generators begun in it.

    So the loop of a single call (`asyncio.run`, an async view of Flask) leaves no connection behind.
    """
    try:
        yield
    finally:
        await lane.aclose()


def _begin(generator: AsyncGenerator[None, None]) -> None:
    """Takes a generator to its first `yield`, before which it awaits nothing."""
    with suppress(StopIteration):
        generator.__anext__().send(None)
