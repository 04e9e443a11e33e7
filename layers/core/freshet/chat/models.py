"""The models that an owner has: the stack's own, which is nobody's to change, and configured ones.

What belongs here: which there may be. What does not: what a configuration may say (`configuration`), names,
ids and keeping (`directory`), asking a model (`clients`).
"""

from collections.abc import Sequence

from freshet.addresses import Network
from freshet.asked import STACK_MODEL
from freshet.chat.configuration import Model, NewModel, Prices
from freshet.chat.directory import Directory
from freshet.chat.reach import check_address
from freshet.errors import Conflict, Forbidden, Invalid, NotFound
from freshet.llm import Endpoint, Price
from freshet.stores.table import Table

MAX_MODELS = 100  # an owner's own
RAG_MODEL = "freshet-rag"  # what the OpenAI-compatible door calls the answer with retrieval


class Models:
    """Model configurations of all owners. Integer ids rise from 2 and are never given twice."""

    def __init__(
        self, table: Table, stack: Endpoint, allowed: Sequence[Network] = (), *, embedding_model: str = ""
    ) -> None:
        self._stack = stack
        self._allowed = allowed
        self._embedding_model = embedding_model
        self._directory = Directory(table, "model", first=STACK_MODEL + 1, most=MAX_MODELS)

    async def create(self, owner: str, new: NewModel) -> Model:
        """Raises Conflict (the name is taken, or there are too many), Invalid, AddressRefused."""
        await self._check(owner, new)
        return Model(**await self._directory.create(owner, new))

    async def get(self, owner: str, id_: int) -> Model:
        """Raises NotFound."""
        return self._own() if id_ == STACK_MODEL else Model(**await self._directory.get(owner, id_))

    async def named(self, owner: str, name: str) -> Model:
        """Raises NotFound."""
        if name == self._own().name:
            return self._own()
        id_ = (await self._directory.names(owner)).get(name)
        if id_ is None:
            missing = {"field": "model", "message": "no model has this name"}
            raise NotFound(f"There is no model {name!r}.", errors=[missing])
        return await self.get(owner, id_)

    async def list(self, owner: str) -> list[Model]:
        """All of them by id: the stack's own first."""
        return [self._own(), *(Model(**found) for found in await self._directory.items(owner))]

    async def replace(self, owner: str, id_: int, new: NewModel) -> Model:
        """The model as `new` says. Raises NotFound, Forbidden (the stack's own), and what `create` raises."""
        _require_editable(id_)
        if id_ in new.fallbacks:
            raise _wrong_fallback("A model can't be its own fallback.")
        await self._directory.get(owner, id_)
        await self._check(owner, new)
        return Model(**await self._directory.replace(owner, id_, new))

    async def delete(self, owner: str, id_: int) -> None:
        """Raises NotFound, Forbidden (the stack's own). As a fallback it is passed over from now on."""
        _require_editable(id_)
        await self._directory.delete(owner, id_)

    def _own(self) -> Model:
        """The stack's, as everybody sees it; settings are not checked as what owners write."""
        name = self._stack.model or "default"
        return Model.model_construct(
            id=STACK_MODEL,
            name=name,
            provider=self._stack.provider,  # type: ignore[arg-type]  # an Endpoint has no other
            model=name,
            prices=_prices(self._stack.price),
            editable=False,
        )

    async def _check(self, owner: str, new: NewModel) -> None:
        """What can't be told from the configuration alone."""
        if new.name in {RAG_MODEL, self._embedding_model, self._own().name}:
            raise Conflict(f"The name {new.name!r} is the stack's own.")
        known = {STACK_MODEL, *(await self._directory.names(owner)).values()}
        if unknown := set(new.fallbacks) - known:
            raise _wrong_fallback(f"There is no model {min(unknown)} to fall back on.")
        if new.base_url:
            await check_address(new.base_url, self._allowed, "base_url")


def _prices(price: Price | None) -> Prices | None:
    if price is None:
        return None
    return Prices.model_construct(
        input=price.prompt, cached=price.cached, output=price.completion, currency=price.currency
    )


def _require_editable(id_: int) -> None:
    if id_ == STACK_MODEL:
        raise Forbidden("Model 1 is the stack's own: its deployment decides about it.")


def _wrong_fallback(detail: str) -> Invalid:
    return Invalid(detail, errors=[{"field": "fallbacks", "message": detail}])
