"""What a run consumes, counted where it arises: model calls report here, capabilities need not.

The meter is the one of the run whose code makes the call, also in the tasks and threads that it starts
(a context variable); other work for an owner has one by `metered`. Outside of both nothing is counted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Consumed:
    """What one answer of a model used, void and broken-off ones included.

    `cost` is in `currency`, None if it is not known; `attempts` are counted since the call began; `estimated`
    if the upstream did not say. With `embedding`, `model` made vectors.
    """

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False
    attempts: int = 1
    cost: float | None = None
    cached_tokens: int = 0  # of the prompt's
    currency: str = "USD"
    model: str = ""
    embedding: bool = False


@dataclass(slots=True)
class Meter:
    """What has been consumed so far, for whom and what for."""

    owner: str = ""
    capability: str = ""
    consumed: list[Consumed] = field(default_factory=list)

    @property
    def answers(self) -> list[Consumed]:
        """What is not for embeddings."""
        return [used for used in self.consumed if not used.embedding]

    def running(self) -> "_Running":
        """What is consumed inside is counted here. Never around a `yield` of an async generator."""
        return _Running(self)


class _Running:
    """As by `contextmanager`, which would take three times as long: it is entered for every event."""

    __slots__ = ("_meter", "_token")

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def __enter__(self) -> None:
        self._token = _current.set(self._meter)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


_current: ContextVar[Meter | None] = ContextVar("meter", default=None)


def current() -> Meter | None:
    """The meter of the code that asks, if it has one."""
    return _current.get()


@contextmanager
def metered(owner: str, capability: str) -> Iterator[Meter]:
    """What is consumed inside is counted for the owner, where there is no run. As `Meter.running`."""
    meter = Meter(owner, capability)
    with meter.running():
        yield meter


def consume(consumed: Consumed) -> None:
    """Counts it for the run that is going on."""
    if meter := _current.get():
        meter.consumed.append(consumed)


def cost(consumed: Sequence[Consumed]) -> dict[str, Any]:
    """`cost` and `currency`, for a run's metrics; `costs` by currency instead where there are several.

    The cost is None if an answer's price is not known. Embeddings without a price cost nothing.
    """
    costs: dict[str, float] = {}
    for used in consumed:
        if used.cost is not None:
            costs[used.currency] = costs.get(used.currency, 0) + used.cost
    costs = {currency: round(amount, 8) for currency, amount in costs.items()}
    known = all(used.cost is not None or used.embedding for used in consumed)
    if len(costs) > 1:
        return {"cost": None, "currency": None, **({"costs": costs} if known else {})}
    currency = next(iter(costs), "USD")
    return {"cost": costs.get(currency) if known else None, "currency": currency}
