"""What each capability takes of AWS: the product's own code, once, against the local cloud's parts.

Counted: units of DynamoDB by AWS's rules, requests of S3 and SQS, bytes printed, tokens by the product's own
account. Lambda's seconds are this machine's, of an answer of 300 tokens at 50 a second where the model writes
one; the stand-in writes the other answers at the same pace. Nothing here was measured on AWS.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from freshet import wiring
from freshet.asked import STACK_MODEL
from infra.local.children import Child
from infra.local.ports import free_ports
from infra.local.servers import emulator, qdrant
from tests.bench import book
from tests.bench.consumption import Consumption, printed
from tests.bench.prices import bill
from tests.bench.table import Row
from tests.bench.text import Writer
from tests.contract.translation import load
from tests.functions.events import batch, request, token_request
from tests.functions.sandbox import Answer, Sandbox
from tests.stack import Stack, deploy
from tests.unit.llm import upstream

TOKENS, TOKENS_A_SECOND = 300, 50
PAGES, QUESTIONS = 10, 10
USERS, ROWS = 50, 200  # users of a log of 10,000 rows, rows of each
DIMENSIONS = 1024  # the template's default
PLATFORM_BYTES = 450  # that Lambda logs of an invocation: START, END, REPORT
ACCESS_BYTES = 550  # that API Gateway logs of a request, by the template's format
EMBEDDING = "freshet-stand-in-embedding"
SQS_REQUESTS = 3  # a message: sent, received, deleted

# As much as an answer is usually given: six passages.
HANDBOOK = "# Leave\n\nEmployees get 25 days of paid leave per year.\n\n" + "\n\n".join(
    f"# Chapter {number}\n\n{Writer(number).english(240)}" for number in range(12)
)

Units = dict[str, float]


async def measure() -> list[Row]:
    """A row a capability: units of one, then dollars of a thousand, the model's last."""
    return [_row(what, used) for what, used in (await _measured()).items()]


def _row(what: str, used: Units) -> Row:
    figures = ", ".join(f"{value:.4g} {unit}" for unit, value in used.items() if value)
    paid = bill({unit: 1000 * value for unit, value in used.items()})
    model = paid.pop("model")
    return Row(what, figures, f"${sum(paid.values()):.3g} a thousand", f"the model: ${model:.3g}")


@dataclass
class Bench:
    """Functions in a sandbox, and what they have taken."""

    sandbox: Sandbox
    stack: Stack
    memory_gb: Mapping[str, float]
    consumption: Consumption = field(default_factory=Consumption)
    units: Units = field(default_factory=dict)
    tokens: dict[str, Units] = field(default_factory=dict)

    async def ask(self, function: str, method: str, path: str, **options: Any) -> Answer:
        """A request through API Gateway."""
        event = request(method, path, **options)
        with self._invoked(function):
            answer = await asyncio.to_thread(self.sandbox.ask, function, event)
        assert answer.status < 400, answer.body
        self._add(
            {
                "API requests": 1,
                "KB out": len(answer.body) / 1000,
                "traces": 1,
                "KB logged": ACCESS_BYTES / 1000,
            }
        )
        return answer

    async def invoke(self, function: str, event: dict[str, Any]) -> Any:
        with self._invoked(function):
            return await asyncio.to_thread(self.sandbox.invoke, function, event)

    async def restart(self, **environment: str) -> None:
        """The functions' parts are made anew, as in a warm sandbox of this environment."""
        await asyncio.to_thread(self.sandbox.run, wiring.aclose)
        os.environ.update(environment)
        self.consumption = Consumption()
        await asyncio.to_thread(self.sandbox.run, self.consumption.attach)

    async def work_off(self, queue: str, function: str) -> None:
        """Hands messages to a worker until there are none."""
        sqs, url = self.stack.aws.client("sqs"), self.stack.outputs[queue]
        while messages := await asyncio.to_thread(_received, sqs, url):
            for message in messages:
                assert await self.invoke(function, batch(message)) == {"batchItemFailures": []}
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                self._add({"SQS requests": SQS_REQUESTS})

    async def taken(self, owner: str) -> Units:
        """All of it since the last time, with the tokens of the owner."""
        used, counted, tokens = self.units, self.consumption.taken(), await self._tokens(owner)
        before = self.tokens.get(owner, {})
        self.units, self.tokens[owner] = {}, tokens
        self.consumption.taken()  # the question for the tokens is not part of it
        return {**used, **counted, **{unit: n - before.get(unit, 0) for unit, n in tokens.items()}}

    async def _tokens(self, owner: str) -> Units:
        asked = request("GET", "/api/v1/usage", owner=owner)
        with printed():  # it is no part of what is measured
            report = (await asyncio.to_thread(self.sandbox.ask, "chat", asked)).json()
        found: Units = {"prompt tokens": 0, "completion tokens": 0, "embedded tokens": 0}
        for item in report["items"]:
            found["completion tokens"] += item["completion_tokens"]
            kind = "embedded tokens" if item["model"] == EMBEDDING else "prompt tokens"
            found[kind] += item["prompt_tokens"]
        return found

    @contextmanager
    def _invoked(self, function: str) -> Iterator[None]:
        begun = time.perf_counter()
        with printed() as size:
            yield
        seconds = time.perf_counter() - begun
        logged = (sum(size) + PLATFORM_BYTES) / 1000
        self._add(
            {"Lambda requests": 1, "Lambda GB-s": seconds * self.memory_gb[function], "KB logged": logged}
        )

    def _add(self, units: Mapping[str, float]) -> None:
        for unit, value in units.items():
            self.units[unit] = self.units.get(unit, 0) + value


async def _measured() -> dict[str, Units]:
    async with _bench() as bench, _writer() as url:
        await _asked_about(bench)
        await bench.restart()
        worked = {
            "authorising a request": await _authorised(bench),
            f"a document, a PDF of {PAGES} pages": await _document(bench),
            f"an exercise of {QUESTIONS} questions": await _exercise(bench),
            f"a behaviour log of {USERS * ROWS:,} rows": await _log(bench),
            f"the events of a user with {ROWS} rows": await _events(bench),
        }
        await bench.restart(MODEL_BASE_URL=url, MODEL_NAME="writer")
        return {**worked, "a question": await _query(bench), "a chat in the playground": await _chat(bench)}


async def _asked_about(bench: Bench) -> None:
    """A document of the owner who asks a question. With it goes what S3 sends to a new queue: a test."""
    files = {"file": ("handbook.md", HANDBOOK.encode())}
    await bench.ask("documents", "POST", "/api/v1/documents/upload", owner="query", files=files)
    await bench.work_off("ParseQueueUrl", "parse")
    await bench.taken("query")


@asynccontextmanager
async def _writer() -> AsyncIterator[str]:
    """The URL of a model that writes TOKENS tokens at their pace; it tells no usage, so they are counted."""
    pieces = [upstream.chunk("token ") for _ in range(TOKENS)]
    end = upstream.chunk(finish="stop") + upstream.DONE
    vector = {
        "data": [{"index": 0, "embedding": [1 / DIMENSIONS] * DIMENSIONS}],
        "usage": {"prompt_tokens": 10},
    }
    answers = {
        "writer": upstream.sends(*pieces, end, pause=1 / TOKENS_A_SECOND),
        EMBEDDING: upstream.sends(json.dumps(vector).encode(), kind="application/json", pause=0),
    }
    async with upstream.models(None, **answers) as models:
        yield models.url


async def _authorised(bench: Bench) -> Units:
    key = (await bench.ask("profile", "POST", "/api/v1/keys", owner="key", json={"name": "mine"})).json()[
        "key"
    ]
    await bench.taken("key")
    await bench.invoke("authorize", token_request(f"Bearer {key}"))
    return await bench.taken("key")


async def _query(bench: Bench) -> Units:
    body = {"query": "How many days of paid leave do employees get?"}
    answer = await bench.ask("query", "POST", "/api/v1/query/stream", owner="query", json=body)
    assert b'"final_response"' in answer.body, answer.body[-500:]
    return await bench.taken("query")


async def _document(bench: Bench) -> Units:
    with tempfile.TemporaryDirectory() as folder:
        book.draw(path := Path(folder, "book.pdf"), PAGES)
        files = {"file": (path.name, await asyncio.to_thread(path.read_bytes))}
    answer = await bench.ask("documents", "POST", "/api/v1/documents/upload", owner="document", files=files)
    await bench.work_off("ParseQueueUrl", "parse")
    path_ = f"/api/v1/documents/{answer.json()['document']['id']}"
    found = (await bench.ask("documents", "GET", path_, owner="document")).json()
    assert (found["status"], found["pages_done"]) == ("ready", PAGES), found
    return await bench.taken("document")


async def _exercise(bench: Bench) -> Units:
    body = {"text": HANDBOOK, "count": QUESTIONS, "stream": True}
    answer = await bench.ask("exercises", "POST", "/api/v1/exercises/generate", owner="exercise", json=body)
    assert b'"final_response"' in answer.body, answer.body[-500:]
    return await bench.taken("exercise")


async def _log(bench: Bench) -> Units:
    await bench.ask("behaviour", "POST", "/api/v1/behaviors", owner="log", json=_rows(USERS))
    return await bench.taken("log")


async def _events(bench: Bench) -> Units:
    await bench.ask("behaviour", "POST", "/api/v1/behaviors", owner="events", json=_rows(1))
    await bench.taken("events")
    path = "/api/v1/events/extract/user_0?stream=true"
    answer = await bench.ask("behaviour", "POST", path, owner="events")
    assert b'"final_response"' in answer.body, answer.body[-500:]
    return await bench.taken("events")


async def _chat(bench: Bench) -> Units:
    body = {"model_id": STACK_MODEL, "prompt": "写一首关于人工智能的诗", "stream": True}
    answer = await bench.ask("chat", "POST", "/api/debug/chat", owner="chat", json=body)
    assert b'"final_response"' in answer.body, answer.body[-500:]
    return await bench.taken("chat")


def _rows(users: int) -> list[dict[str, str]]:
    """Logs in which somebody opens one of nine apps every ten minutes, with a night in between."""
    writer = Writer(1)
    things = [writer.english(2) for _ in range(9)]
    return [
        {
            "user_id": f"user_{user}",
            "time": f"2026-03-{2 + row // 48:02}T{8 + row % 48 // 6:02}:{row % 6 * 10:02}:00Z",
            "action": "open",
            "object": things[row * (user + 2) % len(things)],
        }
        for user in range(users)
        for row in range(ROWS)
    ]


def _received(sqs: Any, url: str) -> list[dict[str, Any]]:
    answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, AttributeNames=["All"])
    return list(answer.get("Messages", []))


@asynccontextmanager
async def _bench() -> AsyncIterator[Bench]:
    """All parts, with a model that writes 50 tokens a second."""
    aws_port, index_port = free_ports([0, 0])
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for child in (
            Child(emulator(folder, aws_port, region="us-east-1", checks_access=False)),
            Child(qdrant(folder, index_port)),
        ):
            await child.start()
            stack.push_async_callback(child.stop)
        deployed = await deploy(aws_port)
        stand_in = await stack.enter_async_context(upstream.started(pace_ms=1000 / TOKENS_A_SECOND))
        elsewhere = {
            "QDRANT_URL": f"http://127.0.0.1:{index_port}",
            "MODEL_BASE_URL": f"{stand_in.url}/v1",
            "MODEL_NAME": "freshet-stand-in",
            "EMBEDDING_MODEL": EMBEDDING,
            "EMBEDDING_DIMENSIONS": str(DIMENSIONS),
            "SUMMARIES": "true",  # the template's default
        }
        stack.enter_context(patch.dict(os.environ, deployed.environment() | elsewhere))
        sandbox = Sandbox()
        stack.callback(sandbox.close)
        stack.callback(sandbox.run, wiring.aclose)
        yield Bench(sandbox, deployed, _memory_gb())


def _memory_gb() -> dict[str, float]:
    """Of each function, by its folder; from the template."""
    template = load("template.yaml")
    default = template["Globals"]["Function"]["MemorySize"]
    return {
        resource["Properties"]["CodeUri"].removeprefix("functions/"): resource["Properties"].get(
            "MemorySize", default
        )
        / 1024
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    }
