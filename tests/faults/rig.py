"""What the matrix runs on: one local cloud, with a proxy between it and each server that it stands on.

What belongs here: starting and stopping it, its callers, its queues and its limits. What does not: what goes
wrong (`kinds`), and what is asked of it (`capabilities`).
"""

import asyncio
import re
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from freshet.keys import Keys
from freshet.stores.aws import Service
from infra.local import servers
from infra.local.aws import Aws
from infra.local.children import Child
from infra.local.model.embeddings import EMBEDDING_MODEL
from infra.local.model.protocol import MODEL
from infra.local.ports import HOST, free_ports
from tests.e2e.local_cloud import LocalCloud
from tests.faults.proxy import Proxy
from tests.stack import ROOT

REGION = "us-east-1"
CALL_S = 150.0  # above every bound of the product's own that is looked at here
VISIBLE_S = 360  # WorkerVisibilitySeconds in infra/data.yaml
QUEUES = ("Parse", "Extract")
_DEFAULTS = ("functions", "layers", "infra")

Item = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """What a function is given in place of what the template says."""

    timeout_s: int | None = None
    memory_mb: int | None = None


class Rig:
    """The servers, the proxies in front of them, and the cloud behind these."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = dict(zip(("aws", "qdrant", "model"), free_ports([0, 0, 0]), strict=True))
        self.proxies = {name: Proxy(port) for name, port in self._ports.items()}
        self.cloud = LocalCloud(folder, "--no-demo", "--template", self._template({}), **self._environment())
        self._stack = AsyncExitStack()
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def __aenter__(self) -> "Rig":
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._stack.aclose()

    async def _start(self) -> None:
        state = self._folder / "servers"
        for spec in (
            servers.emulator(state, self._ports["aws"], region=REGION, checks_access=False),
            servers.qdrant(state, self._ports["qdrant"]),
            servers.model(self._ports["model"]),
        ):
            child = Child(spec)
            await child.start()
            self._stack.push_async_callback(child.stop)
        for proxy in self.proxies.values():
            await proxy.start()
            self._stack.push_async_callback(proxy.stop)
        self.aws.adopt()
        self._stack.push_async_callback(asyncio.to_thread, self.cloud.close)
        await asyncio.to_thread(self.cloud.start)

    @property
    def aws(self) -> Aws:
        """The emulator itself, past the proxy."""
        return Aws(f"http://{HOST}:{self._ports['aws']}", REGION)

    def _environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.proxies["aws"].url,
            "QDRANT_URL": self.proxies["qdrant"].url,
            "MODEL_BASE_URL": f"{self.proxies['model'].url}/v1",
            "MODEL_NAME": MODEL,
            "EMBEDDING_MODEL": EMBEDDING_MODEL,
            "SUMMARIES": "false",
        }

    # Callers

    async def client(self, owner: str) -> httpx.AsyncClient:
        """A client with a key of that owner's own."""
        if owner not in self._clients:
            service = Service("dynamodb", "table")
            try:
                _, secret = await Keys(service, self.cloud.outputs["KeysTableName"]).issue(owner, "faults")
            finally:
                await service.aclose()
            headers = {"Authorization": f"Bearer {secret}"}
            api = httpx.AsyncClient(base_url=self.cloud.url, headers=headers, timeout=CALL_S)
            self._clients[owner] = await self._stack.enter_async_context(api)
        return self._clients[owner]

    # Faults

    def mend(self) -> None:
        """All servers are sound again, and nothing hangs any more."""
        for proxy in self.proxies.values():
            proxy.mend()

    def function(self, name: str) -> list[psutil.Process]:
        """The processes of a function's sandboxes."""
        found = []
        for process in self.cloud.processes():
            with suppress(psutil.Error):
                if process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == name:
                    found.append(process)
        return found

    async def kill(self, function: str) -> bool:
        """Kills what runs of a function; whether there was anything."""
        found = await asyncio.to_thread(self.function, function)
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return bool(found)

    def memory_mb(self, function: str) -> int:
        """What the largest of its sandboxes holds."""
        return max((one.memory_info().rss >> 20 for one in self.function(function)), default=0)

    async def restart(self, limits: Mapping[str, Limits]) -> None:
        """The same cloud, with other limits of some functions."""
        await asyncio.to_thread(self.cloud.close)
        self._template(limits)
        await asyncio.to_thread(self.cloud.start)

    def _template(self, limits: Mapping[str, Limits]) -> str:
        folder = self._folder / "template"
        folder.mkdir(exist_ok=True)
        for name in _DEFAULTS:
            with suppress(FileExistsError):
                (folder / name).symlink_to(ROOT / name)
        text = (ROOT / "template.yaml").read_text(encoding="utf-8")
        (folder / "template.yaml").write_text(limited(text, limits), encoding="utf-8")
        return str(folder / "template.yaml")

    # Queues

    async def queues(self, *, visible_s: int = VISIBLE_S, receives: int = 10) -> None:
        """How soon a message comes again, and how often before it is given up."""
        sqs = self.aws.client("sqs")
        for name in QUEUES:
            target = self.cloud.outputs[f"{name}DeadLetterQueueArn"]
            redrive = f'{{"deadLetterTargetArn": "{target}", "maxReceiveCount": {receives}}}'
            attributes = {"VisibilityTimeout": str(visible_s), "RedrivePolicy": redrive}
            url = self.queue_url(name)
            await asyncio.to_thread(sqs.set_queue_attributes, QueueUrl=url, Attributes=attributes)

    async def send(self, queue: str, body: str) -> None:
        """A message of nobody's."""
        sqs = self.aws.client("sqs")
        await asyncio.to_thread(sqs.send_message, QueueUrl=self.queue_url(queue), MessageBody=body)

    async def drained(self) -> bool:
        """Whether nothing waits in any queue, and nobody works at anything."""
        return not any([await self.waiting(queue) for queue in QUEUES])

    async def waiting(self, queue: str) -> int:
        """Messages in a queue, those included that somebody works at."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        sqs = self.aws.client("sqs")
        found = await asyncio.to_thread(
            sqs.get_queue_attributes, QueueUrl=self.queue_url(queue), AttributeNames=names
        )
        return sum(int(found["Attributes"][name]) for name in names)

    def queue_url(self, queue: str) -> str:
        url: str = self.cloud.outputs[f"{queue}QueueUrl"]
        return f"{self.aws.endpoint}/{'/'.join(url.split('/')[-2:])}"

    async def lapse(self) -> None:
        """What dead processes held is free: their leases, and exercises that nobody writes any more.

        It is so after three to ten minutes; these clocks are set forward.
        """
        dynamodb, outputs = self.aws.client("dynamodb"), self.cloud.outputs
        for name in ("DocumentsTableName", "BehaviourTableName"):
            await asyncio.to_thread(_lapse_leases, dynamodb, outputs[name])
        await asyncio.to_thread(_lapse_exercises, dynamodb, outputs["ExercisesTableName"])


def limited(template: str, limits: Mapping[str, Limits]) -> str:
    """The template with these limits of functions, by their names."""
    blocks = re.split(r"(?m)^(?=  \w+:$)", template)
    return "".join(_block(block, limits) for block in blocks)


def _block(block: str, limits: Mapping[str, Limits]) -> str:
    name = block.partition(":")[0].strip().removesuffix("Function").lower()
    if name not in limits or "AWS::Serverless::Function" not in block:
        return block
    if limits[name].timeout_s:
        block = re.sub(r"(?m)^(      Timeout: )\d+", rf"\g<1>{limits[name].timeout_s}", block)
    if limits[name].memory_mb:
        block = re.sub(r"(?m)^      MemorySize: .*\n", "", block)
        memory = f"      MemorySize: {limits[name].memory_mb}\n"
        block = block.replace("    Properties:\n", f"    Properties:\n{memory}", 1)
    return block


def _lapse_leases(dynamodb: Any, table: str) -> None:
    now = int(time.time())
    for item in _items(dynamodb, table, "lease_until > :now", {":now": {"N": str(now)}}):
        _update(dynamodb, table, item, "SET lease_until = :past", {":past": {"N": str(now - 1)}})


def _lapse_exercises(dynamodb: Any, table: str) -> None:
    state = {":state": {"S": "generating"}}
    for item in _items(dynamodb, table, "#state = :state", state, {"#state": "state"}):
        past = item["updated_at"]["S"].replace("20", "19", 1)  # a century ago
        text = item["text"]["S"].replace(item["updated_at"]["S"], past)
        values = {":past": {"S": past}, ":text": {"S": text}}
        _update(dynamodb, table, item, "SET updated_at = :past, #text = :text", values, {"#text": "text"})


def _items(
    dynamodb: Any, table: str, matching: str, values: Item, names: Mapping[str, str] | None = None
) -> list[Item]:
    more = {"ExpressionAttributeNames": names} if names else {}
    asked = {"FilterExpression": matching, "ExpressionAttributeValues": values, **more}
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, **asked)
    return [item for page in pages for item in page["Items"]]


def _update(
    dynamodb: Any, table: str, item: Item, changes: str, values: Item, names: Mapping[str, str] | None = None
) -> None:
    more = {"ExpressionAttributeNames": names} if names else {}
    key = {"owner": item["owner"], "id": item["id"]}
    asked = {"UpdateExpression": changes, "ExpressionAttributeValues": values, **more}
    dynamodb.update_item(TableName=table, Key=key, **asked)
