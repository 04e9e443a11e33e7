"""A gateway on loopback in front of real sandboxes, made of the template beside this file."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

from infra.local import functions
from infra.local.aws import Aws
from infra.local.gateway import Gateway, deploy
from infra.local.lambda_service import FunctionPool, FunctionSpec
from infra.local.ports import HOST, listen
from infra.local.server import server
from infra.local.template import Stack, load

TEMPLATE = Path(__file__).parent / "template.yaml"
NOWHERE = Aws("http://127.0.0.1:1", "us-east-1")


def small_stack() -> Stack:
    return load(TEMPLATE, {}, "us-east-1").stack()


def spec(stack: Stack, name: str, **environment: str) -> FunctionSpec:
    found = functions.spec(stack.functions[name], NOWHERE, built=False)
    return dataclasses.replace(found, environment={**found.environment, **environment})


@contextlib.asynccontextmanager
async def gateway(*, strict: bool = False) -> AsyncIterator[str]:
    """The base URL of a running gateway. `single` may run one invocation at a time."""
    stack = small_stack()
    specs = {name: spec(stack, name) for name in stack.functions}
    specs["single"] = dataclasses.replace(specs["single"], max_concurrency=1)
    pools = {name: FunctionPool(one) for name, one in specs.items()}
    http = server(Gateway(deploy(stack.api, pools, region="us-east-1", strict=strict)))
    listener = listen(0)
    serving = asyncio.create_task(http.serve(sockets=[listener]))
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        http.should_exit = True
        await serving
        await asyncio.gather(*(pool.close() for pool in pools.values()))
