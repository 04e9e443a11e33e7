"""The table of graphs, a log with planted causes, and a generator whose model says what a test wants."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from freshet import wiring
from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.causal.generate import CausalGenerator
from freshet.behaviour.causal.kept import CausalGraphs
from freshet.behaviour.extraction.kept import Events
from freshet.behaviour.graph.material import Materials
from freshet.behaviour.log.log import Log
from freshet.errors import NotFound
from freshet.ids import new_id
from freshet.llm import LLMClient
from freshet.llm.writer import Writer
from freshet.settings import settings
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.stack import Stack
from tests.unit.behaviour.causal.planted import Cause, noise, with_effects
from tests.unit.llm.upstream import Answer, models

Generating = Callable[..., AbstractAsyncContextManager[CausalGenerator]]


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


@pytest.fixture
def table(cloud: Stack) -> Table:
    return Table(wiring.dynamodb(), settings().behaviour_table)


@pytest.fixture
def graphs(table: Table) -> CausalGraphs:
    return CausalGraphs(table)


@pytest.fixture
async def log(table: Table, owner: str) -> Log:
    """Ann's: whoever pays did shop before, and then goes for a walk."""
    log = Log(table, Objects(wiring.s3(), settings().bucket, "behaviours"))
    causes = [Cause("shop", "付款", 30), Cause("付款", "walk", 200)]
    seen = with_effects(noise(["shop", "news", "sleep"], days=20), causes)
    rows = [Behaviour("ann", Moment(round(at, 1)), label) for at, label, _, _ in seen]
    await log.append(owner, [*rows, Behaviour("bob", Moment(0.0), "shop")])
    return log


@pytest.fixture
def generating(table: Table, log: Log, graphs: CausalGraphs) -> Generating:
    """A generator whose only model, number 1, gives this answer."""

    async def known(owner: str, names: Any) -> dict[str, tuple[str, ...]]:
        return {}

    @asynccontextmanager
    async def generator(answer: Answer) -> AsyncIterator[CausalGenerator]:
        async with (
            models(scripted=answer) as server,
            LLMClient(base_url=server.url, model="scripted") as client,
        ):

            async def choose(owner: str, model_id: int) -> Writer:
                if model_id != 1:
                    raise NotFound("There is no such model.")
                return Writer(client, model_id)

            yield CausalGenerator(Materials(log, Events(table), known), graphs, choose)

    return generator
