"""Cold starts of every function of the template, and to the end of a first real answer.

The references: a RAG function on LangChain and one on LlamaIndex (`peers`), as their documentation writes
them, and a bare FastAPI function with Mangum as the floor. All run on the same awslambdaric under the same
Runtime API (the local cloud's), compiled before, with numpy's thread pool off: the peers by plain
awslambdaric, as AWS's managed runtime has it, our streaming functions by their wrapper. All stand on the same
index and model.

Started is who asks the Runtime API for an event. The first answer is a function's main work: the peers and
`query` answer the same question by retrieval and the same streamed answer of the stand-in model; the others
do what `tests.functions.first_calls` asks first. Ours also do what the peers do not: they check the caller,
keep a run's journal and count its costs. Wall is to the last byte of the answer, and the model's pace is in
it; CPU is until the next event is asked for, that of child processes included.
"""

import asyncio
import io
import json
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import psutil

from freshet.ids import new_id
from infra.local import functions
from infra.local.backends import Backends
from infra.local.lambda_service.invocation import Invocation
from infra.local.lambda_service.sandbox import Sandbox
from infra.local.lambda_service.spec import FunctionSpec
from tests.bench import ground
from tests.bench.ground import Ground
from tests.bench.peers.venv import python_of
from tests.bench.table import Row
from tests.functions.conftest import HANDBOOK
from tests.functions.events import request
from tests.functions.first_calls import first_events

ROUNDS = 5
HERE = Path(__file__).parent
QUESTION, RIGHT = "How many days of paid leave do staff have?", b"25 days"
PEERS = {"LangChain": "langchain", "LlamaIndex": "llama_index"}
BARE = "bare FastAPI"
COLLECTION = "peers"
STARTED, ANSWERED = "≤ 1/6 of LangChain's", "≤ 1/2 of LangChain's"


@dataclass(frozen=True)
class _Took:
    """Milliseconds: until the function could be asked, and until it had answered."""

    started: float
    started_cpu: float
    answered: float
    answered_cpu: float


async def measure() -> list[Row]:
    """Medians of alternating rounds."""
    if missing := [name for name in PEERS.values() if not python_of(name).exists()]:
        return [Row("cold starts", f"skipped: no {' and no '.join(missing)} (make bench)", "", STARTED)]
    took: dict[str, list[_Took]] = {}
    async with ground.started() as started:
        await _fill_peers_index(started.backends)
        specs = _specs(started)
        for number in range(1 + ROUNDS):
            events = await _events(new_id())
            for name, spec in specs.items():
                once = await _once(spec, events[name])
                if number:  # the first round compiles, and warms the disk's cache
                    took.setdefault(name, []).append(once)
    return _rows({name: _median(rounds) for name, rounds in took.items()})


def _specs(started: Ground) -> dict[str, FunctionSpec]:
    """Every function of the template, and the references."""
    ours = {
        name: functions.spec(one, started.backends.aws, built=False)
        for name, one in sorted(started.stack.functions.items())
    }
    bare = FunctionSpec(
        "bare", HERE / "handlers", "bare.handler", {"OPENBLAS_NUM_THREADS": "1"}, memory_mb=1024, timeout_s=60
    )
    peers = {
        name: replace(
            bare,
            name=folder,
            task_root=HERE / "peers" / folder,
            handler="handler.handler",
            environment={**bare.environment, **started.peers(COLLECTION)},
            python=str(python_of(folder)),
        )
        for name, folder in PEERS.items()
    }
    return {**peers, **ours, BARE: bare}


async def _fill_peers_index(backends: Backends) -> None:
    """The handbook's two passages, as LangChain and LlamaIndex both read them."""
    given, texts = backends.given, HANDBOOK.strip().split("\n\n# ")
    dimensions = int(os.environ["EMBEDDING_DIMENSIONS"])
    async with httpx.AsyncClient(trust_env=False) as http:
        asked = {"model": given["EMBEDDING_MODEL"], "input": texts, "dimensions": dimensions}
        embedded = await http.post(f"{given['MODEL_BASE_URL']}/embeddings", json=asked)
        collection = f"{given['QDRANT_URL']}/collections/{COLLECTION}"
        vectors = {"dense": {"size": dimensions, "distance": "Cosine"}}
        (await http.put(collection, json={"vectors": vectors})).raise_for_status()
        points = [
            {
                "id": number,
                "vector": {"dense": found["embedding"]},
                "payload": {"page_content": text, "text": text, "metadata": {}},
            }
            for number, (text, found) in enumerate(zip(texts, embedded.json()["data"], strict=True))
        ]
        (await http.put(f"{collection}/points?wait=true", json={"points": points})).raise_for_status()


async def _events(owner: str) -> dict[str, dict[str, Any]]:
    """What each is asked, of an owner of this round."""
    question = request("POST", "/api/v1/query/stream", owner=owner, json={"query": QUESTION})
    with redirect_stdout(io.StringIO()):  # the product's metrics
        ours = {name: events[0] for name, events in (await first_events(owner)).items()}
    return {**ours, **dict.fromkeys((*PEERS, BARE, "query"), question)}


async def _once(spec: FunctionSpec, event: Mapping[str, Any]) -> _Took:
    lines: list[str] = []
    sandbox = Sandbox(spec, lambda _, line: lines.append(line))
    invocation = Invocation(new_id(), json.dumps(event).encode())
    begun = time.perf_counter()
    try:
        assert await sandbox.start(invocation), (spec.name, lines)
        started = time.perf_counter() - begun
        process = _process_of(spec)
        started_cpu = _cpu_s(process)
        serving = asyncio.create_task(sandbox.serve(invocation))
        answer = await _read(invocation)
        answered = time.perf_counter() - begun
        assert await serving, (spec.name, lines)
        answered_cpu = _cpu_s(process)
    finally:
        await sandbox.close()
    assert invocation.function_error is None, (spec.name, invocation.function_error)
    assert _succeeded(answer), (spec.name, answer)
    assert QUESTION not in str(event.get("body")) or RIGHT in answer, (spec.name, answer)
    return _Took(*(1000 * seconds for seconds in (started, started_cpu, answered, answered_cpu)))


async def _read(invocation: Invocation) -> bytes:
    await invocation.answered()
    if not invocation.streaming:
        return invocation.payload
    return b"".join([chunk async for chunk in invocation.chunks()])


def _succeeded(answer: bytes) -> bool:
    """Whether it is no refusal, in AWS's shapes for HTTP, a caller and a batch."""
    said = json.loads(answer.partition(b"\0" * 8)[0])
    return said.get("statusCode", 200) < 300 and not said.get("batchItemFailures")


def _process_of(spec: FunctionSpec) -> psutil.Process:
    """The sandbox's: the child of this process that has the function's name."""
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if child.environ().get("AWS_LAMBDA_FUNCTION_NAME") == spec.name:
                return child
    raise LookupError(spec.name)


def _cpu_s(process: psutil.Process) -> float:
    """User's and system's seconds so far, of children that live and that ended too."""
    spent = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.Error):
            spent += sum(one.cpu_times()[:4])
    return spent


def _median(rounds: Sequence[_Took]) -> _Took:
    return _Took(
        *(
            statistics.median(getattr(took, name) for took in rounds)
            for name in ("started", "started_cpu", "answered", "answered_cpu")
        )
    )


def _rows(took: Mapping[str, _Took]) -> list[Row]:
    references = (*PEERS, BARE)
    ours = [name for name in took if name not in references]
    return [
        *(_started(name, took) for name in (*references, *ours)),
        *(_answered(name, took) for name in (*references, *ours)),
    ]


def _started(name: str, took: Mapping[str, _Took]) -> Row:
    cpu, wall = ({one: getattr(it, key) for one, it in took.items()} for key in ("started_cpu", "started"))
    return _row(f"cold start of {name}, until it can be asked", name, cpu, wall, STARTED)


def _answered(name: str, took: Mapping[str, _Took]) -> Row:
    cpu, wall = ({one: getattr(it, key) for one, it in took.items()} for key in ("answered_cpu", "answered"))
    return _row(f"cold start of {name}, first answer included", name, cpu, wall, ANSWERED)


def _row(what: str, name: str, cpu: Mapping[str, float], wall: Mapping[str, float], reach: str) -> Row:
    figures = f"CPU {cpu[name]:.0f} ms, wall {wall[name]:.0f} ms"
    if name in (*PEERS, BARE):
        return Row(what, figures, "", "")
    langchain, llama_index = PEERS
    ratio = (
        f"CPU 1/{cpu[langchain] / cpu[name]:.1f}, wall 1/{wall[langchain] / wall[name]:.1f} of LangChain's; "
        f"CPU 1/{cpu[llama_index] / cpu[name]:.1f} of LlamaIndex's; {cpu[name] / cpu[BARE]:.2f} × bare"
    )
    return Row(what, figures, ratio, reach)
