"""What functions ask of AWS and Qdrant, call by call: as many for one answer as for another take as long."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import httpx2
import pytest

from freshet.stores import aws


class Calls:
    """The calls since it was last asked, whatever their order: some are made side by side."""

    def __init__(self) -> None:
        self._made: list[str] = []

    def since(self) -> tuple[str, ...]:
        found, self._made = tuple(sorted(self._made)), []
        return found

    def of_aws(self, model: Any, params: Any, **_: Any) -> None:
        """botocore's `before-call`: the operation, of DynamoDB with its table."""
        body = params.get("body") or b"{}"
        asked = json.loads(body) if model.service_model.service_name == "dynamodb" else {}
        self._made.append(f"{model.service_model.service_name}.{model.name} {asked.get('TableName', '')}")

    def of_index(self, request: httpx.Request | httpx2.Request) -> None:
        self._made.append(f"qdrant {request.method} {request.url.path.rpartition('/')[2]}")


@contextmanager
def recorded() -> Iterator[Calls]:
    """Sees the calls of all clients that are built from now on."""
    calls = Calls()
    build, send, read = aws._build, httpx.AsyncClient.send, httpx2.AsyncClient.send

    def built(name: str) -> Any:
        client = build(name)
        client.meta.events.register("before-call", calls.of_aws)
        return client

    async def sent(self: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
        calls.of_index(request)
        return await send(self, request, **options)

    async def asked(self: httpx2.AsyncClient, request: httpx2.Request, **options: Any) -> httpx2.Response:
        if request.url.path.startswith("/collections/"):  # a model is asked by such a client, too
            calls.of_index(request)
        return await read(self, request, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws, "_build", built)
        patch.setattr(httpx2.AsyncClient, "send", asked)
        patch.setattr(httpx.AsyncClient, "send", sent)
        yield calls
