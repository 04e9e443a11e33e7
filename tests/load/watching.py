"""What processes hold while they work: memory over time; threads, tasks, open files and sockets."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psutil

SAMPLE_S = 1.0
LEAST = 30  # samples, to tell a slope from noise


@dataclass(frozen=True)
class Held:
    """What processes hold, all of them together. `tasks` is 0 where nobody can count them."""

    threads: int
    files: int  # sockets are files
    tasks: int = 0

    def __mul__(self, times: int) -> "Held":
        return Held(self.threads * times, self.files * times, self.tasks * times)

    def above(self, before: "Held") -> "Held":
        """What there is more of."""
        return Held(self.threads - before.threads, self.files - before.files, self.tasks - before.tasks)

    def within(self, bound: "Held") -> bool:
        """Whether there is no more of anything."""
        return self.threads <= bound.threads and self.files <= bound.files and self.tasks <= bound.tasks


@dataclass
class Memory:
    """Resident memory in KB, by the second."""

    samples: list[tuple[float, float]] = field(default_factory=list)

    def slope(self) -> float:
        """KB a minute, by least squares over the second half: the first one fills pools and caches.

        Nothing is said of less than half a minute.
        """
        half = self.samples[len(self.samples) // 2 :]
        if len(half) < LEAST:
            return 0.0
        seconds, sizes = zip(*half, strict=True)
        return statistics.linear_regression(seconds, sizes).slope * 60


@dataclass
class Bearer:
    """Processes that bear a load. Its bounds: `bound` is what may be left of it, `growth_kb` a minute."""

    name: str
    processes: Sequence[psutil.Process]
    bound: Held
    growth_kb: float
    tasks: Callable[[], Awaitable[int]] | None = None
    memory: Memory = field(default_factory=Memory)
    before: Held = Held(0, 0)
    more: Held = Held(0, 0)
    cpu_s: float = 0.0

    async def begin(self) -> None:
        """Takes stock: what is held now is no leak."""
        self.before = await self._held()

    @asynccontextmanager
    async def borne(self) -> AsyncIterator[None]:
        """Around the load: samples memory, and counts the CPU."""
        before = _cpu_s(self.processes)
        task = asyncio.create_task(self._sample())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self.cpu_s = _cpu_s(self.processes) - before

    async def settle(self, limit_s: float) -> None:
        """Takes stock again, once what is idle was given up or the time for that is over."""
        deadline = time.monotonic() + limit_s
        while True:
            self.more = (await self._held()).above(self.before)
            if self.more.within(self.bound) or time.monotonic() > deadline:
                return
            await asyncio.sleep(SAMPLE_S)

    async def _held(self) -> Held:
        threads = sum(one.num_threads() for one in self.processes)
        files = sum(one.num_fds() for one in self.processes)
        return Held(threads, files, await self.tasks() if self.tasks else 0)

    async def _sample(self) -> None:
        while True:
            size = sum(one.memory_info().rss for one in self.processes) / 1024
            self.memory.samples.append((time.monotonic(), size))
            await asyncio.sleep(SAMPLE_S)


def _cpu_s(processes: Sequence[psutil.Process]) -> float:
    """CPU that they have used, kernel and user."""
    return sum(sum(one.cpu_times()[:2]) for one in processes)
