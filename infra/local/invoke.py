"""One function, once: `python -m infra.local invoke FUNCTION EVENT.json`.

What belongs here: finding the function and showing its answer. It joins the local cloud that runs on the
state folder; if none does, it starts the backends and Lambda's API for as long as the invocation takes, and
whatever it has invoked in its turn.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.local import functions
from infra.local.aws import Aws
from infra.local.backends import Backends, Options, choose
from infra.local.cloud import running
from infra.local.environment import parameters, read_environment
from infra.local.errors import LocalCloudError
from infra.local.identity import seed_local_key
from infra.local.lambda_service import FunctionPool, Invocation, InvokeApi
from infra.local.logs import show
from infra.local.state import State
from infra.local.template import Stack, load

STDIN = Path("-")


async def invoke(options: Options, name: str, event: Path) -> int:
    """Invokes the function and writes its answer to standard output as it comes; the exit code."""
    payload = await asyncio.to_thread(_read, event)
    async with _ground(options) as (aws, stack):
        function = stack.functions.get(name)
        if not function:
            raise LocalCloudError(
                f"There is no function {name}; there are {', '.join(sorted(stack.functions))}."
            )
        pool = FunctionPool(functions.spec(function, aws, built=options.built), show)
        try:
            return await _show(await pool.invoke(payload))
        finally:
            await pool.close()


async def _show(invocation: Invocation) -> int:
    if invocation.streaming:
        async for chunk in invocation.chunks():
            _write(chunk)
    else:
        _write(invocation.payload)
    _write(b"\n")
    if error := invocation.function_error:
        sys.stderr.write(f"{error.type}: {error.message}\n")
    return 1 if invocation.function_error else 0


@asynccontextmanager
async def _ground(options: Options) -> AsyncIterator[tuple[Aws, Stack]]:
    """The AWS that the function stands on, and the template's functions."""
    state = State(options.state)
    found = running(state)
    if found:
        yield await asyncio.to_thread(_join, options, found)
        return
    async with AsyncExitStack() as started:
        started.callback(state.close)
        state.open()
        backends = choose(options, state)
        started.push_async_callback(backends.stop)
        await backends.start()
        pools: dict[str, FunctionPool] = {}
        started.push_async_callback(_close, pools)
        api = InvokeApi()
        started.push_async_callback(api.close)
        backends.aws = replace(backends.aws, lambda_endpoint=await api.start())
        backends.aws.adopt()
        _, stack = await backends.deploy()
        await seed_local_key(stack)
        pools |= _pools(stack, backends)
        api.functions = functions.by_every_name(stack, pools)
        yield backends.aws, stack
        await api.finished()


def _pools(stack: Stack, backends: Backends) -> dict[str, FunctionPool]:
    """All functions, as what the invoked one may invoke; a sandbox starts when it does."""
    built = backends.options.built
    return {
        name: FunctionPool(functions.spec(one, backends.aws, built=built), show)
        for name, one in stack.functions.items()
    }


async def _close(pools: Mapping[str, FunctionPool]) -> None:
    await asyncio.gather(*(pool.close() for pool in pools.values()))


def _join(options: Options, found: Mapping[str, Any]) -> tuple[Aws, Stack]:
    aws = Aws(found["endpoint"], found["region"], lambda_endpoint=found["lambda_endpoint"])
    given = parameters(read_environment(Path.cwd()), found["given"])
    template = load(options.template, given, aws.region)
    template.outputs.update(found["outputs"])
    return aws, template.stack()


def _read(event: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if event == STDIN else event.read_bytes()
    except OSError as error:
        raise LocalCloudError(f"Can't read {event}: {error.strerror}.") from error


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
