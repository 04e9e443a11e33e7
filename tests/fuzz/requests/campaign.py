"""Requests that are wrong, to every route that there is: each is answered, and none by a 500."""

import asyncio
import logging
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stdout
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from freshet import wiring
from infra.local.children import Child
from infra.local.ports import free_ports
from infra.local.servers import emulator
from tests.eval.product import stand_ins
from tests.functions.sandbox import Sandbox
from tests.fuzz.requests import broken, forms
from tests.fuzz.requests.asking import Asked, ask
from tests.fuzz.requests.routes import FORM, JSON, Route, example, members, routes
from tests.stack import deploy

COUNT = 4_000  # bodies and forms that are drawn, beside those that every route gets
_PATIENCE_MS = "4000"  # of a caller: no worker reads the documents that forms bring


def bodies(count: int | None, seed: int) -> list[str]:
    """What must not be, of bodies, paths, queries and headers."""
    return asyncio.run(_asked([*every(), *drawn(count or COUNT, seed)]))


def files(count: int | None, seed: int) -> list[str]:
    """What must not be, of forms with a file."""
    return asyncio.run(_asked([*every_form(), *drawn_forms(count or COUNT, seed)]))


def every() -> Iterator[Asked]:
    """For each route each body, parameter and header that is wrong as a whole."""
    for route in routes():
        if JSON in route.bodies:
            for what, content in broken.BODIES.items():
                yield _posted(route, what, content)
            for kind in broken.KINDS:
                yield _posted(route, f"a body of {kind!r}", b'{"query": "x"}', kind)
        for what, text in broken.TEXTS.items():
            if "{" in route.path:
                yield Asked(route.function, route.method, route.filled(text), f"a path with {what}")
            for name in route.named("query"):
                query = {name: text}
                yield Asked(route.function, route.method, route.filled(), f"{name} is {what}", query=query)
            for name in route.named("header"):
                sent = {name.lower(): text}
                yield Asked(route.function, route.method, route.filled(), f"{name} is {what}", headers=sent)
        yield from _with_headers(route)


def every_form() -> Iterator[Asked]:
    """For each route that takes a form each one that is wrong."""
    for route in routes():
        if FORM in route.bodies:
            for what, (kind, body) in forms.fixed():
                yield _posted(route, what, body, kind.decode("latin-1"))


def _with_headers(route: Route) -> Iterator[Asked]:
    for name, value in broken.HEADERS.items():
        yield Asked(route.function, route.method, route.filled(), f"the header {name}", headers={name: value})


def drawn(count: int, seed: int) -> Iterator[Asked]:
    """Bodies that are right but for one value."""
    taking = [route for route in routes() if JSON in route.bodies]
    for number in range(count):
        dice = Random(f"{seed}/{number}")
        route = taking[number % len(taking)]
        body, what = _body(route, dice), dice.choice([*broken.VALUES, "a name twice"])
        content = (
            broken.with_value(body, broken.VALUES[what], dice)
            if what in broken.VALUES
            else broken.twice(body, dice)
        )
        yield _posted(route, f"{number}: {what} in {content[:100]!r}", content)


def _body(route: Route, dice: Random) -> Any:
    """A good body, with one of the members that it may have besides."""
    schema = route.bodies[JSON]
    body, known = example(schema), members(schema)
    if isinstance(body, dict) and known:
        name = dice.choice(list(known))
        return {**body, name: known[name]}
    return body


def drawn_forms(count: int, seed: int) -> Iterator[Asked]:
    """Forms of odd parts, broken further."""
    taking = [route for route in routes() if FORM in route.bodies]
    for number in range(count):
        what, (kind, body) = forms.mutated(Random(f"{seed}/{number}"))
        yield _posted(taking[number % len(taking)], f"{number}: {what}", body, kind.decode("latin-1"))


def _posted(route: Route, what: str, content: bytes, kind: str = JSON) -> Asked:
    headers = {"x-request-timeout-ms": _PATIENCE_MS, **({"content-type": kind} if kind else {})}
    return Asked(route.function, route.method, route.filled(), what, content, headers)


async def _asked(requests: list[Asked]) -> list[str]:
    async with _product():
        return await asyncio.to_thread(_all, requests)


def _all(requests: list[Asked]) -> list[str]:
    """Asks them one by one; prints how they were answered."""
    statuses: dict[str, Counter[int]] = {}
    slowest, wrong = (0.0, ""), []
    with _sandbox() as sandbox:
        for one in requests:
            told = ask(sandbox, one)
            what = f"{one.method} {one.path[:60]} with {one.what[:200]}"
            statuses.setdefault(one.function, Counter())[told.status] += 1
            slowest = max(slowest, (told.seconds, what))
            if told.wrong:
                wrong.append(f"{what}: {told.wrong}")
    for function, tally in sorted(statuses.items()):
        answered = ", ".join(f"{status}: {times}" for status, times in sorted(tally.items()))
        print(f"{function:<10} {tally.total():>6} requests: {answered}")  # noqa: T201  # a command's output
    print(f"slowest: {slowest[0]:.1f} s, {slowest[1]}")  # noqa: T201
    return wrong


@contextmanager
def _sandbox() -> Iterator[Sandbox]:
    """A sandbox whose functions are not heard: they write a line or two for each request."""
    sandbox = Sandbox()
    logging.disable(logging.CRITICAL)
    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            yield sandbox
            sandbox.run(wiring.aclose)
    finally:
        logging.disable(logging.NOTSET)
        sandbox.close()


@asynccontextmanager
async def _product() -> AsyncIterator[None]:
    """All that functions reach, on loopback."""
    (port,) = free_ports([0])
    with tempfile.TemporaryDirectory() as folder:
        child = Child(emulator(Path(folder), port, region="us-east-1", checks_access=False))
        await child.start()
        try:
            stack = await deploy(port)
            with patch.dict(os.environ, stack.environment()):
                async with stand_ins() as parts, parts.collection("fuzz"):
                    yield
        finally:
            await child.stop()
