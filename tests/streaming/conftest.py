"""Functions in real sandboxes, ended with the test that made them."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from infra.local.lambda_service import FunctionPool
from tests.streaming.functions import spec

MakePool = Callable[..., FunctionPool]


@pytest.fixture
async def function() -> AsyncIterator[MakePool]:
    """`function("module.handler", timeout_s=1)`: a pool for one test."""
    pools: list[FunctionPool] = []

    def make(handler: str, *, log: Callable[[str, str], None] | None = None, **changes: Any) -> FunctionPool:
        pools.append(FunctionPool(spec(handler, **changes), log))
        return pools[-1]

    yield make
    for pool in pools:
        await pool.close()


@pytest.fixture(scope="module")
async def plain() -> AsyncIterator[FunctionPool]:
    """The bare ASGI app, kept warm for a module."""
    pool = FunctionPool(spec("plain.handler"))
    yield pool
    await pool.close()


@pytest.fixture(scope="module")
async def web() -> AsyncIterator[FunctionPool]:
    """The FastAPI app, kept warm for a module."""
    pool = FunctionPool(spec("web.handler"))
    yield pool
    await pool.close()
