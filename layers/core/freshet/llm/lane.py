"""What a client has in one event loop: connections, slots, paces. They end with the loop, if not before."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from freshet.errors import ModelClosed
from freshet.llm.attempts import Candidate, Turn
from freshet.llm.bridge import until_loop_ends
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
        self._patient: set[Patience] = set()  # of the calls under way
        self._stay = until_loop_ends(partial(_close, self._providers))

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
            tokens = 0
            if pace.counts_tokens:
                await tally.count()
                tokens = tally.expected_tokens()
            with self._closing(patience):
                while True:
                    await pace.ready(tokens, course.wait_until(patience), patience.sleep)
                    async with slots.slot(patience.first_by):
                        taken = pace.take(tokens)
                        if taken is None:
                            continue
                        try:
                            yield
                        finally:
                            if pace.counts_tokens:
                                await tally.count()
                                pace.settle(taken, tally.total_tokens())
                        return

        return turn

    @contextmanager
    def _closing(self, patience: Patience) -> Iterator[None]:
        self._patient.add(patience)
        try:
            yield
        finally:
            self._patient.discard(patience)

    async def aclose(self) -> None:
        """Ends the calls that run, and closes the connections."""
        for patience in list(self._patient):
            patience.close()
        await self._stay.aclose()


class Lanes:
    """A client's lanes, one for each event loop that it is used from; from any thread."""

    def __init__(self, limits: Limits, transport: Transport) -> None:
        self._limits = limits
        self._transport = transport
        self._lanes: dict[asyncio.AbstractEventLoop, Lane] = {}
        self._lock = threading.Lock()
        self._closed = False

    def here(self) -> Lane:
        """The running loop's. Raises ModelClosed after `aclose`."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._closed:
                raise ModelClosed
            if loop not in self._lanes:
                for gone in [other for other in self._lanes if other.is_closed()]:
                    del self._lanes[gone]
                self._lanes[loop] = Lane(self._limits, self._transport)
            return self._lanes[loop]

    def open(self) -> list[Lane]:
        """Those of loops that have not ended."""
        with self._lock:
            return [lane for loop, lane in self._lanes.items() if not loop.is_closed()]

    async def aclose(self) -> None:
        """Closes the running loop's, and has the others close theirs: one of them may wait for this one."""
        with self._lock:
            self._closed = True
            lanes, self._lanes = self._lanes, {}
        for loop, lane in lanes.items():
            if loop is asyncio.get_running_loop():
                await lane.aclose()
            elif loop.is_running():
                asyncio.run_coroutine_threadsafe(lane.aclose(), loop)


async def _close(providers: dict[tuple[object, ...], Provider]) -> None:
    while providers:
        _, provider = providers.popitem()
        await provider.aclose()
