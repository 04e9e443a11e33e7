"""The local cloud as a whole: functions, gateway and triggers on their backends, started and stopped.

What belongs here: the order of things, and replacing them when the template or the code changes. What does
not: what each of them does.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.local import functions
from infra.local.access import check_of
from infra.local.aws import ROLE_SESSION_S, Aws
from infra.local.backends import Backends, Options, choose, describe
from infra.local.errors import LocalCloudError
from infra.local.gateway import Gateway, deploy
from infra.local.identity import seed_local_key
from infra.local.lambda_service import FunctionPool, FunctionSpec, InvokeApi
from infra.local.logs import show
from infra.local.ports import listen
from infra.local.server import server
from infra.local.servers import ROOT
from infra.local.state import State
from infra.local.template import Stack
from infra.local.triggers import Poller

log = logging.getLogger("cloud")


class Cloud:
    """One running local cloud."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.state = State(options.state)
        self.backends: Backends | None = None
        self.stack: Stack | None = None
        self._pools: dict[str, FunctionPool] = {}
        self._retired: list[FunctionPool] = []
        self._specs: dict[str, FunctionSpec] = {}
        self._pollers: list[asyncio.Task[None]] = []
        self._invoke_api: InvokeApi | None = None
        self._gateway: Gateway | None = None
        self._stack = contextlib.AsyncExitStack()

    async def start(self) -> None:
        """Starts everything; returns when requests are served. Raises LocalCloudError."""
        try:
            self._stack.callback(self.state.close)
            self.state.open()
            listener = self._stack.enter_context(contextlib.closing(listen(self.options.port)))
            self.backends = choose(self.options, self.state)
            self._stack.push_async_callback(self.backends.stop)
            await self.backends.start()
            for child in self.backends.children:
                # What the emulator had not saved is gone, tables and queues included.
                child.after_restart = self.deploy if child.spec.name == "aws" else None
            self._stack.push_async_callback(self._withdraw)
            await self._serve_invocations()
            self.backends.aws.adopt()
            await self.deploy()
            await self._serve(listener)
            self._background(self._renew_roles() if self.options.iam else None)
            self._background(self._watch() if self.options.reload else None)
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """Stops everything, in reverse; state is saved."""
        await self._stack.aclose()

    async def deploy(self) -> None:
        """Brings functions, routes and triggers to what the template says now."""
        assert self.backends
        assert self._invoke_api
        template, stack = await self.backends.deploy()
        await seed_local_key(stack)
        specs = await self._make_specs(stack)
        old = list(self._pools.values())
        self._pools = {name: FunctionPool(spec, show) for name, spec in specs.items()}
        self._specs, self.stack = specs, stack
        self._invoke_api.functions = functions.by_every_name(stack, self._pools)
        strict = self.backends.environment.get("LOCAL_AUTH") == "strict"
        deployment = deploy(stack.api, self._pools, region=self.backends.aws.region, strict=strict)
        if self._gateway:
            self._gateway.deployment = deployment
        else:
            self._gateway = Gateway(deployment)
        await self._poll(stack)
        # What runs there comes to its end, as on AWS; a new deployment breaks nothing off.
        await asyncio.gather(*(pool.recycle() for pool in old))
        self._retired = [pool for pool in (*self._retired, *old) if pool.busy]
        self.state.write("running", describe(self.backends, template.outputs))

    async def recycle(self, folders: set[Path]) -> None:
        """The code in these folders has changed: what runs it starts anew."""
        for name, spec in self._specs.items():
            mine = {spec.task_root, *spec.opt_paths, *spec.import_paths}
            if any(_within(changed, one) for changed in folders for one in mine):
                await self._pools[name].recycle()

    async def _make_specs(self, stack: Stack) -> dict[str, FunctionSpec]:
        specs = {}
        for one in stack.functions.values():
            aws = await self._aws_of(one.role)
            specs[one.name] = functions.spec(one, aws, built=self.options.built)
        return specs

    async def _aws_of(self, role: str) -> Aws:
        assert self.backends
        if not self.options.iam:
            return self.backends.aws
        return await asyncio.to_thread(self.backends.aws.as_role, role)

    async def _poll(self, stack: Stack) -> None:
        for task in self._pollers:
            task.cancel()
        self._pollers = []
        for one in stack.triggers:
            aws = await self._aws_of(stack.functions[one.function].role)
            poller = await asyncio.to_thread(Poller, one, self._pools[one.function], aws)
            self._pollers.append(asyncio.create_task(poller.run()))

    async def _withdraw(self) -> None:
        for task in self._pollers:
            task.cancel()
        await asyncio.gather(
            *self._pollers,
            *(pool.close() for pool in (*self._pools.values(), *self._retired)),
            return_exceptions=True,
        )

    async def _serve_invocations(self) -> None:
        """Lambda's Invoke API, behind IAM if that is enforced; sandboxes are told where it is."""
        assert self.backends
        aws = self.backends.aws
        self._invoke_api = InvokeApi(check_of(aws) if self.options.iam else None)
        self._stack.push_async_callback(self._invoke_api.close)
        self.backends.aws = replace(aws, lambda_endpoint=await self._invoke_api.start())

    async def _serve(self, listener: socket.socket) -> None:
        assert self._gateway
        http = server(self._gateway)
        serving = asyncio.create_task(http.serve(sockets=[listener]))

        async def stop() -> None:
            http.should_exit = True
            await serving

        self._stack.push_async_callback(stop)

    def _background(self, work: Any) -> None:
        if work:
            task = asyncio.create_task(work)
            self._stack.callback(task.cancel)

    async def _renew_roles(self) -> None:
        """New credentials before the old ones expire: new sandboxes take them, old ones make way."""
        while self.stack:
            await asyncio.sleep(ROLE_SESSION_S / 2)
            for one in self.stack.functions.values():
                environment = self._specs[one.name].environment
                assert isinstance(environment, dict)
                environment.update((await self._aws_of(one.role)).environment())
                await self._pools[one.name].recycle()
            await self._poll(self.stack)

    async def _watch(self) -> None:
        async for paths in _changes(self.options):
            if paths & {self.options.template, ROOT / "infra" / "data.yaml"}:
                try:
                    await self.deploy()
                    log.info("the template was read again")
                except LocalCloudError as error:
                    log.error("the template is not used: %s", error)
            await self.recycle(paths)
            log.info("reloaded: %s", ", ".join(sorted(path.name for path in paths)))


async def _changes(options: Options) -> AsyncIterator[set[Path]]:
    from watchfiles import awatch

    watched = [options.template, ROOT / "infra" / "data.yaml", ROOT / "functions", ROOT / "layers"]
    if options.built:
        watched = [options.template.parent]
    async for changes in awatch(*(path for path in watched if path.exists()), recursive=True):
        paths = {Path(path) for _, path in changes}
        if kept := {path for path in paths if "__pycache__" not in path.parts and path.suffix != ".pyc"}:
            yield kept


def _within(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder)


def running(state: State) -> Mapping[str, Any] | None:
    """What runs on this state, if anything does."""
    return state.read("running") or None if state.is_taken() else None
