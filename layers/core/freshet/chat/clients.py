"""From a model's configuration to a client of it.

What belongs here: endpoints of configurations, with their owner's secrets, and the clients that are kept.
What does not: the configurations (`models`), the requests (`freshet.llm`).

The stack's key goes to the stack's own model only: an endpoint of an owner's has a secret of the owner's as
key, or none, wherever it is.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from freshet.addresses import Network
from freshet.asked import STACK_MODEL
from freshet.chat.configuration import Model, Prices
from freshet.chat.models import Models
from freshet.concurrency import together
from freshet.errors import Invalid, ModelAuthentication, NotFound
from freshet.llm import Endpoint, LLMClient, Price
from freshet.observe import logger

KEPT = 16  # clients of owners' models; each has connections
PAUSE_S = 60.0  # whoever has a client may let it rest so long: for a round of tools, or before its first call

Secret = Callable[[str, str], Awaitable[str]]  # of an owner, by name; raises Invalid if there is none


class Clients:
    """Clients of all owners' models. `own` is the stack's; `hooks` are LLMClient's, for every other.

    A client that was handed out stays open for as long as something runs on it.
    """

    def __init__(
        self,
        models: Models,
        secret: Secret,
        *,
        stack: Endpoint,
        own: Callable[[], LLMClient],
        allowed: Sequence[Network] = (),
        **hooks: Any,
    ) -> None:
        self._models = models
        self._secret = secret
        self._stack = stack
        self._own = own
        self._allowed = tuple(allowed)
        self._hooks = hooks
        self._kept: list[_Kept] = []

    async def get(self, owner: str, id_: int, *, alone: bool = False) -> tuple[Model, LLMClient]:
        """The model and a client of it; `alone`, without its fallbacks.

        Raises NotFound, ModelAuthentication (a header's secret is missing).
        """
        return await self._with_client(owner, await self._models.get(owner, id_), alone)

    async def named(self, owner: str, name: str) -> tuple[Model, LLMClient]:
        """As `get`, by the model's name."""
        return await self._with_client(owner, await self._models.named(owner, name))

    async def aclose(self) -> None:
        """Closes all but the stack's own."""
        kept, self._kept = self._kept, []
        await together(*(one.client.aclose() for one in kept))

    async def _with_client(self, owner: str, model: Model, alone: bool = False) -> tuple[Model, LLMClient]:
        if model.id == STACK_MODEL:
            return model, self._own()
        fallbacks = [] if alone else model.fallbacks
        first, *others = await together(
            self._endpoint(owner, model), *(self._fallback(owner, id_) for id_ in fallbacks)
        )
        client = self._client(owner, (first, *filter(None, others)))
        await self._close_spare()
        return model, client

    async def _fallback(self, owner: str, id_: int) -> Endpoint | None:
        """None if it can't be used: deleted, or without its secret."""
        if id_ == STACK_MODEL:
            return self._stack
        try:
            endpoint = await self._endpoint(owner, await self._models.get(owner, id_))
            await endpoint.secret()
            return endpoint
        except (NotFound, ModelAuthentication) as error:
            logger.info("a fallback is passed over", model=id_, code=error.code)
            return None

    async def _endpoint(self, owner: str, model: Model) -> Endpoint:
        secrets = [_OwnersSecret(self._secret, owner, name) for name in model.secret_headers.values()]
        values = await together(*(secret() for secret in secrets))
        headers = {**model.headers, **dict(zip(model.secret_headers, values, strict=True))}
        return Endpoint(
            model.model,
            model.provider,
            model.base_url or "",
            key=_OwnersSecret(self._secret, owner, model.key) if model.key else None,
            headers=headers,
            extra=model.params.of_the_model(),
            price=_price(model.prices),
            allowed=self._allowed,
        )

    def _client(self, owner: str, endpoints: tuple[Endpoint, ...]) -> LLMClient:
        """The client of these endpoints, now the last one used."""
        kept = next((one for one in self._kept if (one.owner, one.endpoints) == (owner, endpoints)), None)
        if kept:
            self._kept.remove(kept)
        else:
            kept = _Kept(owner, endpoints, self._build(*endpoints))
        kept.used = time.monotonic()
        self._kept.append(kept)
        return kept.client

    def _build(self, first: Endpoint, *fallbacks: Endpoint) -> LLMClient:
        return LLMClient(
            model=first.model,
            provider=first.provider,
            base_url=first.base_url,
            key=first.key,
            headers=first.headers,
            extra=first.extra,
            price=first.price,
            prices={},  # the stack's prices are of the stack's models
            allowed=first.allowed,
            fallbacks=fallbacks,
            transport="httpx2",  # as the stack's own
            **self._hooks,
        )

    async def _close_spare(self) -> None:
        """Closes those beyond the bound that were used the longest ago and rest."""
        for one in self._kept:
            one.look()
        resting = [one for one in self._kept if one.rests]
        spare = sorted(resting, key=lambda one: one.used)[: max(0, len(self._kept) - KEPT)]
        for one in spare:
            self._kept.remove(one)
        await together(*(one.client.aclose() for one in spare))


@dataclass(frozen=True, slots=True)
class _OwnersSecret:
    """The lookup of a secret. Two of the same are equal: what is the same place shares connections."""

    look_up: Secret = field(repr=False)
    owner: str
    name: str

    async def __call__(self) -> str:
        try:
            return (await self.look_up(self.owner, self.name)).strip()
        except Invalid:
            raise ModelAuthentication(
                f"There is no secret {self.name!r}, which the model's configuration names. "
                f"Keep it by PUT /api/v1/secrets/{self.name}."
            ) from None


@dataclass(slots=True, eq=False)
class _Kept:
    """A client and what it is of; `used` is when it was last handed out, or seen at work."""

    owner: str
    endpoints: tuple[Endpoint, ...] = field(repr=False)
    client: LLMClient
    used: float = 0.0

    def look(self) -> None:
        now = self.client.stats()
        if now.running or now.waiting or now.held_back:
            self.used = time.monotonic()

    @property
    def rests(self) -> bool:
        return time.monotonic() - self.used > PAUSE_S


def _price(prices: Prices | None) -> Price | None:
    if prices is None:
        return None
    return Price(prices.input, prices.output, prices.cached, currency=prices.currency)
