"""Lambda's Invoke API on loopback, with functions in real sandboxes behind it."""

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.aws import Aws
from infra.local.lambda_service import Check, FunctionPool, FunctionSpec, InvokeApi
from tests.streaming.functions import spec

HANDLERS = Path(__file__).parent / "handlers"
NOWHERE = "http://127.0.0.1:1"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:started"

Invoke = Callable[..., Coroutine[Any, Any, dict[str, Any]]]


def started(handler: str = "handler", **changes: Any) -> FunctionSpec:
    """A function of `handlers/started.py`."""
    return spec(f"started.{handler}", wrapped=False, task_root=HANDLERS, **changes)


@dataclasses.dataclass
class Lambda:
    """The API, its pools, and the AWS that its callers see."""

    api: InvokeApi
    aws: Aws
    pools: dict[str, FunctionPool] = dataclasses.field(default_factory=dict)

    def deploy(self, **functions: FunctionSpec) -> None:
        """Serves these functions instead; each sandbox finds the API by its environment."""
        for name, one in functions.items():
            environment = {**one.environment, **self.aws.environment()}
            self.pools[name] = FunctionPool(dataclasses.replace(one, name=name, environment=environment))
        self.api.functions = {name: self.pools[name] for name in functions}


@contextlib.asynccontextmanager
async def serving(
    aws: Aws | None = None, check: Check | None = None, **functions: FunctionSpec
) -> AsyncIterator[Lambda]:
    """The API with these functions, ended as the local cloud ends it: first the API, then what runs."""
    api = InvokeApi(check)
    given = aws or Aws(NOWHERE, "us-east-1")
    service = Lambda(api, dataclasses.replace(given, lambda_endpoint=await api.start()))
    service.deploy(**functions)
    try:
        yield service
    finally:
        await api.close()
        for pool in service.pools.values():
            await pool.close()


def invoking(service: Lambda) -> Invoke:
    """boto3's `invoke`, with the payload read."""
    client = service.aws.client("lambda")

    def call(name: str, event: Any, kind: str) -> dict[str, Any]:
        payload = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        answer: dict[str, Any] = client.invoke(FunctionName=name, InvocationType=kind, Payload=payload)
        return {**answer, "Payload": answer["Payload"].read()}

    async def invoke(name: str, event: Any, kind: str = "RequestResponse") -> dict[str, Any]:
        return await asyncio.to_thread(call, name, event, kind)

    return invoke


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
    response = refused.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def notes(file: Path) -> list[dict[str, Any]]:
    """What `started.handler` wrote: an event and a request id a call."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
